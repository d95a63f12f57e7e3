package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfig.EndpointConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.dns.AddressBook;
import io.sluice.dns.Families;
import io.sluice.dns.HostsFile;
import io.sluice.dns.Outcome;
import io.sluice.dns.RecordType;
import io.sluice.dns.Reply;
import io.sluice.dns.SrvRecord;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.DnsMeters;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Names of endpoints, with name servers that say what a test says and a clock moved by hand. */
final class DiscoveryTest {
    private static final String APP = "app.example";

    private final HandClock clock = new HandClock();
    private final EndpointRegistry registry = new EndpointRegistry();
    private final Map<String, Reply> replies = new HashMap<>();
    private final List<String> questions = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private final DnsMeters meters = new DnsMeters("app");
    private boolean holding;
    private double random;
    private int changes;
    private Service service;
    private Discovery discovery;

    @TempDir
    private Path directory;

    @BeforeEach
    void makesADiscovery() {
        discovery = discovery(Families.IPV4);
    }

    private Discovery discovery(Families families) {
        return new Discovery(
                registry,
                new AddressBook(new HostsFile(directory.resolve("hosts")), this::ask, families),
                Discovery.Terms.of(address -> address.port() != 9901),
                new Discovery.Clock(clock, clock::nanos, () -> random),
                any -> meters,
                () -> changes++);
    }

    private void ask(String name, RecordType type, Consumer<Reply> then) {
        questions.add(name + " " + type);
        Runnable answer = () -> then.accept(replies.getOrDefault(name + " " + type, Reply.failed(Outcome.NXDOMAIN)));
        if (holding) {
            held.add(answer);
        } else {
            answer.run();
        }
    }

    private static List<InetAddress> literals(String... literals) {
        return Arrays.stream(literals).map(InetAddress::ofLiteral).toList();
    }

    private void says(String name, RecordType type, long ttl, String... literals) {
        replies.put(name + " " + type, Reply.ofAddresses(literals(literals), ttl));
    }

    private void fails(String name, RecordType type, Outcome why) {
        replies.put(name + " " + type, Reply.failed(why));
    }

    private void records(long ttl, SrvRecord... records) {
        replies.put("_http._tcp.app.example SRV", Reply.ofServices(List.of(records), ttl));
    }

    private static EndpointConfig named(String host, int port, int weight) {
        return new EndpointConfig(new HostPort(host, port), null, weight, 0);
    }

    private static EndpointConfig srv(int priority) {
        return new EndpointConfig(null, "_http._tcp.app.example", 1, priority);
    }

    private static ServiceConfig config(EndpointConfig... endpoints) {
        return new ServiceConfigBuilder("app").endpoints(List.of(endpoints)).build();
    }

    private void serve(EndpointConfig... endpoints) {
        service = new Service(0, config(endpoints), registry, service);
        CompletableFuture<Void> known = discovery.prepare(List.of(service));
        pass(Duration.ZERO);
        assertThat(known).isCompleted();
        discovery.refresh(List.of(service));
        discovery.follow(List.of(service));
        pass(Duration.ofMillis(100));
        changes = 0;
    }

    private void pass(Duration time) {
        clock.pass(time);
    }

    private List<String> addresses() {
        return service.endpoints().stream().map(Endpoint::text).toList();
    }

    private List<Integer> weights() {
        return service.view().stream().map(EndpointView::weight).toList();
    }

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

    // ---- failures ----

    @ParameterizedTest
    @EnumSource(value = Outcome.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void theLastGoodAddressesStayWhateverFails(Outcome why) {
        says(APP, RecordType.A, 5, "10.0.0.1");
        serve(named(APP, 80, 1));
        Roster before = service.roster();

        fails(APP, RecordType.A, why);
        pass(Duration.ofMinutes(10));

        assertThat(service.roster()).isSameAs(before);
        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.1:80");
        NameView view = service.names().getFirst();
        assertThat(view.result()).isEqualTo(why.word());
        assertThat(view.addresses()).containsExactly("10.0.0.1:80");
        assertThat(view.failingSince()).isNotNull();
        assertThat(view.goodAt()).isNotNull();
        assertThat(service.nameRows().getFirst().ageSeconds()).isNotNegative();
    }

    @Test
    void triesAgainAfterFiveSecondsUntilItWorks() {
        says(APP, RecordType.A, 60, "10.0.0.1");
        serve(named(APP, 80, 1));
        fails(APP, RecordType.A, Outcome.TIMEOUT);
        pass(Duration.ofSeconds(61));
        questions.clear();

        pass(Duration.ofSeconds(25));
        assertThat(questions).hasSizeBetween(4, 5);
        says(APP, RecordType.A, 60, "10.0.0.2");
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.2:80");
        assertThat(service.names().getFirst().result()).isEqualTo("ok");
        assertThat(service.names().getFirst().failingSince()).isNull();
    }

    @Test
    void aFamilyThatIsDeniedGoesAndOneThatIsNotAnsweredStays() {
        discovery = discovery(Families.BOTH);
        says(APP, RecordType.A, 5, "10.0.0.1");
        says(APP, RecordType.AAAA, 5, "fd00::1");
        serve(named(APP, 80, 1));

        fails(APP, RecordType.AAAA, Outcome.SERVFAIL);
        pass(Duration.ofSeconds(6));
        assertThat(addresses()).containsExactly("10.0.0.1:80", "[fd00::1]:80");
        assertThat(service.names().getFirst().result()).isEqualTo("servfail");
        fails(APP, RecordType.AAAA, Outcome.EMPTY);
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.1:80");
        assertThat(service.names().getFirst().result()).isEqualTo("ok");
    }

    @Test
    void aFamilyThatNeverWorkedIsNoFailure() {
        discovery = discovery(Families.BOTH);
        says(APP, RecordType.A, 60, "10.0.0.1");
        fails(APP, RecordType.AAAA, Outcome.TIMEOUT);

        serve(named(APP, 80, 1));

        assertThat(addresses()).containsExactly("10.0.0.1:80");
        assertThat(service.names().getFirst().result()).isEqualTo("ok");
    }

    @Test
    void aNameThatIsNotThereAtTheStartLeavesNobodyAndSaysWhy() {
        serve(named(APP, 80, 1));

        assertThat(service.endpoints()).isEmpty();
        assertThat(service.unresolved()).isTrue();
        assertThat(service.pick(null, 0)).isNull();
        assertThat(service.nobody()).isEqualTo(ProxyError.NAME_NOT_RESOLVED);
        assertThat(service.names().getFirst().result()).isEqualTo("nxdomain");
        assertThat(service.nameRows().getFirst().ageSeconds()).isNegative();
        says(APP, RecordType.A, 60, "10.0.0.1");
        pass(Duration.ofSeconds(6));

        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.1:80");
        assertThat(changes).isEqualTo(1);
    }

    // ---- reloads ----

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

    // ---- SRV ----

    @Test
    void recordsSayHostsPortsWeightsAndWhoIsABackup() {
        records(60, new SrvRecord(20, 1, 83, "c.example"), new SrvRecord(10, 3, 81, "a.example"),
                new SrvRecord(10, 1, 82, "b.example"));
        says("a.example", RecordType.A, 60, "10.0.0.1", "10.0.0.2");
        says("b.example", RecordType.A, 60, "10.0.0.3");
        says("c.example", RecordType.A, 60, "10.0.0.4");

        serve(srv(0));

        assertThat(addresses()).containsExactly("10.0.0.1:81", "10.0.0.2:81", "10.0.0.3:82", "10.0.0.4:83");
        assertThat(weights()).containsExactly(3, 3, 1, 1);
        assertThat(service.roster().entries()).extracting(Roster.Entry::priority).containsExactly(0, 0, 0, 1);
        assertThat(service.endpoints().getFirst().named()).isEqualTo(new HostPort("a.example", 81));
        for (int i = 0; i < 50; i++) {
            assertThat(service.pick(null, 0).text()).isNotEqualTo("10.0.0.4:83");
        }
        service.endpoints().subList(0, 3).forEach(service::drain);
        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.4:83");
    }

    @Test
    void aBackupOfRecordsIsBehindAllOthers() {
        records(60, new SrvRecord(5, 1, 81, "a.example"));
        says("a.example", RecordType.A, 60, "10.0.0.1");

        serve(srv(1), named("10.0.0.9", 80, 1));

        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.9:80");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1, 1", "65535, 1, 1000, 1", "0, 5, 1, 1000", "10, 5, 10, 5", "2000, 1000, 1000, 500"})
    void weightsOfRecordsBecomeOurs(int first, int second, int ours, int others) {
        records(60, new SrvRecord(1, first, 81, "a.example"), new SrvRecord(1, second, 82, "b.example"));
        says("a.example", RecordType.A, 60, "10.0.0.1");
        says("b.example", RecordType.A, 60, "10.0.0.2");

        serve(srv(0));

        assertThat(weights()).containsExactly(ours, others);
    }

    @Test
    void recordsStayWhenTheyAreNotAnsweredAndTheirTargetsAreFollowed() {
        records(5, new SrvRecord(1, 1, 81, "a.example"));
        says("a.example", RecordType.A, 5, "10.0.0.1");
        serve(srv(0));

        fails("_http._tcp.app.example", RecordType.SRV, Outcome.REFUSED);
        says("a.example", RecordType.A, 5, "10.0.0.2");
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.2:81");
        assertThat(service.names().getFirst().result()).isEqualTo("refused");
    }

    @Test
    void aTargetThatIsNotAnsweredKeepsItsAddressesAndOneThatIsGoneLosesThem() {
        records(5, new SrvRecord(1, 1, 81, "a.example"), new SrvRecord(1, 1, 82, "b.example"));
        says("a.example", RecordType.A, 5, "10.0.0.1");
        says("b.example", RecordType.A, 5, "10.0.0.2");
        serve(srv(0));

        fails("a.example", RecordType.A, Outcome.TIMEOUT);
        pass(Duration.ofSeconds(6));
        assertThat(addresses()).containsExactly("10.0.0.1:81", "10.0.0.2:82");
        records(5, new SrvRecord(1, 1, 82, "b.example"));
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.2:82");
    }

    @Test
    void theShortestTimeOfRecordsAndTargetsCounts() {
        records(60, new SrvRecord(1, 1, 81, "a.example"));
        says("a.example", RecordType.A, 10, "10.0.0.1");
        serve(srv(0));
        questions.clear();

        pass(Duration.ofSeconds(11));

        assertThat(questions).containsExactly("_http._tcp.app.example SRV", "a.example A");
    }
}
