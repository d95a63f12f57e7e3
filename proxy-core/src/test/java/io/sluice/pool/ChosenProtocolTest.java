package io.sluice.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Http2Config;
import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.http.HeaderName;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.Readings;
import io.sluice.transport.HandWheel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link SharedPool} where the endpoint chooses whether a connection carries one request at a time, or many. */
class ChosenProtocolTest {
    private final HandWheel time = new HandWheel();
    private final Metrics metrics = new Metrics("test");
    private final FakeSharedConnector connector = new FakeSharedConnector();
    private final FakeConnector alone = new FakeConnector();
    private final List<FakeSharedConnector.Opening> openings = connector.openings;
    private final BackendPools pools = new BackendPools(alone, connector, time.wheel(), metrics, 1);
    private Service service;
    private Endpoint endpoint;
    private StreamPool pool;

    ChosenProtocolTest() {
        configure(Integer.MAX_VALUE);
    }

    private void configure(int connectionsMax) {
        service = new Service(0, new ServiceConfigBuilder("app").ports(1)
                .pool(new PoolConfig(8, Duration.ofSeconds(30), true, connectionsMax, Duration.ZERO))
                .auto(new Http2Config(3, Duration.ZERO, Duration.ofSeconds(1))).build());
        endpoint = service.endpoints().getFirst();
        pool = pools.of(service, endpoint);
    }

    private Caller asks() {
        return Caller.of(pool);
    }

    private Readings.Pool meters() {
        return Readings.of(metrics.pool("app"));
    }

    @Test
    void asLongAsItsChoiceIsNotKnownAllWaitForOneConnection() {
        List<Caller> callers = List.of(asks(), asks(), asks());
        assertThat(openings).hasSize(1);

        openings.getFirst().opens(3);

        assertThat(callers).allSatisfy(caller -> assertThat(caller.lease).isNotNull());
        assertThat(openings).hasSize(1);
    }

    @Test
    void whoWaitedForAConnectionThatServesOnlyOneGetsHisOwnAtOnce() {
        List<Caller> callers = List.of(asks(), asks(), asks());

        openings.getFirst().opensForOne();

        assertThat(callers.getFirst().lease).isNotNull();
        assertThat(openings).hasSize(3);
        openings.get(2).opensForOne();
        openings.get(1).opensForOne();
        assertThat(callers).allSatisfy(caller -> assertThat(caller.lease).isNotNull());
        assertThat(endpoint.connections()).isEqualTo(3);
        assertThat(meters()).isEqualTo(new Readings.Pool(3, 0, 0, 3, 0));
    }

    @Test
    void connectionsThatServeOneAreKeptAndCounted() {
        Caller caller = asks();
        openings.getFirst().opensForOne().reusable = true;

        caller.lease.release();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 0, 1));
        Lease again = pool.takeIdle();
        assertThat(again.reused()).isTrue();
        again.release();
        pools.retire();

        assertThat(endpoint.connections()).isZero();
        assertThat(meters().idle()).isZero();
    }

    @Test
    void whoWaitedAndFindsNoConnectionLeftHearsOfIt() {
        configure(1);
        Caller first = asks();
        Caller second = asks();

        openings.getFirst().opensForOne();

        assertThat(first.lease).isNotNull();
        assertThat(second.why).isEqualTo(ProxyError.POOL_EXHAUSTED);
        assertThat(endpoint.connections()).isEqualTo(1);
    }

    @Test
    void whereItChoseSuchLastNobodyWaitsForAnother() {
        asks();
        openings.getFirst().opensForOne();

        Caller one = asks();
        Caller two = asks();
        assertThat(openings).hasSize(3);
        openings.get(1).listener.onConnectFailed(ProxyError.CONNECT_FAILED);
        two.attempt.cancel();

        assertThat(one.why).isEqualTo(ProxyError.CONNECT_FAILED);
        assertThat(openings.get(2).cancelled).isTrue();
        assertThat(endpoint.connections()).isEqualTo(1);
    }

    @Test
    void whoWantsANewConnectionGetsNoneThatWasIdle() {
        Caller caller = asks();
        openings.getFirst().opensForOne().reusable = true;
        caller.lease.release();

        Caller fresh = asks();

        assertThat(fresh.lease).isNull();
        assertThat(openings).hasSize(2);
    }

    @Test
    void itMayChangeItsMind() {
        asks();
        openings.getFirst().opensForOne();
        Caller one = asks();
        Caller two = asks();

        openings.get(1).opens(3);
        Caller three = asks();
        openings.get(2).opensForOne();
        asks();
        asks();

        assertThat(one.lease).isNotNull();
        assertThat(three.lease.reused()).isTrue();
        assertThat(two.lease).isNotNull();
        assertThat(openings).as("one stream was left, then it chose to serve one").hasSize(4);
    }

    @Test
    void aRequestToSwitchGetsAConnectionOfItsOwn() {
        asks();
        openings.getFirst().opens(3);
        RequestHead plain = new RequestHead();
        RequestHead upgrade = new RequestHead();
        upgrade.append(HeaderName.UPGRADE, "websocket");

        assertThat(pool.carrying(plain).takeIdle()).isNotNull();
        assertThat(pool.carrying(upgrade).takeIdle()).isNull();
        Caller.of(pool.carrying(upgrade));
        alone.last().opens();

        assertThat(openings).hasSize(1);
        assertThat(endpoint.connections()).isEqualTo(2);
        assertThat(meters()).isEqualTo(new Readings.Pool(2, 1, 0, 2, 0));
    }

    /** gRPC, for one, can't be had over HTTP/1.1. */
    @Test
    void connectionsThatServeOneCarryNothingMoreOnceItChoseToServeMany() {
        Caller before = asks();
        openings.getFirst().opensForOne().reusable = true;
        asks();
        openings.get(1).opens(1);
        before.lease.release();

        assertThat(pool.takeIdle()).as("the one stream is taken").isNull();
        asks();
        openings.get(2).opensForOne();

        assertThat(pool.takeIdle().reused()).as("it chose such again").isTrue();
    }
}
