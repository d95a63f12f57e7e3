package io.sluice.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.DnsConfig;
import io.sluice.config.HostPort;
import io.sluice.transport.EventLoops;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class DnsClientIT {
    private final Transport transport = Transport.detect();
    private final EventLoops loops = transport.eventLoops(1);
    private ScriptedNameServer server;
    private ScriptedNameServer second;
    private DnsClient client;

    @BeforeEach
    void startsTheServers() throws IOException {
        server = new ScriptedNameServer();
        second = new ScriptedNameServer();
        client = client(List.of(), Duration.ofSeconds(20), server);
    }

    private DnsClient client(List<String> search, Duration timeout, ScriptedNameServer... servers) {
        DnsConfig config = new DnsConfig(
                List.of(servers).stream().map(it -> new HostPort("127.0.0.1", it.port())).toList(),
                DnsConfig.Families.BOTH, timeout);
        return new DnsClient(config, transport, loops.loops().getFirst(), new SearchList(search, 1));
    }

    @AfterEach
    void stopsThem() {
        client.close();
        server.close();
        second.close();
        loops.close();
    }

    private Reply ask(String name, RecordType type) {
        return ask(client, name, type);
    }

    private static Reply ask(DnsClient of, String name, RecordType type) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        of.ask(name, type, reply::complete);
        return reply.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static List<InetAddress> literals(String... literals) {
        return List.of(literals).stream().map(InetAddress::ofLiteral).toList();
    }

    @Test
    void findsAllAddressesOfEachFamilyWithTheShortestTime() {
        server.host("app.example", 30, "10.0.0.1", "10.0.0.2", "fd00::1");

        assertThat(ask("app.example", RecordType.A))
                .isEqualTo(new Reply(Outcome.OK, literals("10.0.0.1", "10.0.0.2"), List.of(), 30));
        assertThat(ask("app.example", RecordType.AAAA))
                .isEqualTo(new Reply(Outcome.OK, literals("fd00::1"), List.of(), 30));
    }

    @Test
    void takesTheTimeOfAnAliasIfItIsShorter() {
        server.alias("app.example", 7, "lb.example").alias("lb.example", 40, "real.example")
                .host("real.example", 300, "10.0.0.1");

        Reply reply = ask("app.example", RecordType.A);

        assertThat(reply.addresses()).isEqualTo(literals("10.0.0.1"));
        assertThat(reply.ttlSeconds()).isEqualTo(7);
    }

    @Test
    void endsWhereAliasesGoRoundInACircle() {
        server.alias("app.example", 7, "lb.example").alias("lb.example", 7, "app.example");

        assertThat(ask("app.example", RecordType.A).outcome()).isNotEqualTo(Outcome.OK);
    }

    @ParameterizedTest
    @CsvSource({"2, SERVFAIL", "3, NXDOMAIN", "5, REFUSED", "4, FAILED"})
    void tellsFailuresApart(int code, Outcome outcome) {
        server.host("app.example", 30, "10.0.0.1");
        server.fail(code);

        assertThat(ask("app.example", RecordType.A)).isEqualTo(Reply.failed(outcome));
    }

    @Test
    void tellsANameWithoutSuchARecordFromNoName() {
        server.host("app.example", 30, "10.0.0.1");

        assertThat(ask("app.example", RecordType.AAAA)).isEqualTo(Reply.failed(Outcome.EMPTY));
        assertThat(ask("other.example", RecordType.A)).isEqualTo(Reply.failed(Outcome.NXDOMAIN));
    }

    @Test
    void asksASilentServerTwiceAndGivesUp() {
        server.silent(true);
        try (DnsClient hasty = client(List.of(), Duration.ofMillis(50), server)) {
            assertThat(ask(hasty, "app.example", RecordType.A)).isEqualTo(Reply.failed(Outcome.TIMEOUT));
        }
        assertThat(server.questions("app.example")).isEqualTo(2);
    }

    @Test
    void asksTheNextServerWhereOneIsSilentOrDoesNotKnow() {
        second.host("app.example", 30, "10.0.0.1");
        server.fail(ScriptedNameServer.SERVFAIL);
        try (DnsClient both = client(List.of(), Duration.ofSeconds(20), server, second)) {
            assertThat(ask(both, "app.example", RecordType.A).addresses()).isEqualTo(literals("10.0.0.1"));
        }
        server.silent(true);
        try (DnsClient both = client(List.of(), Duration.ofMillis(500), server, second)) {
            assertThat(ask(both, "app.example", RecordType.A).addresses()).isEqualTo(literals("10.0.0.1"));
        }
    }

    @Test
    void believesTheFirstServerThatTheNameIsNotThere() {
        second.host("app.example", 30, "10.0.0.1");
        try (DnsClient both = client(List.of(), Duration.ofSeconds(20), server, second)) {
            assertThat(ask(both, "app.example", RecordType.A).outcome()).isEqualTo(Outcome.NXDOMAIN);
        }
        assertThat(second.questions("app.example")).isZero();
    }

    @Test
    void putsTheSearchListBehindShortNamesAndBehindLongOnesThatAreNotThere() {
        server.host("app.two.example", 30, "10.0.0.1").host("app.ns.two.example", 30, "10.0.0.2");
        try (DnsClient searching = client(List.of("one.example", "two.example"), Duration.ofSeconds(20), server)) {
            assertThat(ask(searching, "app", RecordType.A).addresses()).isEqualTo(literals("10.0.0.1"));
            assertThat(server.questions("app")).isZero();
            assertThat(ask(searching, "app.ns", RecordType.A).addresses()).isEqualTo(literals("10.0.0.2"));
            assertThat(server.questions("app.ns")).isEqualTo(1);
            assertThat(ask(searching, "app.", RecordType.A).outcome()).isEqualTo(Outcome.NXDOMAIN);
        }
    }

    @Test
    void asksByTcpForWhatDoesNotFit() {
        String[] many = IntStream.range(0, 300).mapToObj(i -> "10.1." + i / 200 + "." + (i % 200 + 1)).toArray(String[]::new);
        server.host("many.example", 30, many);

        assertThat(ask("many.example", RecordType.A).addresses()).isEqualTo(literals(many));
    }

    @Test
    void readsRecordsOfServicesAndLeavesOutWhatCanNotBeMeant() {
        server.service("_http._tcp.app.example", 20, 1, 2, 8080, "a.example")
                .service("_http._tcp.app.example", 10, 1, 0, 8081, "B.example.")
                .service("_http._tcp.app.example", 20, 1, 2, 0, "noport.example")
                .service("_http._tcp.app.example", 20, 1, 2, 80, ".")
                .service("_http._tcp.app.example", 20, 1, 2, 80, "evil\r\nx: y.example");

        Reply reply = ask("_http._tcp.app.example", RecordType.SRV);

        assertThat(reply.services()).containsExactly(
                new SrvRecord(1, 2, 8080, "a.example"), new SrvRecord(1, 0, 8081, "b.example"));
        assertThat(reply.ttlSeconds()).isEqualTo(10);
    }

    @Test
    void aServiceThatSaysItIsNotThereIsEmpty() {
        server.service("_http._tcp.app.example", 20, 0, 0, 0, ".");

        assertThat(ask("_http._tcp.app.example", RecordType.SRV)).isEqualTo(Reply.failed(Outcome.EMPTY));
    }

    @Test
    void leavesOutAddressesOfOtherNamesAndThoseThatNobodyHas() {
        server.host("app.example", 30, "10.0.0.1");
        server.foreign("app.example", "bank.example", "10.6.6.6").foreign("app.example", "app.example", "0.0.0.0")
                .foreign("app.example", "app.example", "224.0.0.1");

        assertThat(ask("app.example", RecordType.A).addresses()).isEqualTo(literals("10.0.0.1"));
    }

    @Test
    void onlyAnswersOfOtherNamesAreNoAnswer() {
        server.foreign("app.example", "bank.example", "10.6.6.6");

        assertThat(ask("app.example", RecordType.A)).isEqualTo(Reply.failed(Outcome.EMPTY));
    }

    @Test
    void asksFromPortsThatNobodyCanKnow() {
        for (int i = 0; i < 20; i++) {
            ask("app.example", RecordType.A);
        }

        assertThat(server.ports()).isGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource(ScriptedNameServer.Forgery.class)
    void isNotMisledByWhatComesBeforeTheAnswer(ScriptedNameServer.Forgery forgery) {
        server.host("app.example", 30, "10.0.0.1");
        server.forge(forgery);
        try (DnsClient patient = client(List.of(), Duration.ofSeconds(2), server)) {
            Reply reply = ask(patient, "app.example", RecordType.A);

            assertThat(reply.addresses()).doesNotContain(InetAddress.ofLiteral("10.6.6.6"));
            if (forgery != ScriptedNameServer.Forgery.GARBAGE) {
                assertThat(reply.addresses()).isEqualTo(literals("10.0.0.1"));
            }
        }
    }
}
