package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Secret;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.config.StickyConfig;
import io.sluice.dns.Outcome;
import io.sluice.dns.RecordType;
import io.sluice.http.RequestHeads;
import io.sluice.http.ResponseHead;
import io.sluice.telemetry.Readings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names in services that take the place of others. */
final class DiscoveryReloadTest extends NamesByHand {
    @Test
    void aReloadKeepsWhatNamesStandForAndAsksOnlyForNewOnes() {
        says(APP, RecordType.A, 60, "10.0.0.1");
        says("new.example", RecordType.A, 60, "10.0.0.2");
        serve(named(APP, 80, 1));
        Endpoint before = service.endpoints().getFirst();
        questions.clear();
        fails(APP, RecordType.A, Outcome.TIMEOUT);

        serve(named(APP, 80, 5), named("new.example", 80, 1));

        assertThat(questions).containsExactly("new.example A");
        assertThat(service.endpoints().getFirst()).isSameAs(before);
        assertThat(addresses()).containsExactly("10.0.0.1:80", "10.0.0.2:80");
        assertThat(weights()).containsExactly(5, 1);
    }

    @Test
    void namesThatAReloadDroppedAreAskedForNoMore() {
        says(APP, RecordType.A, 5, "10.0.0.1");
        serve(named(APP, 80, 1));

        serve(named("10.0.0.1", 80, 1));
        registry.retain(List.of(service));
        questions.clear();
        pass(Duration.ofMinutes(5));

        assertThat(questions).isEmpty();
        assertThat(service.names()).isEmpty();
        assertThat(Readings.names(meters)).isEmpty();
    }

    @Test
    void anAnswerOnItsWayDuringAReloadIsTheNewServices() {
        holding = true;
        service = new Service(0, config(named(APP, 80, 1)), registry, null);
        discovery.follow(List.of(service));
        pass(Duration.ZERO);
        Service after = new Service(0, config(named(APP, 80, 9)), registry, service);
        discovery.follow(List.of(after));

        says(APP, RecordType.A, 60, "10.0.0.1");
        held.forEach(Runnable::run);
        pass(Duration.ofSeconds(1));

        assertThat(after.endpoints()).extracting(Endpoint::text).containsExactly("10.0.0.1:80");
        assertThat(after.view().getFirst().weight()).isEqualTo(9);
    }

    @Test
    void theCookiesOfStickySessionsGoByTheEndpointsOfTheMoment() {
        says(APP, RecordType.A, 5, "10.0.0.1", "10.0.0.2");
        StickyConfig sticky = new StickyConfig("sid", List.of(new Secret("sixteen-or-longer")), Duration.ZERO, "/",
                StickyConfig.SameSite.LAX, StickyConfig.Secure.AUTO);
        service = new Service(0, new ServiceConfigBuilder("app").endpoint(APP, 80, 1).sticky(sticky).build(), registry, null);
        discovery.follow(List.of(service));
        pass(Duration.ofMillis(100));
        String stays = cookie(service.endpoints().get(1));
        Session old = session("Cookie: " + stays);

        says(APP, RecordType.A, 5, "10.0.0.2", "10.0.0.3");
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.2:80", "10.0.0.3:80");
        assertThat(session("Cookie: " + stays).wanted()).isSameAs(service.endpoints().getFirst());
        assertThat(session("Cookie: " + cookie(service.endpoints().get(1))).wanted()).isSameAs(service.endpoints().get(1));
        // A request that began before may get its answer from an endpoint that it knows nothing of.
        ResponseHead response = RequestHeads.response(200);
        old.answered(service.endpoints().get(1), response);
        assertThat(response.next("set-cookie".getBytes(), 0)).isNegative();
    }

    private Session session(String... lines) {
        List<String> all = new ArrayList<>(List.of("GET / HTTP/1.1", "Host: a"));
        all.addAll(List.of(lines));
        return service.sticky().session(RequestHeads.of(all.toArray(String[]::new)));
    }

    private String cookie(Endpoint endpoint) {
        ResponseHead response = RequestHeads.response(200);
        session().answered(endpoint, response);
        return response.value(response.next("set-cookie".getBytes(), 0)).split(";")[0];
    }
}
