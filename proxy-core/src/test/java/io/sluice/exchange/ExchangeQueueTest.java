package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.ProxyError;
import io.sluice.service.CircuitBreaker;
import io.sluice.service.CircuitBreaker.Outcome;
import io.sluice.service.Endpoint;
import io.sluice.service.SomebodyWaiting;
import io.sluice.stream.FakeBackend;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exchanges that wait for a place at their service, or whose service is left alone. */
class ExchangeQueueTest {
    private final ExchangeBench bench = new ExchangeBench(ExchangeBench.YAML
            .replace("pool: { maxPerEndpoint: 3 }", "limits: { requests: 1, queue: 1, queueTime: 2s }")
            .replace("single: { endpoints: [\"127.0.0.1:9003\"] }", "single: { endpoints: [\"127.0.0.1:9003\"],"
                    + " circuitBreaker: { errorPercent: 100, minRequests: 1, open: 10s } }"));

    @AfterEach
    void nothingIsLeft() {
        bench.nothingIsLeft();
        assertThat(bench.service("app").limit().waiting()).isZero();
    }

    private Endpoint taken() {
        return bench.service("app").enter(null, 0);
    }

    private void free(Endpoint endpoint) {
        bench.service("app").left(endpoint);
        bench.runsTasks();
    }

    private void isServed() {
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 2");
        backend.saysBody("ok");
        backend.saysEnd();
        assertThat(bench.client.body).isEqualTo("ok");
    }

    @Test
    void goesOnWhenThereIsAPlace() {
        Endpoint taken = taken();
        bench.requests("POST /", "Content-Length: 4");
        bench.uploads("body");
        bench.uploadEnds();
        assertThat(bench.connector.openings).isEmpty();

        free(taken);

        isServed();
        assertThat(bench.record().queueNanos()).isPositive();
        assertThat(bench.record().attempts()).isEqualTo(1);
    }

    @Test
    void readsOnWhenThePlaceHasAnIdleConnection() {
        List<FakeBackend> idle = bench.idle("app");
        Endpoint taken = taken();
        bench.requests("POST /", "Content-Length: 8");
        bench.uploads("half");
        assertThat(bench.client.paused).isTrue();

        free(taken);

        FakeBackend backend = idle.stream().filter(it -> !it.events.isEmpty()).findFirst().orElseThrow();
        assertThat(backend.body).isEqualTo("half");
        assertThat(backend.events).endsWith("flush");
        assertThat(bench.client.paused).isFalse();
        bench.uploads("half");
        bench.uploadEnds();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 2");
        backend.saysBody("ok");
        backend.saysEnd();
        assertThat(bench.client.body).isEqualTo("ok");
    }

    @Test
    void isRefusedWhenItHasWaitedTooLong() {
        Endpoint taken = taken();
        bench.requests("GET /");
        bench.pass(2);

        assertThat(bench.client.status).isEqualTo(503);
        assertThat(bench.client.fields).contains("Retry-After");
        assertThat(bench.record().error()).isEqualTo(ProxyError.QUEUE_TIMEOUT);
        free(taken);
        assertThat(bench.connector.openings).isEmpty();
    }

    @Test
    void givesBackThePlaceThatComesWhenItHasLeft() {
        Endpoint taken = taken();
        bench.requests("GET /");
        bench.service("app").left(taken);

        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
        bench.runsTasks();

        assertThat(bench.record().error()).isEqualTo(ProxyError.CLIENT_GONE);
        assertThat(bench.connector.openings).isEmpty();
    }

    @Test
    void hasNoDeadlineOfAFailedAttemptWhileItWaitsForAnother() {
        bench.requests("GET /");
        // Before the place of the failed attempt is free again somebody else waits for it.
        SomebodyWaiting other = new SomebodyWaiting(bench.time.loop());
        bench.service("app").limit().await(other);
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);
        bench.runsTasks();
        assertThat(other.place()).isNotNull();
        bench.pass(1);
        assertThat(bench.client.status).isZero();

        free(other.place());

        isServed();
        assertThat(bench.record().attempts()).isEqualTo(2);
    }

    @Test
    void isRefusedWhileTheCircuitIsOpen() {
        var breaker = bench.service("single").breaker();
        breaker.ended(breaker.pass(bench.time.wheel().nowNanos()), Outcome.FAILED, bench.time.wheel().nowNanos());

        bench.requests("GET /single");

        assertThat(bench.record().error()).isEqualTo(ProxyError.CIRCUIT_OPEN);
        assertThat(bench.client.status).isEqualTo(503);
        assertThat(bench.client.fields).contains("Retry-After");
        assertThat(bench.connector.openings).isEmpty();
    }

    @Test
    void tellsTheBreakerOfAFailure() {
        bench.requests("GET /single");
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);

        assertThat(bench.service("single").breaker().opened()).isEqualTo(1);
    }

    @Test
    void isRefusedIfAllProbesAreOnTheirWay() {
        var breaker = bench.service("single").breaker();
        long now = bench.time.wheel().nowNanos();
        breaker.ended(breaker.pass(now), Outcome.FAILED, now);
        bench.pass(10);
        while (breaker.pass(bench.time.wheel().nowNanos()) != CircuitBreaker.REFUSED) {
            assertThat(breaker.state()).isEqualTo(2);
        }

        bench.requests("GET /single");

        assertThat(bench.record().error()).isEqualTo(ProxyError.CIRCUIT_OPEN);
        assertThat(bench.service("single").endpoints().getFirst().active()).isZero();
    }
}
