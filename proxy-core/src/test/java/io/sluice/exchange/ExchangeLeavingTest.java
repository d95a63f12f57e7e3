package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.ProxyError;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.Readings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that leaves: in every phase the backend is free at once, and nothing is left behind. */
class ExchangeLeavingTest {
    private final ExchangeBench bench = new ExchangeBench();

    @AfterEach
    void nothingIsLeft() {
        assertThat(bench.record().error()).isEqualTo(ProxyError.CLIENT_GONE);
        assertThat(bench.client.aborts).as("nobody is there").isZero();
        bench.nothingIsLeft();
    }

    private void leaves() {
        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
    }

    @Test
    void whileConnecting() {
        bench.requests("GET /");
        leaves();

        assertThat(bench.connector.last().cancelled).isEqualTo(1);
        assertThat(bench.record().status()).isZero();
    }

    @Test
    void whileConnectingWithSomeOfTheBodyHeld() {
        bench.requests("POST /", "Content-Length: 6");
        bench.uploads("abc");
        leaves();

        assertThat(bench.connector.last().cancelled).isEqualTo(1);
        assertThat(bench.record().bytesIn()).isEqualTo(3);
    }

    @Test
    void whileConnectingASecondTime() {
        bench.requests("GET /");
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);
        leaves();

        assertThat(bench.connector.last().cancelled).isEqualTo(1);
        assertThat(bench.record().attempts()).isEqualTo(2);
    }

    @Test
    void withinItsUpload() {
        bench.requests("POST /", "Content-Length: 6");
        FakeBackend backend = bench.opens();
        bench.uploads("abc");
        leaves();

        assertThat(backend.closed).isTrue();
        assertThat(backend.ended).as("a cut body is not a whole one").isFalse();
    }

    @Test
    void whileWaitingForTheHead() {
        FakeBackend backend = bench.idle("single").getFirst();
        bench.requests("GET /single");
        leaves();

        assertThat(backend.closed).isTrue();
        assertThat(Readings.of(bench.metrics.pool("single")).stale()).as("it was not dead").isZero();
    }

    @Test
    void withinTheResponse() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        backend.saysBody("abc");
        leaves();

        assertThat(backend.closed).isTrue();
        assertThat(bench.record().status()).isEqualTo(200);
        assertThat(bench.record().bytesOut()).isEqualTo(3);
    }

    @Test
    void whileItHoldsTheBackendBack() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        bench.client.writable = false;
        backend.saysBody("abc");
        leaves();

        assertThat(backend.closed).isTrue();
        assertThat(bench.record().blockedOnClientNanos()).isPositive();
    }

    @Test
    void beforeItTookTheLastBytes() {
        bench.client.slow = true;
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 3");
        backend.saysBody("abc");
        backend.saysEnd();
        leaves();

        assertThat(backend.closed).as("nothing is wrong with it").isFalse();
    }

    @Test
    void beforeItTookAnAnswerOfOurs() {
        bench.client.slow = true;
        bench.requests("GET /hello");
        leaves();

        assertThat(bench.record().status()).isEqualTo(200);
    }

    @Test
    void asAWriteOfTheBodyTells() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        bench.client.onFlush = this::leaves;
        backend.saysBody("abc");

        assertThat(backend.closed).isTrue();
    }

    @Test
    void asAWriteOfTheBodyTellsWhileItIsFull() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 6");
        bench.client.writable = false;
        bench.client.onFlush = this::leaves;
        backend.saysBody("abc");

        assertThat(backend.closed).isTrue();
    }

    @Test
    void asTheLastWriteTells() {
        bench.client.slow = true;
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 0");
        bench.client.onFlush = this::leaves;
        backend.saysEnd();
    }

    @Test
    void asTheWriteOfAnInterimResponseTells() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        bench.client.onFlush = this::leaves;
        backend.says("HTTP/1.1 103 Early Hints");

        assertThat(backend.closed).isTrue();
    }

    @Test
    void asTheWriteOfAnAnswerOfOursTells() {
        bench.client.slow = true;
        bench.client.onFlush = this::leaves;
        bench.requests("GET /hello");

        assertThat(bench.client.ended).isTrue();
    }
}
