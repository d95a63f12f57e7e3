package io.sluice.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.Readings;
import io.sluice.transport.HandWheel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackendPoolsTest {
    private final Metrics metrics = new Metrics("test");
    private final FakeConnector connector = new FakeConnector();
    private final BackendPools pools = new BackendPools(connector, FakeConnector.UNSHARED, new HandWheel().wheel(), metrics, 1);
    private Service service = new Service(0, new ServiceConfigBuilder("app").ports(1).endpoint("::1", 1, 1).build());
    private final Endpoint first = service.endpoints().getFirst();
    private final Endpoint second = service.endpoints().getLast();

    private Lease open(Endpoint endpoint) {
        Lease[] opened = new Lease[1];
        pools.of(service, endpoint).connect(new EndpointPool.Listener() {
            @Override
            public void onLeased(Lease lease) {
                opened[0] = lease;
            }

            @Override
            public void onNotLeased(ProxyError why) {
                throw new AssertionError(why);
            }
        });
        connector.last().opens();
        return opened[0];
    }

    private static FakeBackend released(Lease lease) {
        FakeBackend backend = (FakeBackend) lease.stream();
        backend.reusable = true;
        lease.release();
        return backend;
    }

    @Test
    void keepsAPoolForEachEndpoint() {
        FakeBackend backend = released(open(first));

        assertThat(pools.of(service, first)).isSameAs(pools.of(service, first));
        assertThat(pools.of(service, second).takeIdle()).isNull();
        assertThat(pools.of(service, first).takeIdle().stream()).isSameAs(backend);
    }

    @ParameterizedTest
    @EnumSource(value = ServiceConfig.ProxyProtocol.class, names = {"V1", "V2"})
    void keepsNoneThatSpeaksForOneClient(ServiceConfig.ProxyProtocol protocol) {
        service = new Service(
                0, new ServiceConfigBuilder("app").ports(1).endpoint("::1", 1, 1).proxyProtocol(protocol).build());

        FakeBackend backend = released(open(first));

        assertThat(backend.closed).isTrue();
        assertThat(pools.of(service, first).takeIdle()).isNull();
    }

    @Test
    void closesTheIdleOnesAndKeepsNoMoreOnceRetired() {
        Lease inUse = open(first);
        FakeBackend idle = released(open(first));
        FakeBackend other = released(open(second));

        pools.retire();
        assertThat(idle.closed).isTrue();
        assertThat(other.closed).isTrue();
        assertThat(((FakeBackend) inUse.stream()).closed).isFalse();

        assertThat(released(inUse).closed).isTrue();
        assertThat(first.connections()).isZero();
        assertThat(Readings.of(metrics.pool("app"))).isEqualTo(new Readings.Pool(3, 0, 0, 0, 0));
    }

    @Test
    void keepsNothingOfAnEndpointFirstUsedAfterRetiring() {
        pools.retire();

        assertThat(released(open(first)).closed).isTrue();
        assertThat(first.connections()).isZero();
    }
}
