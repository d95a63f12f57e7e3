package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.exchange.ExchangeState.Request;
import io.sluice.http.BodyFraming;
import io.sluice.http.ProxyError;
import io.sluice.http.Trailers;
import io.sluice.stream.FakeBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies in both directions: held, passed on, held back, limited, cut short. */
class ExchangeBodyTest {
    private final ExchangeBench bench = new ExchangeBench();

    @AfterEach
    void nothingIsLeft() {
        bench.nothingIsLeft();
    }

    private void answers(FakeBackend backend) {
        backend.says("HTTP/1.1 200 OK", "Content-Length: 2");
        backend.saysBody("ok");
        backend.saysEnd();
        assertThat(bench.client.body).isEqualTo("ok");
    }

    // ---- the request's ----

    @Test
    void holdsTheBodyAndTheClientUntilThereIsAConnection() {
        bench.requests("POST /", "Content-Length: 6");
        bench.arrives("abc");
        bench.arrives("de");
        bench.exchange.onRequestBatchEnd();
        assertThat(bench.client.paused).isTrue();

        FakeBackend backend = bench.opens();
        assertThat(backend.body).isEqualTo("abcde");
        assertThat(backend.events).endsWith("flush");
        assertThat(bench.client.paused).isFalse();
        bench.uploads("f");
        bench.uploadEnds();

        assertThat(backend.body).isEqualTo("abcdef");
        assertThat(backend.ended).isTrue();
        answers(backend);
        assertThat(bench.record().bytesIn()).isEqualTo(6);
    }

    @Test
    void sendsAWholeRequestThatWasHeldInOneFlush() {
        bench.begins("POST /", "Content-Length: 3");
        bench.arrives("abc");
        bench.uploadEnds();

        FakeBackend backend = bench.opens();

        assertThat(backend.events).containsExactly("head", "end", "flush");
        assertThat(backend.body).isEqualTo("abc");
        answers(backend);
    }

    @Test
    void sendsAHeldBodyToTheEndpointThatCouldBeReached() {
        bench.begins("POST /", "Content-Length: 3");
        bench.arrives("abc");
        bench.uploadEnds();
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);

        FakeBackend backend = bench.opens();

        assertThat(backend.body).isEqualTo("abc");
        assertThat(backend.ended).isTrue();
        answers(backend);
    }

    @Test
    void releasesAHeldBodyIfNoEndpointCanBeReached() {
        bench.requests("POST /single", "Content-Length: 6");
        bench.uploads("abc");
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);

        assertThat(bench.client.status).isEqualTo(502);
        bench.uploads("def");
        bench.uploadEnds();
    }

    @Test
    void sendsHeadAndBodyOfOneReadInOneFlush() {
        FakeBackend backend = bench.idle("single").getFirst();
        bench.begins("PUT /single", "Content-Length: 3");
        bench.arrives("abc");
        bench.uploadEnds();

        assertThat(backend.events).containsExactly("head", "end", "flush");
        answers(backend);
    }

    @Test
    void asksForMuchAtOnceOnlyOfALongBody() {
        bench.requests("POST /", "Content-Length: 65535");
        FakeBackend backend = bench.opens();
        assertThat(bench.client.events).doesNotContain("bulk");
        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
        assertThat(backend.closed).isTrue();
        bench.nothingIsLeft();

        bench.requests("POST /", "Content-Length: 65536");
        bench.opens();
        assertThat(bench.client.events).contains("bulk");
        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
    }

    @Test
    void refusesABodyThatSaysItIsTooLong() {
        bench.requests("POST /limited", "Content-Length: 11");

        assertThat(bench.client.status).isEqualTo(413);
        assertThat(bench.connector.openings).isEmpty();
    }

    @Test
    void refusesABodyThatBecomesTooLong() {
        bench.client.shortRest = false;
        bench.requests("POST /limited", "Transfer-Encoding: chunked");
        FakeBackend backend = bench.opens();
        bench.uploads("0123456789");
        assertThat(backend.body).isEqualTo("0123456789");
        bench.uploads("x");

        assertThat(bench.client.status).isEqualTo(413);
        assertThat(bench.client.closingAtHead).isTrue();
        assertThat(backend.closed).as("it must not take it for whole").isTrue();
        assertThat(backend.ended).isFalse();
        assertThat(backend.body).doesNotContain("x");
    }

    @Test
    void refusesABodyThatBecomesTooLongBeforeThereIsAConnection() {
        bench.requests("POST /limited", "Transfer-Encoding: chunked");
        bench.uploads("0123456789x");

        assertThat(bench.client.status).isEqualTo(413);
        assertThat(bench.connector.last().cancelled).isEqualTo(1);
    }

    @Test
    void holdsTheClientBackWhileTheBackendHasEnough() {
        bench.requests("POST /", "Content-Length: 6");
        FakeBackend backend = bench.opens();
        backend.writable = false;
        bench.uploads("abc");
        assertThat(bench.client.paused).isTrue();

        backend.writable = true;
        backend.listener.onBackendWritable();
        assertThat(bench.client.paused).isFalse();
        bench.uploads("def");
        bench.uploadEnds();

        answers(backend);
        assertThat(bench.record().blockedOnBackendNanos()).isPositive();
        assertThat(bench.record().blockedOnClientNanos()).isZero();
    }

    @Test
    void tellsOfABodyThatCanNotBeRead() {
        bench.requests("POST /", "Transfer-Encoding: chunked");
        FakeBackend backend = bench.opens();
        bench.uploads("abc");

        bench.exchange.onRequestBroken(ProxyError.MALFORMED_CHUNK);

        assertThat(bench.client.status).isEqualTo(400);
        assertThat(bench.client.closingAtHead).isTrue();
        assertThat(backend.closed).isTrue();
        assertThat(backend.ended).isFalse();
    }

    // ---- an answer before the request's end ----

    @ParameterizedTest
    @CsvSource({"true, false", "false, true"})
    void passesAnEarlyResponseWhileTheUploadGoesOn(boolean shortRest, boolean closing) {
        bench.client.shortRest = shortRest;
        bench.requests("POST /", "Content-Length: 6");
        FakeBackend backend = bench.opens();
        bench.uploads("abc");
        backend.says("HTTP/1.1 413 Too Large", "Content-Length: 2");
        assertThat(bench.client.closingAtHead).isEqualTo(closing);
        bench.uploads("de");
        assertThat(backend.body).isEqualTo("abcde");
        backend.saysBody("no");
        backend.saysEnd();

        assertThat(backend.closed).as("it waits for the rest").isTrue();
        assertThat(bench.client.body).isEqualTo("no");
        assertThat(bench.record().error()).isNull();
        assertThat(bench.exchange.state.request()).isEqualTo(Request.ABORTED);
        bench.uploads("f");
        bench.uploadEnds();
        assertThat(backend.ended).isFalse();
    }

    @Test
    void keepsTheConnectionOfAnEarlyResponseIfTheUploadEndedFirst() {
        bench.requests("POST /", "Content-Length: 3");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 2");
        bench.uploads("abc");
        bench.uploadEnds();
        backend.saysBody("ok");
        backend.saysEnd();

        assertThat(backend.closed).isFalse();
        assertThat(bench.client.sent).isEqualTo(1);
    }

    @Test
    void passesTheAnswerOfABackendThatTakesNoMore() {
        bench.client.shortRest = false;
        bench.requests("POST /", "Content-Length: 9");
        FakeBackend backend = bench.opens();
        backend.writable = false;
        bench.uploads("abc");
        backend.writable = true;
        backend.listener.onRequestRefused();
        assertThat(bench.client.paused).as("what comes is forgotten").isFalse();
        bench.uploads("def");
        backend.says("HTTP/1.1 403 Forbidden", "Content-Length: 2");
        backend.saysBody("no");
        backend.saysEnd();

        assertThat(bench.client.status).isEqualTo(403);
        assertThat(bench.client.closingAtHead).isTrue();
        assertThat(backend.body).isEqualTo("abc");
        assertThat(backend.closed).isTrue();
    }

    @Test
    void closesAfterItsAnswerIfABackendTookNoMoreAndSaidNothing() {
        bench.client.shortRest = false;
        bench.requests("POST /", "Content-Length: 9");
        FakeBackend backend = bench.opens();
        bench.uploads("abc");
        backend.listener.onRequestRefused();
        backend.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.client.closingAtHead).as("nobody reads the rest").isTrue();
    }

    // ---- the response's ----

    @Test
    void holdsTheBackendBackWhileTheClientHasEnough() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        bench.client.writable = false;
        backend.saysBody("abc");
        assertThat(backend.paused).isTrue();

        bench.client.wantsMore();
        assertThat(backend.paused).isFalse();
        backend.saysBody("def");
        backend.saysEnd();

        assertThat(bench.client.body).isEqualTo("abcdef");
        assertThat(bench.record().blockedOnClientNanos()).isPositive();
        assertThat(bench.record().blockedOnBackendNanos()).isZero();
    }

    @Test
    void mayEndWhileTheClientHasEnough() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 3");
        bench.client.writable = false;
        bench.client.slow = true;
        backend.saysBody("abc");
        backend.saysEnd();
        bench.client.wantsMore();
        assertThat(bench.worker.active()).isEqualTo(1);

        bench.client.takesAll();

        assertThat(bench.record().error()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length: 65535, small, false",
        "Content-Length: 65536, small, true",
        "Content-Length: 131071, small, true",
        "Content-Length: 131072, platform, true",
        "Transfer-Encoding: chunked, platform, true",
        "X-Until: close, platform, true",
        "Content-Length: 0, '', false",
    })
    void notesHowTheBodyCrossesAndAsksForMuchOfALongOne(String field, String reason, boolean bulk) {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", field);
        backend.listener.onResponseEnd(Trailers.NONE);

        assertThat(bench.record().relayReason()).isEqualTo(reason);
        assertThat(backend.events.contains("bulk")).isEqualTo(bulk);
    }

    @Test
    void passesNoBodyOfAResponseToHead() {
        bench.requests("HEAD /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 100");
        backend.saysEnd();

        assertThat(bench.client.framing).isEqualTo(BodyFraming.NONE);
        assertThat(bench.client.contentLength).isEqualTo(100);
        assertThat(bench.client.sent).isEqualTo(1);
    }
}
