package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.ServiceConfig;
import io.sluice.http.ProxyError;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** Which endpoints go on with the clients they have, and who waits for one of their places. */
class StickyPlacesTest {
    private final EndpointRegistry registry = new EndpointRegistry();

    private Service service(String besides) {
        return service(besides, null);
    }

    private Service service(String besides, Service before) {
        try {
            ServiceConfig config = new ConfigReader(Map.of()).read("test", """
                    listeners: [{ address: ":8080" }]
                    routes: [{ service: app }]
                    services:
                      app:
                        endpoints: ["10.0.0.1:1", "10.0.0.2:1"]
                        sticky: { secrets: sixteen-or-longer }
                        outlierEjection: { failures: 1, time: 1h, maxTime: 1h, maxPercent: 100 }
                    """ + besides).services().get("app");
            Service made = new Service(0, config, registry, before);
            made.begin(new io.sluice.telemetry.HealthMeters("app"), (nanos, task) -> { });
            return made;
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /** Somebody who has an endpoint already, or null. */
    private static final class Waiting implements RequestLimit.Waiter {
        private final Endpoint wanted;
        private Endpoint place;

        Waiting(Endpoint wanted) {
            this.wanted = wanted;
        }

        @Override
        public Executor loop() {
            return Runnable::run;
        }

        @Override
        public Endpoint avoided() {
            return null;
        }

        @Override
        public long key() {
            return 0;
        }

        @Override
        public Endpoint wanted() {
            return wanted;
        }

        @Override
        public void onPlace(Endpoint endpoint) {
            place = endpoint;
        }
    }

    private static Waiting waits(Service service, Endpoint wanted) {
        Waiting waiting = new Waiting(wanted);
        assertThat(service.limit().await(waiting)).isTrue();
        return waiting;
    }

    @Test
    void goesToTheEndpointItHasAlready() {
        Service service = service("");
        Endpoint second = service.endpoints().get(1);

        for (int i = 0; i < 10; i++) {
            assertThat(service.enter(null, 0, second)).isSameAs(second);
        }
        assertThat(second.active()).isEqualTo(10);
    }

    @Test
    void goesOnWithADrainedEndpointAndOneWithoutWeight() {
        Service service = service("");
        Endpoint second = service.endpoints().get(1);

        service.drain(second);
        assertThat(service.pick(null, 0, second)).isSameAs(second);
        assertThat(service.pick(null, 0)).isNotSameAs(second);
        service.undrain(second);
        service.weight(second, 0);
        assertThat(service.pick(null, 0, second)).isSameAs(second);
        service.drain(service.endpoints().get(0));
        assertThat(service.pick(null, 0, second)).isSameAs(second);
        assertThat(service.pick(null, 0)).as("new ones").isNull();
    }

    @Test
    void leavesAnEndpointThatIsNotWell() {
        Service service = service("");
        Endpoint second = service.endpoints().get(1);

        service.failed(second, ProxyError.CONNECT_FAILED);
        assertThat(service.pick(null, 0, second)).isSameAs(service.endpoints().get(0));
        service.drain(second);
        assertThat(service.pick(null, 0, second)).isSameAs(service.endpoints().get(0));
    }

    @Test
    void goesOnWithItsEndpointWhereNoneIsWell() {
        Service service = service("");
        Endpoint second = service.endpoints().get(1);
        service.failed(service.endpoints().get(0), ProxyError.CONNECT_FAILED);
        service.failed(second, ProxyError.CONNECT_FAILED);

        for (int i = 0; i < 10; i++) {
            assertThat(service.pick(null, 0, second)).isSameAs(second);
        }
        service.drain(second);
        assertThat(service.pick(null, 0, second)).as("drained and not well").isSameAs(service.endpoints().get(0));
    }

    @Test
    void waitsForAPlaceAtItsOwnEndpointAndHoldsUpNobodyElse() {
        Service service = service("    limits: { requestsPerEndpoint: 1 }\n");
        Endpoint first = service.endpoints().get(0);
        Endpoint second = service.endpoints().get(1);
        service.enter(null, 0, second);
        assertThat(service.enter(null, 0, second)).as("a place elsewhere is of no use").isNull();
        Waiting bound = waits(service, second);

        assertThat(service.enter(null, 0, null)).as("who may go elsewhere").isSameAs(first);
        Waiting anywhere = waits(service, null);
        Waiting alsoBound = waits(service, first);
        assertThat(service.enter(null, 0, first)).as("nobody overtakes").isNull();

        service.left(first);
        assertThat(anywhere.place).isSameAs(first);
        assertThat(bound.place).isNull();
        service.left(first);
        assertThat(alsoBound.place).isSameAs(first);
        service.left(second);
        assertThat(bound.place).isSameAs(second);
        service.left(second);
        service.left(first);
        assertThat(service.limit().waiting()).isZero();
        assertThat(first.active() + second.active()).isZero();
    }

    @Test
    void goesElsewhereFromTheQueueWhenItsEndpointIsNoLongerWell() {
        Service service = service("    limits: { requestsPerEndpoint: 1 }\n");
        Endpoint second = service.endpoints().get(1);
        service.enter(null, 0, second);
        Waiting bound = waits(service, second);

        service.failed(second, ProxyError.CONNECT_FAILED);

        assertThat(bound.place).isSameAs(service.endpoints().get(0));
    }

    @Test
    void keepsToTheLimitOfAllRequests() {
        Service service = service("    limits: { requests: 1 }\n");
        Endpoint second = service.endpoints().get(1);
        service.enter(null, 0, second);

        assertThat(service.enter(null, 0, second)).isNull();
        Waiting bound = waits(service, second);
        service.left(second);
        assertThat(bound.place).isSameAs(second);
    }

    @Test
    void waitsOnOverAReload() {
        Service before = service("    limits: { requestsPerEndpoint: 1 }\n");
        Endpoint second = before.endpoints().get(1);
        before.enter(null, 0, second);
        Waiting bound = waits(before, second);
        Service after = service("    limits: { requestsPerEndpoint: 1, queue: 7 }\n", before);

        assertThat(after.enter(null, 0, after.endpoints().get(0))).isSameAs(after.endpoints().get(0));
        assertThat(bound.place).isNull();
        before.left(second);

        assertThat(bound.place).isSameAs(second);
    }
}
