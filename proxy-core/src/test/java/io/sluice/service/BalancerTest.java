package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BalancerTest {
    private static final int THREADS = 8;

    @Test
    void takesEqualEndpointsInTurn() {
        List<Endpoint> endpoints = endpoints(1, 1, 1);
        Balancer balancer = balancer(Policy.ROUND_ROBIN, endpoints);

        assertThat(picks(balancer, 7)).isEqualTo("ABCABCA");
    }

    @Test
    void spreadsAHeavyEndpointsTurnsOverTheRound() {
        assertThat(picks(balancer(Policy.ROUND_ROBIN, endpoints(5, 1, 1)), 7)).isEqualTo("AAABCAA");
        assertThat(picks(balancer(Policy.ROUND_ROBIN, endpoints(2, 1)), 6)).isEqualTo("ABAABA");
    }

    @Test
    void countsARoundOfCommonMultiplesOnce() {
        assertThat(turns(endpoints(1000, 1000, 500)).count()).isEqualTo(5);
    }

    @Test
    void laysOutALargeServiceWithAwkwardWeights() {
        int[] weights = IntStream.range(0, 300).map(i -> 1000 - i).toArray();
        List<Endpoint> endpoints = endpoints(weights);

        Turns turns = turns(endpoints);

        assertThat(turns.count()).isEqualTo(IntStream.of(weights).sum());
        assertThat(IntStream.range(0, turns.count()).filter(i -> turns.at(i) == endpoints.get(299)).count())
                .isEqualTo(701);
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void neverPicksAnEndpointWithoutAWeight(Policy policy) {
        Balancer balancer = balancer(policy, endpoints(0, 3, 0, 1));

        assertThat(picks(balancer, 100)).matches("[BD]+");
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void picksNothingWhereNothingHasAWeight(Policy policy) {
        Endpoint weightless = endpoints(0).getFirst();
        Balancer balancer = balancer(policy, List.of(weightless));

        assertThat(balancer.pick(null)).isNull();
        assertThat(balancer.pick(weightless)).isNull();
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void avoidsTheEndpointThatFailedWhileThereIsAnother(Policy policy) {
        for (int size : new int[] {2, 3, LeastRequests.MANY + 4}) {
            List<Endpoint> endpoints = endpoints(IntStream.range(0, size).map(i -> i == 0 ? 1000 : 1).toArray());
            Balancer balancer = balancer(policy, endpoints);

            for (int i = 0; i < 3000; i++) {
                assertThat(balancer.pick(endpoints.getFirst())).isNotSameAs(endpoints.getFirst());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void takesTheEndpointThatFailedWhereThereIsNoOther(Policy policy) {
        List<Endpoint> endpoints = endpoints(2, 0);

        assertThat(balancer(policy, endpoints).pick(endpoints.getFirst())).isSameAs(endpoints.getFirst());
    }

    @Test
    void prefersTheEndpointWithFewestRequestsForItsWeight() {
        List<Endpoint> endpoints = endpoints(1, 2, 1);
        begin(endpoints.get(0), 2);
        begin(endpoints.get(1), 3);
        begin(endpoints.get(2), 2);
        Balancer balancer = balancer(Policy.LEAST_REQUESTS, endpoints);

        assertThat(picks(balancer, 4)).isEqualTo("BBBB");

        begin(endpoints.get(1), 2);
        endpoints.get(2).ended();
        assertThat(picks(balancer, 4)).isEqualTo("CCCC");
    }

    @Test
    void avoidsTheEndpointThatFailedAlsoWhereItHasFewestRequests() {
        for (int size : new int[] {3, LeastRequests.MANY + 4}) {
            List<Endpoint> endpoints = endpoints(IntStream.range(0, size).map(i -> 1).toArray());
            endpoints.stream().skip(1).forEach(endpoint -> begin(endpoint, 2));
            Balancer balancer = balancer(Policy.LEAST_REQUESTS, endpoints);

            for (int i = 0; i < 300; i++) {
                assertThat(balancer.pick(endpoints.getFirst())).isNotSameAs(endpoints.getFirst());
            }
        }
    }

    @Test
    void sharesRequestsAmongIdleEndpointsByWeight() {
        assertThat(picks(balancer(Policy.LEAST_REQUESTS, endpoints(1, 1, 1)), 6)).isEqualTo("ABCABC");
        assertThat(picks(balancer(Policy.LEAST_REQUESTS, endpoints(2, 1)), 6)).isEqualTo("ABAABA");
    }

    @Test
    void fillsEndpointsInProportionWhenNothingEnds() {
        List<Endpoint> endpoints = endpoints(3, 1);
        Balancer balancer = balancer(Policy.LEAST_REQUESTS, endpoints);

        for (int i = 0; i < 400; i++) {
            balancer.pick(null).begun();
        }

        assertThat(endpoints.get(0).active()).isBetween(297, 303);
        assertThat(endpoints.get(1).active()).isBetween(97, 103);
    }

    @Test
    void staysNearlyEvenWhenItComparesTwoOfMany() {
        List<Endpoint> endpoints = endpoints(IntStream.range(0, 40).map(i -> 1).toArray());
        Balancer balancer = balancer(Policy.LEAST_REQUESTS, endpoints);

        for (int i = 0; i < 40_000; i++) {
            balancer.pick(null).begun();
        }

        // Two choices keep the fullest within a few requests of the mean; one random choice strays by about a hundred.
        assertThat(endpoints).allSatisfy(e -> assertThat(e.active()).isBetween(985, 1015));
    }

    @Test
    void givesEveryEndpointItsExactShareWhateverTheThreadsDo() throws InterruptedException {
        List<Endpoint> endpoints = endpoints(5, 3, 2);
        Balancer balancer = balancer(Policy.ROUND_ROBIN, endpoints);

        int[] counts = contend(balancer, 500_000, endpoint -> { });

        assertThat(counts).startsWith(THREADS * 250_000, THREADS * 150_000, THREADS * 100_000);
    }

    @Test
    void keepsLeastRequestsEvenUnderContention() throws InterruptedException {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1);
        Balancer balancer = balancer(Policy.LEAST_REQUESTS, endpoints);

        contend(balancer, 100_000, Endpoint::begun);

        // Threads that choose at the same moment may choose the same: that is worth a request or so each, not a drift.
        assertThat(endpoints).allSatisfy(e -> assertThat(e.active()).isBetween(200_000 - 20, 200_000 + 20));
    }

    /** How often each endpoint was picked; counted without anything shared, so that the threads meet in the balancer only. */
    private static int[] contend(Balancer balancer, int each, Consumer<Endpoint> afterwards) throws InterruptedException {
        int[][] counts = new int[THREADS][10];
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int[] mine : counts) {
            threads.add(Thread.ofPlatform().start(() -> {
                await(go);
                for (int i = 0; i < each; i++) {
                    Endpoint endpoint = balancer.pick(null);
                    afterwards.accept(endpoint);
                    mine[endpoint.configured().port() - 1]++;
                }
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        int[] sums = new int[10];
        for (int[] mine : counts) {
            Arrays.setAll(sums, i -> sums[i] + mine[i]);
        }
        return sums;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void begin(Endpoint endpoint, int requests) {
        for (int i = 0; i < requests; i++) {
            endpoint.begun();
        }
    }

    /** Letters for ports: A is the first endpoint. */
    private static String picks(Balancer balancer, int count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append((char) ('A' + balancer.pick(null).configured().port() - 1));
        }
        return letters.toString();
    }

    private static Balancer balancer(Policy policy, List<Endpoint> endpoints) {
        return Balancer.of(policy, candidates(endpoints));
    }

    private static Turns turns(List<Endpoint> endpoints) {
        return new Turns(candidates(endpoints));
    }

    private static List<Candidate> candidates(List<Endpoint> endpoints) {
        return endpoints.stream().map(it -> new Candidate(it, it.weight())).toList();
    }

    private static List<Endpoint> endpoints(int... weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> new Endpoint(new HostPort("127.0.0.1", i + 1), weights[i]))
                .toList();
    }
}
