package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.BreakerConfig;
import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.http.ProxyError;
import io.sluice.service.CircuitBreaker.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link CircuitBreaker} and its {@link OutcomeWindow}. */
class CircuitBreakerTest {
    private static final long START = Long.MAX_VALUE - 5;
    private static final long SECOND = 1_000_000_000L;

    private final CircuitBreaker breaker =
            new CircuitBreaker(new BreakerConfig(50, 4, Duration.ofSeconds(10), Duration.ofSeconds(5)), START);
    private long now = START;

    private void happens(Outcome... outcomes) {
        for (Outcome outcome : outcomes) {
            int pass = breaker.pass(now);
            assertThat(pass).isNotEqualTo(CircuitBreaker.REFUSED);
            breaker.ended(pass, outcome, now);
        }
    }

    private boolean passes() {
        return breaker.pass(now) != CircuitBreaker.REFUSED;
    }

    private void opens() {
        happens(Outcome.FAILED, Outcome.FAILED, Outcome.FAILED, Outcome.FAILED);
        assertThat(breaker.state()).isEqualTo(1);
    }

    @Test
    void goesOnAfterAReloadOnTheSameTerms() {
        Service before = service(5, null, 1);

        assertThat(service(5, before, 1, 2).breaker()).isSameAs(before.breaker());
        assertThat(service(6, before, 1).breaker()).isNotNull().isNotSameAs(before.breaker());
    }

    private static Service service(int openSeconds, Service before, int... ports) {
        BreakerConfig terms = new BreakerConfig(50, 4, Duration.ofSeconds(10), Duration.ofSeconds(openSeconds));
        ServiceConfig config = new ServiceConfigBuilder("app").ports(ports).breaker(terms).build();
        return new Service(0, config, new EndpointRegistry(), before);
    }

    @Test
    void opensWhenSuchAShareFailed() {
        happens(Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.FAILED);
        assertThat(breaker.state()).isZero();

        happens(Outcome.FAILED);

        assertThat(breaker.refuses(now)).isTrue();
        assertThat(passes()).isFalse();
        assertThat(breaker.opened()).isEqualTo(1);
        assertThat(breaker.retryAfterSeconds(now)).isEqualTo(5);
        assertThat(breaker.retryAfterSeconds(now + 4 * SECOND + 1)).isEqualTo(1);
    }

    @Test
    void judgesNotByAFew() {
        happens(Outcome.FAILED, Outcome.FAILED, Outcome.FAILED);

        assertThat(passes()).isTrue();
        assertThat(breaker.retryAfterSeconds(now)).isEqualTo(1);
    }

    @Test
    void judgesNotByASmallShare() {
        for (int i = 0; i < 100; i++) {
            happens(Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.FAILED);
        }

        assertThat(breaker.state()).isZero();
    }

    @Test
    void forgetsWhatIsOlderThanTheWindow() {
        happens(Outcome.FAILED, Outcome.FAILED, Outcome.FAILED);
        now += 10 * SECOND;

        happens(Outcome.FAILED);
        assertThat(breaker.state()).isZero();
        now += 3 * SECOND;
        happens(Outcome.FAILED, Outcome.FAILED, Outcome.FAILED);

        assertThat(breaker.state()).isEqualTo(1);
    }

    @Test
    void takesWhatTellsNothingForNothing() {
        happens(Outcome.FAILED, Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.FAILED, Outcome.FAILED);

        assertThat(breaker.state()).isZero();
    }

    @Test
    void letsAFewThroughAfterItsTimeAndClosesIfTheySucceed() {
        opens();
        now += 5 * SECOND - 1;
        assertThat(passes()).isFalse();
        now++;
        assertThat(breaker.refuses(now)).isFalse();

        int[] passes = {breaker.pass(now), breaker.pass(now), breaker.pass(now)};
        assertThat(breaker.state()).isEqualTo(2);
        assertThat(passes()).as("a fourth").isFalse();
        for (int pass : passes) {
            assertThat(breaker.state()).isEqualTo(2);
            breaker.ended(pass, Outcome.SUCCEEDED, now);
        }

        assertThat(breaker.state()).isZero();
        happens(Outcome.FAILED, Outcome.FAILED, Outcome.FAILED);
        assertThat(breaker.state()).as("what was before is forgotten").isZero();
    }

    @Test
    void opensAnewIfOneOfThemFails() {
        opens();
        now += 5 * SECOND;
        int first = breaker.pass(now);
        int second = breaker.pass(now);
        breaker.ended(first, Outcome.FAILED, now);

        assertThat(breaker.state()).isEqualTo(1);
        assertThat(breaker.opened()).isEqualTo(2);
        assertThat(breaker.retryAfterSeconds(now)).isEqualTo(5);
        breaker.ended(second, Outcome.SUCCEEDED, now);
        assertThat(breaker.state()).isEqualTo(1);
    }

    @Test
    void letsAnotherThroughForOneThatToldNothing() {
        opens();
        now += 5 * SECOND;
        int lost = breaker.pass(now);
        breaker.pass(now);
        breaker.pass(now);
        assertThat(passes()).isFalse();

        breaker.ended(lost, Outcome.UNKNOWN, now);

        assertThat(passes()).isTrue();
        assertThat(passes()).isFalse();
    }

    @Test
    void listensNotToAttemptsThatBeganBeforeItOpened() {
        int early = breaker.pass(now);
        int other = breaker.pass(now);
        opens();
        breaker.ended(early, Outcome.FAILED, now);
        assertThat(breaker.opened()).isEqualTo(1);
        now += 5 * SECOND;
        breaker.pass(now);

        breaker.ended(other, Outcome.FAILED, now);

        assertThat(breaker.state()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "200, , SUCCEEDED", "101, , SUCCEEDED", "404, , SUCCEEDED", "499, , SUCCEEDED", "500, , FAILED", "503, , FAILED",
        "0, CONNECT_FAILED, FAILED", "0, RESPONSE_HEAD_TIMEOUT, FAILED", "0, BACKEND_CLOSED, FAILED",
        "0, CLIENT_GONE, UNKNOWN", "0, POOL_EXHAUSTED, UNKNOWN", "0, REQUEST_TIMEOUT, UNKNOWN", "0, , UNKNOWN",
    })
    void knowsWhatAnAttemptTells(int status, ProxyError why, Outcome outcome) {
        assertThat(CircuitBreaker.outcome(status, why)).isEqualTo(outcome);
    }

    @Test
    void letsNoMoreThroughWhoeverComesAtOnce() throws Exception {
        opens();
        now += 5 * SECOND;
        AtomicInteger passed = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    for (int n = 0; n < 1000; n++) {
                        passed.addAndGet(passes() ? 1 : 0);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }

        assertThat(passed).hasValue(CircuitBreaker.PROBES);
    }

    @Test
    void countsEveryOutcomeWhoeverBringsThemAtOnce() throws Exception {
        OutcomeWindow window = new OutcomeWindow(10 * SECOND, START);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    for (int n = 0; n < 10_000; n++) {
                        window.add(n % 2 == 0, START);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }

        assertThat(window.failed(40_000, 50, START)).isTrue();
        assertThat(window.failed(40_001, 50, START)).isFalse();
        assertThat(window.failed(40_000, 51, START)).isFalse();
    }

    @Test
    void countsNoMoreThanItCanHold() {
        OutcomeWindow window = new OutcomeWindow(10 * SECOND, START);
        for (int i = 0; i < 1_100_000; i++) {
            window.add(true, START);
        }

        assertThat(window.failed((1 << 20) - 1, 100, START)).isTrue();
        assertThat(window.failed(1 << 20, 0, START)).isFalse();
    }
}
