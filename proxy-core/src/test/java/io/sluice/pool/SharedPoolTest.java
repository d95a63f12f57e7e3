package io.sluice.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Http2Config;
import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.Readings;
import io.sluice.transport.HandWheel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link SharedPool}: who gets a stream of which connection, and when a connection is opened or closed. */
class SharedPoolTest {
    private static final Connector UNUSED = (service, endpoint, listener) -> {
        throw new AssertionError("the service speaks HTTP/2");
    };

    private final HandWheel time = new HandWheel();
    private final Metrics metrics = new Metrics("test");
    private final FakeSharedConnector connector = new FakeSharedConnector();
    private final List<FakeSharedConnector.Opening> openings = connector.openings;
    private BackendPools pools;
    private Service service;
    private Endpoint endpoint;
    private StreamPool pool;

    SharedPoolTest() {
        configure(new PoolConfig(8, Duration.ofSeconds(30), true, Integer.MAX_VALUE, Duration.ZERO));
    }

    private void configure(PoolConfig config) {
        service = new Service(0, new ServiceConfigBuilder("app").ports(1).pool(config)
                .h2c(new Http2Config(3, Duration.ZERO, Duration.ofSeconds(1))).build());
        endpoint = service.endpoints().getFirst();
        pools = new BackendPools(UNUSED, connector, time.wheel(), metrics, 1);
        pool = pools.of(service, endpoint);
    }

    private Caller asks() {
        return Caller.of(pool);
    }

    private Readings.Pool meters() {
        return Readings.of(metrics.pool("app"));
    }

    @Test
    void whoComesWhileAConnectionIsOpenedWaitsForIt() {
        List<Caller> callers = List.of(asks(), asks(), asks());

        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);

        assertThat(openings).hasSize(1);
        assertThat(callers).allSatisfy(caller -> assertThat(caller.lease).isNotNull());
        assertThat(connection.lent).isEqualTo(3);
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 2, 0, 1, 0));
    }

    @Test
    void whoFindsNoRoomGetsAnotherConnection() {
        List<Caller> callers = List.of(asks(), asks(), asks(), asks());
        assertThat(openings).hasSize(2);

        openings.getFirst().opens(1);

        assertThat(callers.stream().filter(caller -> caller.lease != null)).hasSize(1);
        openings.get(1).opens(9);
        assertThat(callers).allSatisfy(caller -> assertThat(caller.lease).isNotNull());
        assertThat(openings).hasSize(2);
    }

    @Test
    void aBackendThatAllowsNoStreamIsNotAskedAgain() {
        Caller caller = asks();

        FakeSharedConnector.Shared connection = openings.getFirst().opens(0);

        assertThat(caller.why).isEqualTo(ProxyError.POOL_EXHAUSTED);
        assertThat(connection.closed).isTrue();
        assertThat(openings).hasSize(1);
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void allWhoWaitedHearThatItFailed() {
        List<Caller> callers = List.of(asks(), asks());

        openings.getFirst().listener.onConnectFailed(ProxyError.NOT_HTTP2);

        assertThat(callers).extracting(caller -> caller.why).containsOnly(ProxyError.NOT_HTTP2);
        assertThat(endpoint.connections()).isZero();
        asks();
        assertThat(openings).hasSize(2);
    }

    @Test
    void theLastOneToGiveUpEndsTheOpening() {
        Caller first = asks();
        Caller second = asks();

        first.attempt.cancel();
        assertThat(openings.getFirst().cancelled).isFalse();
        second.attempt.cancel();
        second.attempt.cancel();

        assertThat(openings.getFirst().cancelled).isTrue();
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void aConnectionWithoutStreamsIsIdleUntilItsTimeIsOver() {
        Caller caller = asks();
        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);

        caller.lease.release();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 0, 1));
        assertThat(pool.takeIdle().reused()).isTrue();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 1, 0, 1, 0));
        time.pass(Duration.ofSeconds(60));
        assertThat(connection.closed).isFalse();
    }

    @Test
    void anIdleConnectionIsClosedInTime() {
        Caller caller = asks();
        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);
        caller.lease.release();

        time.pass(Duration.ofSeconds(31));

        assertThat(connection.closed).isTrue();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 0, 0));
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void aConnectionThatLeavesEndsWithItsLastStream() {
        Caller one = asks();
        Caller two = asks();
        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);
        one.lease.release();

        connection.leaving = true;
        connection.listener.onLeaving();
        assertThat(connection.closed).isFalse();
        assertThat(pool.takeIdle()).isNull();
        two.lease.release();

        assertThat(connection.closed).isTrue();
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void anIdleConnectionThatLeavesIsClosedAtOnce() {
        Caller caller = asks();
        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);
        caller.lease.release();

        connection.leaving = true;
        connection.listener.onLeaving();

        assertThat(connection.closed).isTrue();
        assertThat(meters().idle()).isZero();
    }

    @Test
    void aConnectionThatDiesIsCountedOffOnce() {
        Caller caller = asks();
        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);

        connection.leaving = true;
        connection.listener.onClosed();
        caller.lease.closeStale();

        assertThat(endpoint.connections()).isZero();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 1, 0, 0));
    }

    @Test
    void anOldConnectionTakesNoNewStreams() {
        configure(new PoolConfig(8, Duration.ofSeconds(30), true, Integer.MAX_VALUE, Duration.ofSeconds(10)));
        Caller caller = asks();
        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);

        time.pass(Duration.ofSeconds(11));

        assertThat(pool.takeIdle()).isNull();
        caller.lease.release();
        assertThat(connection.closed).isTrue();
    }

    @Test
    void noMoreConnectionsAreOpenedThanAllowed() {
        configure(new PoolConfig(8, Duration.ofSeconds(30), true, 1, Duration.ZERO));
        asks();
        openings.getFirst().opens(1);

        assertThat(asks().why).isEqualTo(ProxyError.POOL_EXHAUSTED);
    }

    @Test
    void aRetiredPoolKeepsNothing() {
        Caller caller = asks();
        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);

        pools.retire();
        assertThat(connection.closed).isFalse();
        caller.lease.release();

        assertThat(connection.closed).isTrue();
    }

    @Test
    void anEndpointThatIsDrainedKeepsNothing() {
        Caller caller = asks();
        FakeSharedConnector.Shared connection = openings.getFirst().opens(3);

        service.drain(endpoint);
        caller.lease.release();

        assertThat(connection.closed).isTrue();
    }

    @Test
    void nobodyJoinsThoseWhoWaitInVain() {
        Caller first = asks();
        Caller second = asks();
        time.pass(Duration.ofSeconds(5));

        first.attempt.cancel();
        asks();

        assertThat(openings).hasSize(2);
        openings.getFirst().opens(3);
        assertThat(second.lease).isNotNull();
        second.lease.release();
        assertThat(endpoint.connections()).isEqualTo(2);
    }
}
