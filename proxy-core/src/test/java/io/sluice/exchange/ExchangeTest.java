package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.config.ServiceConfig;
import io.sluice.exchange.ExchangeState.Request;
import io.sluice.http.BodyFraming;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.ExchangeRecord.Relay;
import io.sluice.telemetry.Readings;
import io.sluice.transport.AddressPair;
import io.sluice.transport.ProxyHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exchanges that end well, and those that are answered or refused here. */
class ExchangeTest {
    private final ExchangeBench bench = new ExchangeBench();

    @AfterEach
    void nothingIsLeft() {
        bench.nothingIsLeft();
    }

    @Test
    void passesARequestAndItsResponse() {
        bench.requests("GET /a?b=c", "Connection: close, x-hop", "X-Hop: 1");
        FakeBackend backend = bench.opens();
        assertThat(backend.events).containsExactly("head", "end", "flush");
        assertThat(backend.target).isEqualTo("GET /a");
        assertThat(backend.framing).isEqualTo(BodyFraming.NONE);

        backend.says("HTTP/1.1 200 OK", "Content-Length: 5", "X-A: b", "Connection: x-b", "X-B: c");
        backend.saysBody("hello");
        backend.saysEnd();

        assertThat(bench.client.status).isEqualTo(200);
        assertThat(bench.client.fields).contains("X-A: b").doesNotContain("X-B");
        assertThat(bench.client.body).isEqualTo("hello");
        assertThat(bench.client.sent).isEqualTo(1);
        assertThat(bench.client.closing).as("it is the connection's to know").isFalse();
        assertThat(backend.closed).as("given back").isFalse();
    }

    @Test
    void tellsEveryConnectionOfAServiceThatWantsItWhoseItIs() {
        bench.requests("GET /told");
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);
        FakeBackend backend = bench.opens();
        assertThat(backend.events).containsExactly("introduce", "head", "end", "flush");
        assertThat(backend.header).isEqualTo(new ProxyHeader(
                ServiceConfig.ProxyProtocol.V2,
                new AddressPair(bench.client.peer().remote(), bench.client.peer().local())));

        backend.says("HTTP/1.1 200 OK", "Content-Length: 0");
        backend.saysEnd();

        assertThat(bench.client.status).isEqualTo(200);
        assertThat(backend.closed).as("never kept").isTrue();
    }

    @Test
    void recordsWhatHappened() {
        bench.requests("POST /a", "Content-Length: 3");
        FakeBackend backend = bench.opens();
        bench.uploads("abc");
        bench.uploadEnds();
        backend.says("HTTP/1.1 201 Created", "Content-Length: 5");
        backend.saysBody("hello");
        backend.saysEnd();

        assertThat(bench.record().status()).isEqualTo(201);
        assertThat(bench.record().error()).isNull();
        assertThat(bench.record().route()).isEqualTo("app");
        assertThat(bench.record().service()).isEqualTo("app");
        assertThat(bench.record().endpoint()).startsWith("127.0.0.1:900");
        assertThat(bench.record().attempts()).isEqualTo(1);
        assertThat(bench.record().reused()).isFalse();
        assertThat(bench.record().bytesIn()).isEqualTo(3);
        assertThat(bench.record().bytesOut()).isEqualTo(5);
        assertThat(bench.record().connectNanos()).isPositive();
        assertThat(bench.record().firstByteNanos()).isPositive();
        assertThat(bench.record().relay()).isEqualTo(Relay.COPIED);
        assertThat(bench.record().relayReason()).isEqualTo("small");
    }

    @Test
    void usesAnIdleConnectionAndGivesItBack() {
        FakeBackend backend = bench.idle("single").getFirst();
        bench.requests("GET /single");
        assertThat(bench.connector.openings).isEmpty();
        assertThat(backend.events).containsExactly("head", "end", "flush");

        backend.says("HTTP/1.1 204 No Content");
        backend.saysEnd();

        assertThat(bench.client.status).isEqualTo(204);
        assertThat(bench.record().reused()).isTrue();
        assertThat(bench.record().connectNanos()).isZero();
        assertThat(Readings.of(bench.metrics.pool("single")).idle()).isEqualTo(1);
        assertThat(backend.closed).isFalse();
    }

    @Test
    void closesAConnectionThatMayNotBeUsedAgain() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK");
        backend.saysBody("all");
        backend.listener.onResponseEnd(Trailers.NONE);

        assertThat(bench.client.sent).isEqualTo(1);
        assertThat(backend.closed).isTrue();
    }

    @Test
    void endsOnlyWhenTheClientTookEverything() {
        bench.client.slow = true;
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 5");
        backend.saysBody("hello");
        backend.saysEnd();
        assertThat(bench.worker.active()).isEqualTo(1);
        assertThat(Readings.of(bench.metrics.pool("app")).idle()).as("the backend is free already").isEqualTo(1);

        bench.client.takesAll();

        assertThat(bench.record().error()).isNull();
    }

    @Test
    void passesInterimResponses() {
        bench.requests("POST /", "Content-Length: 2", "Expect: 100-continue");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 100 Continue");
        assertThat(bench.client.events).containsExactly("100", "flush");
        bench.uploads("ab");
        bench.uploadEnds();
        backend.says("HTTP/1.1 103 Early Hints", "Link: </a>");
        backend.says("HTTP/1.1 200 OK", "Content-Length: 0");
        backend.saysEnd();

        assertThat(bench.client.events).containsSubsequence("100", "flush", "103", "flush", "200", "end", "flush");
        assertThat(backend.body).isEqualTo("ab");
    }

    @ParameterizedTest
    @CsvSource({"16, 200,", "17, 502, TOO_MANY_INTERIM_RESPONSES"})
    void passesNoEndlessRowOfInterimResponses(int count, int status, ProxyError error) {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        for (int i = 0; i < count; i++) {
            backend.says("HTTP/1.1 102 Processing");
        }
        if (!backend.closed) {
            backend.says("HTTP/1.1 200 OK", "Content-Length: 0");
            backend.saysEnd();
        }

        assertThat(bench.client.status).isEqualTo(status);
        assertThat(bench.record().error()).isEqualTo(error);
        assertThat(bench.client.events.stream().filter("102"::equals)).hasSize(16);
    }

    @Test
    void takesNoUpgradeThatNobodyAskedFor() {
        bench.requests("GET /", "Upgrade: websocket");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket");

        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.client.events).doesNotContain("101");
        assertThat(bench.record().error()).isEqualTo(ProxyError.UNREQUESTED_UPGRADE);
        assertThat(backend.closed).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /hello, 200, hello, 5",
        "HEAD, /hello, 200, '', 5",
        "GET, /old, 302, '', 0",
        "GET, /empty, 204, '', -1",
    })
    void answersItself(String method, String path, int status, String body, int length) {
        bench.requests(method + " " + path);

        assertThat(bench.client.status).isEqualTo(status);
        assertThat(bench.client.body).isEqualTo(body);
        // RFC 9110 §8.6: a 204 has none.
        assertThat(bench.client.contentLength).isEqualTo(length);
        assertThat(bench.client.closing).isFalse();
        assertThat(bench.record().status()).isEqualTo(status);
        assertThat(bench.record().error()).isNull();
        assertThat(bench.record().service()).isEqualTo("-");
        assertThat(bench.record().attempts()).isZero();
        assertThat(bench.connector.openings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET /denied, 403, ADDRESS_DENIED",
        "GET /none, 503, NO_ENDPOINT",
        "GET /a/..%2f/denied, 400, AMBIGUOUS_PATH",
    })
    void refuses(String line, int status, ProxyError error) {
        bench.requests(line);

        assertThat(bench.client.status).isEqualTo(status);
        assertThat(bench.client.body).isEqualTo(status + " " + error.word() + "\n");
        assertThat(bench.record().error()).isEqualTo(error);
        assertThat(bench.connector.openings).isEmpty();
    }

    @Test
    void refusesWhatNoRouteMatches() {
        ExchangeBench narrow = new ExchangeBench(ExchangeBench.YAML.replace("match: { path: / }", "match: { path: /x/ }"));
        narrow.requests("GET /y");

        assertThat(narrow.client.status).isEqualTo(404);
        assertThat(narrow.record().error()).isEqualTo(ProxyError.NO_ROUTE);
        assertThat(narrow.record().route()).isEqualTo("-");
        narrow.nothingIsLeft();
        bench.requests("GET /hello");
    }

    @Test
    void refusesARequestWhoseHeadCouldNotBeRead() {
        bench.exchange = bench.exchange(new RequestHead());

        bench.exchange.refuse(ProxyError.REQUEST_HEAD_TOO_LARGE);

        assertThat(bench.client.status).isEqualTo(431);
        assertThat(bench.client.closingAtHead).isTrue();
        assertThat(bench.record().route()).isEqualTo("-");
        assertThat(Readings.rejected(bench.metrics.listener("web"), ProxyError.REQUEST_HEAD_TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void refusesALoop() {
        bench.requests("GET /", "Via: 1.1 sluice, 1.1 sluice, 1.1 sluice, 1.1 sluice, 1.1 sluice, 1.1 sluice, 1.1 sluice,"
                + " 1.1 sluice, 1.1 sluice, 1.1 sluice, 1.1 sluice, 1.1 sluice");

        assertThat(bench.client.status).isEqualTo(508);
        assertThat(bench.record().error()).isEqualTo(ProxyError.LOOP_DETECTED);
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true"})
    void anAnswerBeforeTheUploadEndsTheConnectionUnlessTheRestIsShort(boolean shortRest, boolean closing) {
        bench.client.shortRest = shortRest;
        bench.begins("POST /hello", "Content-Length: 100");
        bench.arrives("abc");
        bench.uploadEnds();

        assertThat(bench.client.status).isEqualTo(200);
        assertThat(bench.client.closingAtHead).isEqualTo(closing);
        assertThat(bench.exchange.state.request()).isEqualTo(Request.ABORTED);
    }

    @Test
    void aDefectOfOursCostsThisExchangeOnly() {
        bench.requests("POST /", "Content-Length: 2");
        FakeBackend backend = bench.opens();

        bench.exchange.onRequestBroken(ProxyError.INTERNAL);

        assertThat(bench.client.status).isEqualTo(500);
        assertThat(bench.client.closingAtHead).isTrue();
        assertThat(backend.closed).isTrue();
    }

    @Test
    void aDefectBeforeTheRouteIsTakenIsAnsweredToo() {
        bench.make("GET /");
        bench.client.broken = true;
        assertThat(catchThrowable(bench.exchange::begin))
                .isInstanceOf(IllegalStateException.class);
        bench.client.broken = false;

        bench.exchange.onRequestBroken(ProxyError.INTERNAL);

        assertThat(bench.client.status).isEqualTo(500);
        assertThat(bench.record().error()).isEqualTo(ProxyError.INTERNAL);
    }
}
