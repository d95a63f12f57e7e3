package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.config.ServiceConfig.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeakEwmaTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Latency latency = new Latency();

    @Test
    void knowsNothingBeforeTheFirstAnswer() {
        assertThat(latency.micros(5 * SECOND)).isZero();

        latency.add(0, 5 * SECOND);

        assertThat(latency.micros(5 * SECOND)).isEqualTo(1);
    }

    @Test
    void goesUpToASlowAnswerAtOnceAndDownSlowly() {
        latency.add(MILLI, 0);
        latency.add(100 * MILLI, 0);
        assertThat(latency.micros(0)).isEqualTo(100_000);

        latency.add(MILLI, SECOND);
        assertThat(latency.micros(SECOND)).isBetween(85_000.0, 95_000.0);

        for (int i = 1; i < 100; i++) {
            latency.add(MILLI, i * SECOND);
        }
        assertThat(latency.micros(99 * SECOND)).isCloseTo(1000, within(50.0));
    }

    @Test
    void forgetsWithTime() {
        latency.add(100 * MILLI, 0);

        assertThat(latency.micros(10 * SECOND)).isCloseTo(100_000 / Math.E, within(1.0));
        assertThat(latency.micros(60 * SECOND)).isLessThan(300);
    }

    @Test
    void bearsAClockThatWrapsAndAnswersOutOfOrder() {
        long wrap = Integer.MAX_VALUE * MILLI;
        latency.add(10 * MILLI, wrap - MILLI);

        assertThat(latency.micros(wrap + 2 * MILLI)).isCloseTo(10_000, within(10.0));
        assertThat(latency.micros(wrap - 50 * MILLI)).isCloseTo(10_000, within(10.0));
    }

    @Test
    void losesNothingToOtherThreads() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 1; t <= 4; t++) {
            long nanos = t * MILLI;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 100_000; i++) {
                    latency.add(nanos, 0);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(latency.micros(0)).isEqualTo(4000);
    }

    @Test
    void prefersTheFasterUntilItHasMoreToDo() {
        List<Endpoint> endpoints = BalancerTest.endpoints(2);
        answered(endpoints.get(0), MILLI);
        answered(endpoints.get(1), 5 * MILLI);
        Balancer balancer = BalancerTest.balancer(Rule.PEAK_EWMA, endpoints);

        assertThat(shareOfFirst(balancer, endpoints)).isGreaterThan(0.95);

        for (int i = 0; i < 10; i++) {
            endpoints.get(0).begun();
        }
        assertThat(shareOfFirst(balancer, endpoints)).isLessThan(0.05);
    }

    @Test
    void triesAnUnknownEndpointOnceAndWaitsForItsAnswer() {
        List<Endpoint> endpoints = BalancerTest.endpoints(2);
        answered(endpoints.get(0), MILLI);
        Balancer balancer = BalancerTest.balancer(Rule.PEAK_EWMA, endpoints);

        assertThat(shareOfFirst(balancer, endpoints)).isLessThan(0.15);

        endpoints.get(1).begun();
        assertThat(shareOfFirst(balancer, endpoints)).isGreaterThan(0.85);
    }

    @Test
    void givesAHeavyEndpointMoreAtOnce() {
        List<Endpoint> endpoints = BalancerTest.endpoints(2);
        endpoints.forEach(it -> answered(it, MILLI));
        Balancer balancer = BalancerTest.balancer(Rule.PEAK_EWMA, endpoints, 3, 1);

        for (int i = 0; i < 400; i++) {
            balancer.pick(null, 0).begun();
        }

        assertThat(endpoints.getFirst().active()).isBetween(290, 310);
    }

    private static void answered(Endpoint endpoint, long nanos) {
        endpoint.latency().add(nanos, System.nanoTime());
    }

    private static double shareOfFirst(Balancer balancer, List<Endpoint> endpoints) {
        int first = 0;
        for (int i = 0; i < 10_000; i++) {
            first += balancer.pick(null, 0) == endpoints.getFirst() ? 1 : 0;
        }
        return first / 10_000.0;
    }
}
