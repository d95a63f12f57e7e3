package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ServiceConfigBuilder;
import io.sluice.config.ServiceConfig.Policy;
import io.sluice.config.ServiceConfig.Rule;
import io.sluice.config.ServiceLimitConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RequestLimitTest {
    private static final int ANY = Integer.MAX_VALUE;

    private final EndpointRegistry registry = new EndpointRegistry();

    private static Service service(int requests, int perEndpoint, int queue, int... weights) {
        ServiceLimitConfig limits = new ServiceLimitConfig(requests, perEndpoint, queue, Duration.ofSeconds(1));
        return service(limits, Rule.LEAST_REQUESTS, weights);
    }

    private static Service service(ServiceLimitConfig limits, Rule rule, int... weights) {
        return new Service(0, config(limits, rule).weights(weights).build());
    }

    private static ServiceConfigBuilder config(ServiceLimitConfig limits, Rule rule) {
        return new ServiceConfigBuilder("app").limits(limits).policy(Policy.of(rule));
    }

    private static SomebodyWaiting somebody() {
        return new SomebodyWaiting(Runnable::run);
    }

    private static SomebodyWaiting waits(Service service) {
        SomebodyWaiting waiting = somebody();
        assertThat(service.limit().await(waiting)).isTrue();
        return waiting;
    }

    @Test
    void isNotThereWithoutALimit() {
        Service service = service(ANY, ANY, 5, 1);

        assertThat(service.limit()).isNull();
        Endpoint endpoint = service.enter(null, 0);
        assertThat(endpoint.active()).isEqualTo(1);
        service.left(endpoint);
        assertThat(endpoint.active()).isZero();
        assertThat(service(ANY, ANY, 5, 0).enter(null, 0)).isNull();
    }

    @Test
    void hasSoManyPlacesInAll() {
        Service service = service(2, ANY, 5, 1, 1);
        Endpoint one = service.enter(null, 0);
        service.enter(null, 0);

        assertThat(service.enter(null, 0)).isNull();
        service.left(one);
        assertThat(service.enter(null, 0)).isNotNull();
    }

    @Test
    void hasSoManyPlacesAtEachEndpointWhateverTheirWeights() {
        Service service = service(ANY, 2, 5, 100, 1);

        for (int i = 0; i < 4; i++) {
            assertThat(service.enter(null, 0)).isNotNull();
        }

        assertThat(service.enter(null, 0)).isNull();
        assertThat(service.endpoints()).extracting(Endpoint::active).containsExactly(2, 2);
    }

    @Test
    void hasNoneWhereNoEndpointIsChosen() {
        Service service = service(2, ANY, 5, 0);

        assertThat(service.enter(null, 0)).isNull();
    }

    @Test
    void givesAPlaceToWhoWaitsLongest() {
        Service service = service(1, ANY, 5, 1);
        Endpoint endpoint = service.enter(null, 0);
        SomebodyWaiting first = waits(service);
        SomebodyWaiting second = waits(service);
        assertThat(service.limit().waiting()).isEqualTo(2);

        service.left(endpoint);

        assertThat(first.place()).isSameAs(endpoint);
        assertThat(second.place()).isNull();
        assertThat(endpoint.active()).isEqualTo(1);
        assertThat(service.enter(null, 0)).as("nobody overtakes").isNull();
        service.left(endpoint);
        assertThat(second.place()).isSameAs(endpoint);
        service.left(endpoint);
        assertThat(endpoint.active()).isZero();
        assertThat(service.limit().waiting()).isZero();
    }

    @Test
    void forgetsWhoLeavesTheQueue() {
        Service service = service(1, ANY, 5, 1);
        Endpoint endpoint = service.enter(null, 0);
        SomebodyWaiting gone = waits(service);
        SomebodyWaiting stays = waits(service);

        service.limit().forget(gone);
        service.limit().forget(gone);
        service.left(endpoint);

        assertThat(gone.place()).isNull();
        assertThat(stays.place()).isSameAs(endpoint);
    }

    @Test
    void letsOnlySoManyWait() {
        Service service = service(1, ANY, 2, 1);
        service.enter(null, 0);
        waits(service);
        waits(service);

        assertThat(service.limit().await(somebody())).isFalse();
        assertThat(service(1, ANY, 0, 0).limit().await(somebody())).isFalse();
    }

    @Test
    void givesAPlaceThatBecameFreeBeforeTheWaitBegan() {
        Service service = service(1, ANY, 2, 1);

        assertThat(waits(service).place()).isNotNull();
        assertThat(service.limit().waiting()).isZero();
    }

    @Test
    void findsAnEndpointWithAPlaceThoughThePolicyGoesToAndFroBetweenTwo() {
        Service service = service(new ServiceLimitConfig(ANY, 1, 5, Duration.ofSeconds(1)), Rule.HASH, 1, 1, 1, 1);

        for (int i = 0; i < 4; i++) {
            assertThat(service.enter(null, 0)).as("request %d", i).isNotNull();
        }

        assertThat(service.enter(null, 0)).isNull();
        assertThat(service.endpoints()).extracting(Endpoint::active).containsOnly(1);
    }

    @Test
    void takesTheOneThatFailedOnlyIfNoOtherHasAPlace() {
        Service service = service(ANY, 1, 5, 1, 1, 1);
        Endpoint failed = service.endpoints().getFirst();

        assertThat(service.enter(failed, 0)).isNotSameAs(failed);
        assertThat(service.enter(failed, 0)).isNotSameAs(failed);

        assertThat(service.enter(failed, 0)).isSameAs(failed);
        assertThat(service.enter(failed, 0)).isNull();
    }

    @Test
    void givesThePlacesOfAnEndpointThatComesBackToThoseWhoWait() {
        Service service = service(ANY, 2, 5, 1, 1);
        Endpoint back = service.endpoints().getFirst();
        service.drain(back);
        service.enter(null, 0);
        service.enter(null, 0);
        SomebodyWaiting first = waits(service);
        SomebodyWaiting second = waits(service);
        SomebodyWaiting third = waits(service);

        service.undrain(back);

        assertThat(first.place()).isSameAs(back);
        assertThat(second.place()).isSameAs(back);
        assertThat(third.place()).isNull();
        assertThat(back.active()).isEqualTo(2);
    }

    @Test
    void givesThePlaceToTheNextOneIfALoopHasEnded() {
        Service service = service(1, ANY, 5, 1);
        Endpoint endpoint = service.enter(null, 0);
        Executor ended = task -> {
            throw new RejectedExecutionException("shut down");
        };
        assertThat(service.limit().await(new SomebodyWaiting(ended))).isTrue();
        assertThat(service.limit().await(new SomebodyWaiting(ended))).isTrue();
        SomebodyWaiting stays = waits(service);

        service.left(endpoint);

        assertThat(stays.place()).isSameAs(endpoint);
        service.left(endpoint);
        assertThat(service.limit().await(new SomebodyWaiting(ended))).as("it is free").isTrue();
        assertThat(endpoint.active()).isZero();
        assertThat(service.enter(null, 0)).isSameAs(endpoint);
    }

    // ---- from one configuration to the next ----

    /** A service at these ports, perhaps in place of another; two requests at once, one an endpoint, two wait. */
    private Service reloaded(Service before, int... ports) {
        ServiceLimitConfig limits = new ServiceLimitConfig(2, 1, 2, Duration.ofSeconds(1));
        return new Service(0, config(limits, Rule.LEAST_REQUESTS).ports(ports).build(), registry, before);
    }

    @Test
    void goesOnWithPlacesAndQueueAfterAReload() {
        Service before = reloaded(null, 1, 2);
        Endpoint one = before.enter(null, 0);
        before.enter(null, 0);
        SomebodyWaiting first = waits(before);

        Service after = reloaded(before, 1, 2, 3);

        assertThat(after.enter(null, 0)).as("two at once, whatever began them").isNull();
        SomebodyWaiting second = waits(after);
        assertThat(after.limit().waiting()).isEqualTo(2);
        assertThat(after.limit().await(somebody())).as("two wait").isFalse();
        before.left(one);
        assertThat(first.place()).isSameAs(one);
        assertThat(second.place()).isNull();
        before.left(one);
        assertThat(second.place()).isNotNull();
        assertThat(before.limit().waiting()).isZero();
        assertThat(after.endpoints()).extracting(Endpoint::active).satisfies(all -> assertThat(sum(all)).isEqualTo(2));
    }

    private static int sum(List<? extends Integer> numbers) {
        return numbers.stream().mapToInt(it -> it).sum();
    }

    @Test
    void letsNobodyWaitForEndpointsThatOnlyTheFormerConfigurationHad() {
        Service before = reloaded(null, 1);
        Endpoint gone = before.enter(null, 0);
        SomebodyWaiting first = waits(before);

        Service after = reloaded(before, 2);

        assertThat(after.enter(null, 0)).isSameAs(after.endpoints().getFirst());
        SomebodyWaiting second = waits(after);
        after.left(after.endpoints().getFirst());
        assertThat(second.place()).isSameAs(after.endpoints().getFirst());
        assertThat(first.place()).isNull();
        before.left(gone);
        assertThat(first.place()).isSameAs(gone);
    }

    @Test
    void losesNoPlaceAndNobodyWhoeverComesAndLeavesAtOnce() throws Exception {
        Service service = service(3, 2, 10_000, 1, 2);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch served = new CountDownLatch(4 * 2_000);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    for (int n = 0; n < 2_000; n++) {
                        service.limit().await(new RequestLimit.Waiter() {
                            @Override
                            public Executor loop() {
                                return threads;
                            }

                            @Override
                            public long key() {
                                return 0;
                            }

                            @Override
                            public Endpoint avoided() {
                                return null;
                            }

                            @Override
                            public void onPlace(Endpoint endpoint) {
                                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                inside.decrementAndGet();
                                service.left(endpoint);
                                served.countDown();
                            }
                        });
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            assertThat(served.await(20, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(most.get()).isBetween(1, 3);
        assertThat(service.limit().waiting()).isZero();
        assertThat(service.endpoints()).extracting(Endpoint::active).containsExactly(0, 0);
    }
}
