package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ServiceConfig.EndpointConfig;
import io.sluice.dns.Families;
import io.sluice.dns.RecordType;
import io.sluice.http.ProxyError;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What names stand for, and when they are asked for. */
final class DiscoveryTest extends NamesByHand {
    // ---- addresses ----

    @Test
    void eachAddressIsAnEndpointWithTheWeightOfItsName() {
        says(APP, RecordType.A, 30, "10.0.0.2", "10.0.0.1");

        serve(named(APP, 80, 7), named("10.0.0.9", 81, 1));

        assertThat(addresses()).containsExactly("10.0.0.1:80", "10.0.0.2:80", "10.0.0.9:81");
        assertThat(weights()).containsExactly(7, 7, 1);
        assertThat(service.endpoints()).extracting(it -> it.named().toString())
                .containsExactly("app.example:80", "app.example:80", "10.0.0.9:81");
    }

    @Test
    void anAddressThatTwoNamesHaveIsOneEndpoint() {
        says(APP, RecordType.A, 30, "10.0.0.1", "10.0.0.2");
        says("other.example", RecordType.A, 30, "10.0.0.2", "10.0.0.3");

        serve(named("10.0.0.1", 80, 3), named(APP, 80, 1), named("other.example", 80, 2));

        assertThat(addresses()).containsExactly("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80");
        assertThat(weights()).containsExactly(3, 1, 2);
    }

    @Test
    void asksForBothFamiliesWhereBothAreUsed() {
        discovery = discovery(Families.BOTH);
        says(APP, RecordType.A, 30, "10.0.0.1");
        says(APP, RecordType.AAAA, 30, "fd00::1");

        serve(named(APP, 80, 1));

        assertThat(addresses()).containsExactly("10.0.0.1:80", "[fd00::1]:80");
    }

    @Test
    void asksForOneFamilyWhereOneIsUsed() {
        discovery = discovery(Families.IPV6);
        says(APP, RecordType.A, 30, "10.0.0.1");
        says(APP, RecordType.AAAA, 30, "fd00::1");

        serve(named(APP, 80, 1));

        assertThat(addresses()).containsExactly("[fd00::1]:80");
        assertThat(questions).containsExactly("app.example AAAA");
    }

    @Test
    void literalsAndNamesOfTheHostsFileAskNobody() throws IOException {
        Files.writeString(directory.resolve("hosts"), "10.0.0.1 app.example # 10.9.9.9\n10.0.0.2 other APP.example\n");

        serve(named(APP, 80, 1), named("127.0.0.1", 81, 1), named("localhost", 82, 1), named("a.localhost.", 83, 1));
        pass(Duration.ofMinutes(10));

        assertThat(addresses()).containsExactly(
                "10.0.0.1:80", "10.0.0.2:80", "127.0.0.1:81", "127.0.0.1:82", "127.0.0.1:83");
        assertThat(questions).isEmpty();
    }

    @Test
    void readsTheHostsFileAgainAfterAMinute() throws IOException {
        Files.writeString(directory.resolve("hosts"), "10.0.0.1 app.example\n");
        serve(named(APP, 80, 1));

        Files.writeString(directory.resolve("hosts"), "10.0.0.2 app.example # moved\n");
        pass(Duration.ofSeconds(50));
        assertThat(addresses()).containsExactly("10.0.0.1:80");
        pass(Duration.ofSeconds(11));

        assertThat(addresses()).containsExactly("10.0.0.2:80");
    }

    @Test
    void usesAtMost256AddressesAlwaysTheSame() {
        String[] many = IntStream.range(0, 300).mapToObj(i -> "10.1." + i / 100 + "." + (i % 100 + 1)).toArray(String[]::new);
        says(APP, RecordType.A, 5, many);

        serve(named(APP, 80, 1));
        List<String> first = addresses();
        String[] turned = IntStream.range(0, 300).mapToObj(i -> many[(i + 77) % 300]).toArray(String[]::new);
        says(APP, RecordType.A, 5, turned);
        pass(Duration.ofSeconds(6));

        assertThat(first).hasSize(256);
        assertThat(addresses()).isEqualTo(first);
        assertThat(changes).isZero();
    }

    @Test
    void leavesOutAddressesThatMayNotBeEndpoints() {
        says(APP, RecordType.A, 30, "127.0.0.1");

        serve(named(APP, 9901, 1), named(APP, 80, 1));

        assertThat(addresses()).containsExactly("127.0.0.1:80");
        assertThat(service.names().getFirst().result()).isEqualTo("empty");
    }

    // ---- time ----

    @ParameterizedTest
    @CsvSource({"0, 5000, 5000", "1, 5000, 5000", "20, 20000, 22000", "60, 54500, 60000", "86400, 54500, 60000"})
    void asksAgainWhenTheTimeToLiveIsOverWithinItsBounds(long ttl, long soonestMillis, long latestMillis) {
        for (double drift : new double[] {0, 1}) {
            random = drift;
            says("at" + drift, RecordType.A, ttl, "10.0.0.1");
            serve(named("at" + drift, 80, 1));
            questions.clear();

            pass(Duration.ofMillis(soonestMillis - 200));
            assertThat(questions).as("too soon").isEmpty();
            pass(Duration.ofMillis(latestMillis - soonestMillis + 800));
            assertThat(questions).as("in time").hasSize(1);
        }
    }

    @Test
    void namesOfTheSameTimeToLiveDriftApart() {
        says(APP, RecordType.A, 20, "10.0.0.1");
        says("other.example", RecordType.A, 20, "10.0.0.2");
        random = 0.9;
        serve(named(APP, 80, 1));
        random = 0;
        serve(named(APP, 80, 1), named("other.example", 80, 1));
        questions.clear();

        pass(Duration.ofSeconds(20));
        assertThat(questions).containsExactly("other.example A");
        pass(Duration.ofSeconds(2));

        assertThat(questions).contains("app.example A");
    }

    // ---- changes ----

    @Test
    void endpointsThatStayKeepAllThatIsKnownOfThem() {
        says(APP, RecordType.A, 5, "10.0.0.1", "10.0.0.2");
        serve(named(APP, 80, 1));
        Endpoint stays = service.endpoints().get(1);
        IdleTime learned = stays.idleTime();
        stays.begun();
        service.drain(stays);

        says(APP, RecordType.A, 5, "10.0.0.3", "10.0.0.2");
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.2:80", "10.0.0.3:80");
        assertThat(service.endpoints().getFirst()).isSameAs(stays);
        assertThat(stays.idleTime()).isSameAs(learned);
        assertThat(service.view(stays).state()).isEqualTo(EndpointView.State.DRAINING);
        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.3:80");
        assertThat(changes).isEqualTo(1);
    }

    @Test
    void theSameAddressesInAnotherOrderTouchNothing() {
        says(APP, RecordType.A, 5, "10.0.0.1", "10.0.0.2");
        serve(named(APP, 80, 1));
        Roster before = service.roster();

        says(APP, RecordType.A, 7, "10.0.0.2", "10.0.0.1");
        pass(Duration.ofSeconds(20));

        assertThat(service.roster()).isSameAs(before);
        assertThat(changes).isZero();
    }

    @Test
    void forgetsAnAddressThatIsGoneOnceNobodyUsesIt() {
        says(APP, RecordType.A, 5, "10.0.0.1", "10.0.0.2");
        serve(named(APP, 80, 1));
        Endpoint busy = service.endpoints().getFirst();
        Endpoint idle = service.endpoints().getLast();
        busy.begun();

        says(APP, RecordType.A, 5, "10.0.0.3");
        pass(Duration.ofSeconds(6));
        assertThat(registry.size()).isEqualTo(2);
        assertThat(service.has(busy)).isFalse();
        service.failed(busy, ProxyError.BACKEND_RESET);
        busy.ended();
        says(APP, RecordType.A, 5, "10.0.0.2");
        pass(Duration.ofSeconds(6));

        assertThat(registry.size()).isEqualTo(1);
        assertThat(service.endpoints().getFirst()).isNotSameAs(idle);
    }

    @Test
    void oneThatComesBackWhileItIsInUseIsTheSame() {
        says(APP, RecordType.A, 5, "10.0.0.1", "10.0.0.2");
        serve(named(APP, 80, 1));
        Endpoint busy = service.endpoints().getFirst();
        busy.begun();
        says(APP, RecordType.A, 5, "10.0.0.2");
        pass(Duration.ofSeconds(6));

        says(APP, RecordType.A, 5, "10.0.0.2", "10.0.0.1");
        pass(Duration.ofSeconds(6));

        assertThat(service.endpoints().getFirst()).isSameAs(busy);
    }

    @Test
    void changesOfManyNamesAtOnceAreOne() {
        EndpointConfig[] many = IntStream.range(0, 100).mapToObj(i -> named("n" + i, 80, 1)).toArray(EndpointConfig[]::new);
        for (int i = 0; i < 100; i++) {
            says("n" + i, RecordType.A, 5, "10.0.0." + (i + 1));
        }
        serve(many);
        for (int i = 0; i < 100; i++) {
            says("n" + i, RecordType.A, 5, "10.0.1." + (i + 1));
        }

        pass(Duration.ofSeconds(6));

        assertThat(addresses()).hasSize(100).allMatch(it -> it.startsWith("10.0.1."));
        assertThat(changes).isEqualTo(1);
    }
}
