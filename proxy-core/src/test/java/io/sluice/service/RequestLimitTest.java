package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.config.ServiceLimitConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RequestLimitTest {
    private static final int ANY = Integer.MAX_VALUE;

    private static Service service(int requests, int perEndpoint, int queue, int... weights) {
        return new Service(0, new ServiceConfigBuilder("app")
                .weights(weights)
                .policy(ServiceConfig.Policy.LEAST_REQUESTS)
                .limits(new ServiceLimitConfig(requests, perEndpoint, queue, Duration.ofSeconds(1)))
                .build());
    }

    /** One that notes what it was given. */
    private static final class Waiting implements RequestLimit.Waiter {
        private Endpoint given;

        @Override
        public Executor loop() {
            return Runnable::run;
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
            given = endpoint;
        }
    }

    private static Waiting waits(Service service) {
        Waiting waiting = new Waiting();
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
        Waiting first = waits(service);
        Waiting second = waits(service);
        assertThat(service.limit().waiting()).isEqualTo(2);

        service.left(endpoint);

        assertThat(first.given).isSameAs(endpoint);
        assertThat(second.given).isNull();
        assertThat(endpoint.active()).isEqualTo(1);
        assertThat(service.enter(null, 0)).as("nobody overtakes").isNull();
        service.left(endpoint);
        assertThat(second.given).isSameAs(endpoint);
        service.left(endpoint);
        assertThat(endpoint.active()).isZero();
        assertThat(service.limit().waiting()).isZero();
    }

    @Test
    void forgetsWhoLeavesTheQueue() {
        Service service = service(1, ANY, 5, 1);
        Endpoint endpoint = service.enter(null, 0);
        Waiting gone = waits(service);
        Waiting stays = waits(service);

        service.limit().forget(gone);
        service.limit().forget(gone);
        service.left(endpoint);

        assertThat(gone.given).isNull();
        assertThat(stays.given).isSameAs(endpoint);
    }

    @Test
    void letsOnlySoManyWait() {
        Service service = service(1, ANY, 2, 1);
        service.enter(null, 0);
        waits(service);
        waits(service);

        assertThat(service.limit().await(new Waiting())).isFalse();
        assertThat(service(1, ANY, 0, 0).limit().await(new Waiting())).isFalse();
    }

    @Test
    void givesAPlaceThatBecameFreeBeforeTheWaitBegan() {
        Service service = service(1, ANY, 2, 1);

        assertThat(waits(service).given).isNotNull();
        assertThat(service.limit().waiting()).isZero();
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
