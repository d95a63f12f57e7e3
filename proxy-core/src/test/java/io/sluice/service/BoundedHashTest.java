package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ServiceConfig.KeyConfig;
import io.sluice.config.ServiceConfig.Policy;
import io.sluice.config.ServiceConfig.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedHashTest {
    private static final int KEYS = 100_000;

    @Test
    void sendsAKeyToTheSameEndpointAlwaysAndInAnyOrderOfTheFile() {
        List<Candidate> candidates = BalancerTest.candidates(BalancerTest.endpoints(5), 1, 2, 3, 4, 5);
        List<Candidate> shuffled = new ArrayList<>(candidates);
        Collections.shuffle(shuffled, new Random(7));
        Balancer one = new Balancing(Policy.of(Rule.HASH)).of(candidates);
        Balancer other = new Balancing(Policy.of(Rule.HASH)).of(shuffled);

        for (long i = 0; i < 1000; i++) {
            Endpoint endpoint = one.pick(null, Mix.of(i));
            assertThat(one.pick(null, Mix.of(i))).isSameAs(endpoint);
            assertThat(other.pick(null, Mix.of(i))).isSameAs(endpoint);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 10, 30, 100})
    void movesHardlyMoreKeysThanTheLeavingEndpointHad(int count) {
        List<Endpoint> endpoints = BalancerTest.endpoints(count);
        Balancer all = BalancerTest.balancer(Rule.HASH, endpoints);

        for (int leaving = 0; leaving < count; leaving += Math.max(1, count / 5)) {
            List<Endpoint> left = new ArrayList<>(endpoints);
            left.remove(leaving);
            Balancer rest = BalancerTest.balancer(Rule.HASH, left);
            int moved = 0;
            int without = 0;
            for (long i = 0; i < KEYS; i++) {
                Endpoint before = all.pick(null, Mix.of(i));
                if (before != rest.pick(null, Mix.of(i))) {
                    moved++;
                    without += before == endpoints.get(leaving) ? 0 : 1;
                }
            }

            // The sample of keys strays, too: by 3 % of what a hundredth of them are.
            double sampling = 3 * Math.sqrt((double) KEYS / count);
            assertThat((double) moved).isLessThan(1.1 * KEYS / count + sampling);
            assertThat(without).isZero();
        }
    }

    @Test
    void movesOnlySlotsOfTheLeavingEndpointAndAtMostATenthMoreThanItsShare() {
        for (int count : new int[] {3, 9, SlotTable.MANY, 100, 1000}) {
            List<Endpoint> endpoints = BalancerTest.endpoints(count);
            List<Endpoint> left = endpoints.subList(1, count);
            SlotTable all = new SlotTable(new Members(BalancerTest.candidates(endpoints)));
            SlotTable rest = new SlotTable(new Members(BalancerTest.candidates(left)));

            int slots = 1 << 20;
            int moved = 0;
            int others = 0;
            for (long slot = 0; slot < slots; slot++) {
                int before = all.owner(slot << 44);
                int after = rest.owner(slot << 44);
                moved += before == 0 ? 1 : 0;
                others += before != 0 && before != after + 1 ? 1 : 0;
            }

            assertThat(others).isZero();
            assertThat(moved).isLessThan((int) (1.1 * slots / count));
        }
    }

    @Test
    void spillsTheKeysOfAFullEndpointOverAllOthersEachToOne() {
        List<Endpoint> endpoints = BalancerTest.endpoints(10);
        Balancer balancer = BalancerTest.balancer(Rule.HASH, endpoints);
        Endpoint owner = balancer.pick(null, Mix.of(1L));

        for (int i = 0; i < 1000; i++) {
            balancer.pick(null, Mix.of(1L)).begun();
        }

        assertThat(owner.active()).isBetween(120, 126);
        assertThat(endpoints).allSatisfy(it -> assertThat(it.active()).isLessThanOrEqualTo(126));

        endpoints.forEach(it -> drain(it, it == owner ? 0 : it.active() - 50));
        Endpoint second = balancer.pick(null, Mix.of(1L));
        assertThat(second).isNotSameAs(owner);
        assertThat(balancer.pick(null, Mix.of(1L))).isSameAs(second);
    }

    @Test
    void boundsManyEndpointsByACountThatIsNotTakenEachTime() {
        List<Endpoint> endpoints = BalancerTest.endpoints(200);
        Balancer balancer = BalancerTest.balancer(Rule.HASH, endpoints);

        for (int i = 0; i < 10_000; i++) {
            balancer.pick(null, Mix.of(1L)).begun();
        }

        assertThat(endpoints).allSatisfy(it -> assertThat(it.active()).isLessThanOrEqualTo(64));
    }

    @Test
    void keepsTheFewRequestsOfAKeyTogether() {
        Balancer balancer = BalancerTest.balancer(Rule.HASH, BalancerTest.endpoints(10));
        Endpoint owner = balancer.pick(null, Mix.of(1L));

        for (int i = 0; i < BoundedHash.ALWAYS; i++) {
            assertThat(balancer.pick(null, Mix.of(1L))).isSameAs(owner);
            owner.begun();
        }

        assertThat(balancer.pick(null, Mix.of(1L))).isNotSameAs(owner);
    }

    @Test
    void staysWithTheOwnerHoweverFullItIsIfSoConfigured() {
        Balancer balancer = new Balancing(new Policy(Rule.HASH, new KeyConfig.Path(), Integer.MAX_VALUE))
                .of(BalancerTest.candidates(BalancerTest.endpoints(10)));
        Endpoint owner = balancer.pick(null, Mix.of(1L));

        for (int i = 0; i < 1000; i++) {
            owner.begun();
        }

        assertThat(balancer.pick(null, Mix.of(1L))).isSameAs(owner);
    }

    @Test
    void sendsAKeyElsewhereButAlwaysToTheSameWhileItsEndpointIsAvoided() {
        List<Endpoint> endpoints = BalancerTest.endpoints(2);
        Balancer two = BalancerTest.balancer(Rule.HASH, endpoints, 1000, 1);
        Balancer five = BalancerTest.balancer(Rule.HASH, BalancerTest.endpoints(5));

        for (long i = 0; i < 1000; i++) {
            assertThat(two.pick(endpoints.getFirst(), Mix.of(i))).isSameAs(endpoints.getLast());
            Endpoint owner = five.pick(null, Mix.of(i));
            Endpoint second = five.pick(owner, Mix.of(i));
            assertThat(second).isNotSameAs(owner);
            assertThat(five.pick(owner, Mix.of(i))).isSameAs(second);
        }
    }

    private static void drain(Endpoint endpoint, int requests) {
        for (int i = 0; i < requests; i++) {
            endpoint.ended();
        }
        for (int i = requests; i < 0; i++) {
            endpoint.begun();
        }
    }
}
