package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig.Policy;
import io.sluice.config.ServiceConfig.Rule;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BalancerTest {
    private static final int THREADS = 8;

    @Test
    void takesEqualEndpointsInTurn() {
        List<Endpoint> endpoints = endpoints(3);
        Balancer balancer = balancer(Rule.ROUND_ROBIN, endpoints);

        assertThat(picks(balancer, 7)).isEqualTo("ABCABCA");
    }

    @Test
    void spreadsAHeavyEndpointsTurnsOverTheRound() {
        assertThat(picks(balancer(Rule.ROUND_ROBIN, 5, 1, 1), 7)).isEqualTo("AAABCAA");
        assertThat(picks(balancer(Rule.ROUND_ROBIN, 2, 1), 6)).isEqualTo("ABAABA");
    }

    @Test
    void countsARoundOfCommonMultiplesOnce() {
        assertThat(Turns.inRound(members(1000, 1000, 500))).isEqualTo(5);
    }

    @Test
    void isAsEvenWhereARoundWouldBeTooLong() {
        int[] weights = IntStream.range(0, 300).map(i -> 1000 - i).toArray();
        List<Endpoint> endpoints = endpoints(weights.length);
        Balancer balancer = balancer(Rule.ROUND_ROBIN, endpoints, weights);
        int total = IntStream.of(weights).sum();
        assertThat(total).isGreaterThan(Draw.TURNS_MAX);

        int[] counts = count(balancer, 300, total);

        for (int i = 0; i < 300; i++) {
            assertThat(counts[i]).isBetween(weights[i] - 10, weights[i] + 10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesEveryEndpointItsShareOfAMillion(Rule policy) {
        int[] weights = {5, 0, 3, 2};

        int[] counts = count(balancer(policy, weights), 4, 1_000_000);

        for (int i = 0; i < 4; i++) {
            assertThat((double) counts[i]).isBetween(weights[i] * 0.99e5, weights[i] * 1.01e5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesManyEndpointsTheirShares(Rule policy) {
        int[] weights = IntStream.range(0, 40).map(i -> 1 + i % 2).toArray();

        int[] counts = count(balancer(policy, weights), 40, 1_000_000);

        for (int i = 0; i < 40; i++) {
            assertThat(counts[i] / (weights[i] * 1e6 / 60)).isBetween(0.93, 1.07);
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesTheOnlyEndpointThereIs(Rule policy) {
        assertThat(picks(balancer(policy, 7), 20)).matches("A+");
    }

    @ParameterizedTest
    @EnumSource
    void keepsBackupsForWhenNoOtherIsLeft(Rule policy) {
        List<Endpoint> endpoints = endpoints(3);
        Balancer all = new Balancing(Policy.of(policy)).of(List.of(
                new Candidate(endpoints.get(0), 1, 1), new Candidate(endpoints.get(1), 1, 0), new Candidate(endpoints.get(2), 0, 0)));

        assertThat(picks(all, 50)).matches("B+");
        assertThat(all.pick(endpoints.get(1), key())).isSameAs(endpoints.get(0));

        Balancer weightless = new Balancing(Policy.of(policy)).of(List.of(
                new Candidate(endpoints.get(0), 1, 1), new Candidate(endpoints.get(1), 0, 0)));
        assertThat(picks(weightless, 50)).matches("A+");
        assertThat(weightless.pick(endpoints.get(0), key())).isSameAs(endpoints.get(0));
    }

    @Test
    void goesOnWithTheTurnsWhenItIsMadeAnew() {
        Balancing balancing = new Balancing(Policy.ROUND_ROBIN);
        List<Candidate> candidates = candidates(endpoints(3));

        String picks = "";
        for (int i = 0; i < 6; i++) {
            picks += picks(balancing.of(candidates), 1);
        }

        assertThat(picks).isEqualTo("ABCABC");
    }

    @ParameterizedTest
    @EnumSource
    void spreadsOverAllUnderContention(Rule policy) throws InterruptedException {
        List<Endpoint> endpoints = endpoints(3);

        // None ends: a thread that has to wait for its turn between the two would rightly keep the others from its endpoint.
        int[] counts = contend(balancer(policy, endpoints), 100_000, Endpoint::begun);

        int all = THREADS * 100_000;
        for (int i = 0; i < 3; i++) {
            assertThat(counts[i]).isBetween(all / 6, all * 6 / 10);
        }
        assertThat(endpoints).extracting(Endpoint::active).containsExactly(counts[0], counts[1], counts[2]);
    }

    @ParameterizedTest
    @EnumSource
    void choosesWithoutGarbage(Rule policy) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int size : new int[] {3, 40}) {
            List<Endpoint> endpoints = endpoints(size);
            Balancer balancer = balancer(policy, endpoints, IntStream.range(0, size).map(i -> 1 + i).toArray());
            count(balancer, size, 20_000);

            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100_000; i++) {
                balancer.pick(endpoints.getFirst(), i * 0x9e3779b97f4a7c15L);
            }

            assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 100_000.0).isLessThan(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void neverPicksAnEndpointWithoutAWeight(Rule policy) {
        Balancer balancer = balancer(policy, 0, 3, 0, 1);

        assertThat(picks(balancer, 100)).matches("[BD]+");
    }

    @ParameterizedTest
    @EnumSource
    void picksNothingWhereNothingHasAWeight(Rule policy) {
        Endpoint weightless = endpoints(1).getFirst();
        Balancer balancer = balancer(policy, List.of(weightless), 0);

        assertThat(balancer.pick(null, key())).isNull();
        assertThat(balancer.pick(weightless, key())).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void avoidsTheEndpointThatFailedWhileThereIsAnother(Rule policy) {
        for (int size : new int[] {2, 3, LeastRequests.MANY + 4}) {
            List<Endpoint> endpoints = endpoints(size);
            Balancer balancer = balancer(policy, endpoints, IntStream.range(0, size).map(i -> i == 0 ? 1000 : 1).toArray());

            for (int i = 0; i < 3000; i++) {
                assertThat(balancer.pick(endpoints.getFirst(), key())).isNotSameAs(endpoints.getFirst());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesTheEndpointThatFailedWhereThereIsNoOther(Rule policy) {
        List<Endpoint> endpoints = endpoints(2);

        assertThat(balancer(policy, endpoints, 2, 0).pick(endpoints.getFirst(), key())).isSameAs(endpoints.getFirst());
    }

    @Test
    void prefersTheEndpointWithFewestRequestsForItsWeight() {
        List<Endpoint> endpoints = endpoints(3);
        begin(endpoints.get(0), 2);
        begin(endpoints.get(1), 3);
        begin(endpoints.get(2), 2);
        Balancer balancer = balancer(Rule.LEAST_REQUESTS, endpoints, 1, 2, 1);

        assertThat(picks(balancer, 4)).isEqualTo("BBBB");

        begin(endpoints.get(1), 2);
        endpoints.get(2).ended();
        assertThat(picks(balancer, 4)).isEqualTo("CCCC");
    }

    @Test
    void avoidsTheEndpointThatFailedAlsoWhereItHasFewestRequests() {
        for (int size : new int[] {3, LeastRequests.MANY + 4}) {
            List<Endpoint> endpoints = endpoints(size);
            endpoints.stream().skip(1).forEach(endpoint -> begin(endpoint, 2));
            Balancer balancer = balancer(Rule.LEAST_REQUESTS, endpoints);

            for (int i = 0; i < 300; i++) {
                assertThat(balancer.pick(endpoints.getFirst(), key())).isNotSameAs(endpoints.getFirst());
            }
        }
    }

    @Test
    void sharesRequestsAmongIdleEndpointsByWeight() {
        assertThat(picks(balancer(Rule.LEAST_REQUESTS, 1, 1, 1), 6)).isEqualTo("ABCABC");
        assertThat(picks(balancer(Rule.LEAST_REQUESTS, 2, 1), 6)).isEqualTo("ABAABA");
    }

    @Test
    void fillsEndpointsInProportionWhenNothingEnds() {
        List<Endpoint> endpoints = endpoints(2);
        Balancer balancer = balancer(Rule.LEAST_REQUESTS, endpoints, 3, 1);

        for (int i = 0; i < 400; i++) {
            balancer.pick(null, key()).begun();
        }

        assertThat(endpoints.get(0).active()).isBetween(297, 303);
        assertThat(endpoints.get(1).active()).isBetween(97, 103);
    }

    @Test
    void staysNearlyEvenWhenItComparesTwoOfMany() {
        List<Endpoint> endpoints = endpoints(40);
        Balancer balancer = balancer(Rule.LEAST_REQUESTS, endpoints);

        for (int i = 0; i < 40_000; i++) {
            balancer.pick(null, key()).begun();
        }

        // Two choices keep the fullest within a few requests of the mean; one random choice strays by about a hundred.
        assertThat(endpoints).allSatisfy(e -> assertThat(e.active()).isBetween(985, 1015));
    }

    @Test
    void givesEveryEndpointItsExactShareWhateverTheThreadsDo() throws InterruptedException {
        List<Endpoint> endpoints = endpoints(3);
        Balancer balancer = balancer(Rule.ROUND_ROBIN, endpoints, 5, 3, 2);

        int[] counts = contend(balancer, 500_000, endpoint -> { });

        assertThat(counts).startsWith(THREADS * 250_000, THREADS * 150_000, THREADS * 100_000);
    }

    @Test
    void keepsLeastRequestsEvenUnderContention() throws InterruptedException {
        List<Endpoint> endpoints = endpoints(4);
        Balancer balancer = balancer(Rule.LEAST_REQUESTS, endpoints);

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
                    Endpoint endpoint = balancer.pick(null, key());
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

    private static int[] count(Balancer balancer, int endpoints, int picks) {
        int[] counts = new int[endpoints];
        for (int i = 0; i < picks; i++) {
            counts[balancer.pick(null, key()).configured().port() - 1]++;
        }
        return counts;
    }

    private static long key() {
        return ThreadLocalRandom.current().nextLong();
    }

    private static Balancer balancer(Rule policy, int... weights) {
        return balancer(policy, endpoints(weights.length), weights);
    }

    static Balancer balancer(Rule policy, List<Endpoint> endpoints, int... weights) {
        return new Balancing(Policy.of(policy)).of(candidates(endpoints, weights));
    }

    /** Of all the same weight, unless weights are given. */
    static List<Candidate> candidates(List<Endpoint> endpoints, int... weights) {
        return IntStream.range(0, endpoints.size())
                .mapToObj(i -> new Candidate(endpoints.get(i), weights.length == 0 ? 1 : weights[i], 0))
                .toList();
    }

    private static Members members(int... weights) {
        return new Members(candidates(endpoints(weights.length), weights));
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
            letters.append((char) ('A' + balancer.pick(null, key()).configured().port() - 1));
        }
        return letters.toString();
    }

    static List<Endpoint> endpoints(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Endpoint(new HostPort("127.0.0.1", i + 1))).toList();
    }
}
