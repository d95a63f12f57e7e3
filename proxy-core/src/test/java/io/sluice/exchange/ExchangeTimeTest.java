package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.ProxyError;
import io.sluice.stream.FakeBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exchanges in which somebody takes too long. The configured times differ, so that it shows which one it was. */
class ExchangeTimeTest {
    private ExchangeBench bench = new ExchangeBench();

    @AfterEach
    void nothingIsLeft() {
        bench.nothingIsLeft();
    }

    private void missed(ProxyError error, int status) {
        assertThat(bench.client.status).isEqualTo(status);
        assertThat(bench.client.sent).isEqualTo(1);
        assertThat(bench.record().error()).isEqualTo(error);
    }

    @Test
    void triesAnotherEndpointIfTheFirstDoesNotAnswerTheHandshake() {
        bench.requests("POST /");
        bench.pass(2);
        assertThat(bench.connector.openings).hasSize(1);
        bench.pass(1);

        assertThat(bench.connector.openings).hasSize(2);
        assertThat(bench.connector.openings.getFirst().cancelled).isEqualTo(1);
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 204 No Content");
        backend.saysEnd();
        assertThat(bench.record().error()).isNull();
    }

    @Test
    void givesUpConnectingAfterTheAttemptsThatAreAllowed() {
        bench.requests("GET /");
        for (int i = 0; i < 3; i++) {
            bench.pass(3);
        }

        missed(ProxyError.CONNECT_TIMEOUT, 504);
        assertThat(bench.connector.openings).hasSize(3);
    }

    @Test
    void aBodyThatIsHeldHasNoDeadlineOfItsOwnWhileConnecting() {
        bench = new ExchangeBench(ExchangeBench.YAML.replace("connect: 3s", "connect: 100s"));
        bench.requests("POST /", "Content-Length: 6");
        bench.uploads("abc");
        bench.pass(99);
        assertThat(bench.worker.active()).isEqualTo(1);
        bench.connector.last().fails(ProxyError.POOL_EXHAUSTED);

        missed(ProxyError.POOL_EXHAUSTED, 503);
    }

    @Test
    void waitsSoLongForTheBody() {
        bench.requests("POST /", "Content-Length: 6");
        FakeBackend backend = bench.opens();
        bench.pass(29);
        bench.uploads("abc");
        assertThat(bench.worker.active()).isEqualTo(1);
        bench.pass(29);
        assertThat(bench.client.status).as("the first wait counts no more: %s", bench.record().error()).isIn(0, 408);
        bench.pass(1);

        missed(ProxyError.REQUEST_BODY_TIMEOUT, 408);
        assertThat(backend.closed).isTrue();
        assertThat(backend.ended).isFalse();
    }

    @Test
    void waitsSoLongForTheBodyFromTheHeadOn() {
        bench.requests("POST /", "Content-Length: 6");
        bench.opens();
        bench.pass(29);
        assertThat(bench.worker.active()).isEqualTo(1);
        bench.pass(1);

        missed(ProxyError.REQUEST_BODY_TIMEOUT, 408);
    }

    @Test
    void waitsSoLongForTheBodyOverAnIdleConnectionToo() {
        bench.idle("single");
        bench.requests("POST /single", "Content-Length: 6");
        bench.pass(30);

        missed(ProxyError.REQUEST_BODY_TIMEOUT, 408);
    }

    @Test
    void waitsSoLongForTheHead() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        bench.pass(59);
        assertThat(bench.worker.active()).isEqualTo(1);
        bench.pass(1);

        missed(ProxyError.RESPONSE_HEAD_TIMEOUT, 504);
        assertThat(backend.closed).isTrue();
    }

    @Test
    void waitsSoLongForABackendThatTakesNoMoreOfTheBody() {
        bench.requests("POST /", "Content-Length: 6");
        FakeBackend backend = bench.opens();
        backend.writable = false;
        bench.uploads("abc");
        bench.pass(59);
        assertThat(bench.worker.active()).as("the client is not to blame").isEqualTo(1);
        bench.pass(1);

        missed(ProxyError.RESPONSE_HEAD_TIMEOUT, 504);
    }

    @Test
    void waitsSoLongForTheAnswerOfABackendThatRefusedTheBody() {
        bench.requests("POST /", "Content-Length: 6");
        bench.opens().listener.onRequestRefused();
        bench.pass(59);
        assertThat(bench.worker.active()).isEqualTo(1);
        bench.pass(1);

        missed(ProxyError.RESPONSE_HEAD_TIMEOUT, 504);
    }

    @Test
    void waitsSoLongForTheResponseBody() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        bench.pass(39);
        assertThat(bench.worker.active()).isEqualTo(1);
        bench.pass(1);

        assertThat(bench.client.aborted).isEqualTo(ProxyError.RESPONSE_BODY_TIMEOUT);
        assertThat(backend.closed).isTrue();
    }

    @Test
    void theBackendsTimeStandsStillWhileWeHoldItBack() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        bench.client.writable = false;
        bench.client.slow = true;
        backend.saysBody("abc");
        for (int i = 0; i < 20; i++) {
            bench.client.pending += i % 2 == 0 ? -1 : 1;
            bench.pass(4);
        }
        assertThat(bench.worker.active()).as("the client takes some").isEqualTo(1);

        bench.pass(25);

        assertThat(bench.client.aborted).isEqualTo(ProxyError.CLIENT_TOO_SLOW);
        assertThat(backend.closed).isTrue();
    }

    @Test
    void aClientThatTakesNothingAtTheEndIsTooSlow() {
        bench.client.slow = true;
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 3");
        backend.saysBody("abc");
        backend.saysEnd();
        bench.pass(24);
        assertThat(bench.worker.active()).isEqualTo(1);
        bench.pass(1);

        assertThat(bench.client.aborted).isEqualTo(ProxyError.CLIENT_TOO_SLOW);
        assertThat(backend.closed).as("it went well").isFalse();
    }

    @Test
    void aBackendThatRefusesTheRestOfAnUploadDoesNotCutTheResponseOff() {
        bench.requests("POST /", "Content-Length: 9");
        FakeBackend backend = bench.opens();
        bench.uploads("abc");
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        bench.client.writable = false;
        bench.client.slow = true;
        backend.saysBody("abc");
        backend.listener.onRequestRefused();
        for (int i = 0; i < 20; i++) {
            bench.client.pending += i % 2 == 0 ? -1 : 1;
            bench.pass(4);
        }

        assertThat(bench.worker.active()).as("the head came long ago: %s", bench.record().error()).isEqualTo(1);
        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
    }

    @Test
    void aClientIsNotToBlameForAnUploadThatWeHoldBackWhileItIsAnswered() {
        bench.requests("POST /", "Content-Length: 9");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        backend.writable = false;
        bench.uploads("abc");
        bench.pass(30);

        assertThat(bench.worker.active()).as("%s", bench.record().error()).isEqualTo(1);
        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
    }

    @Test
    void limitsTheWholeIfToldTo() {
        bench = new ExchangeBench(ExchangeBench.YAML.replace("request: none", "request: 10s"));
        bench.requests("GET /");
        bench.pass(2);
        FakeBackend backend = bench.opens();
        bench.pass(7);
        assertThat(bench.worker.active()).isEqualTo(1);
        bench.pass(1);

        missed(ProxyError.REQUEST_TIMEOUT, 504);
        assertThat(backend.closed).isTrue();
    }

    @Test
    void limitsTheWholeAlsoWithinTheResponse() {
        bench = new ExchangeBench(ExchangeBench.YAML.replace("request: none", "request: 10s"));
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        bench.pass(10);

        assertThat(bench.client.aborted).isEqualTo(ProxyError.REQUEST_TIMEOUT);
    }

    @Test
    void theAnswerThatTellsOfALimitHasTheTimeOfAnyAnswer() {
        bench = new ExchangeBench(ExchangeBench.YAML.replace("request: none", "request: 10s"));
        bench.client.slow = true;
        bench.requests("GET /");
        bench.opens();
        bench.pass(10);
        assertThat(bench.client.status).isEqualTo(504);
        // The answer was written by the real clock, ten seconds behind the moved one: ten of its twenty are over.
        bench.pass(6);
        assertThat(bench.client.aborts).isZero();
        bench.client.takesAll();

        missed(ProxyError.REQUEST_TIMEOUT, 504);
    }
}
