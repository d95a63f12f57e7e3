package io.sluice.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.service.IdleTime;
import io.sluice.service.Service;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.Readings;
import io.sluice.transport.HandWheel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a pool learns of how long a backend keeps idle connections, and what it does then. */
class LearnedIdleTimeTest {
    private final HandWheel time = new HandWheel();
    private final Metrics metrics = new Metrics("test");
    private final FakeConnector connector = new FakeConnector();
    private BackendPools pools;
    private Endpoint endpoint;
    private StreamPool pool;

    LearnedIdleTimeTest() {
        connector.atOnce = true;
        configure(true, Integer.MAX_VALUE);
    }

    private void configure(boolean learn, int maxPerEndpoint) {
        Service service = new Service(0, new ServiceConfigBuilder("app")
                .ports(1)
                .pool(new PoolConfig(8, Duration.ofSeconds(30), learn, maxPerEndpoint, Duration.ZERO))
                .build());
        endpoint = service.endpoints().getFirst();
        pools = new BackendPools(connector, FakeConnector.UNSHARED, time.wheel(), metrics, 1);
        pool = pools.of(service, endpoint);
    }

    /** A connection that has answered once and is idle now. */
    private FakeBackend idle() {
        Lease[] opened = new Lease[1];
        pool.connect(new EndpointPool.Listener() {
            @Override
            public void onLeased(Lease lease) {
                opened[0] = lease;
            }

            @Override
            public void onNotLeased(ProxyError why) {
                throw new AssertionError(why);
            }
        });
        return released(opened[0]);
    }

    private static FakeBackend released(Lease lease) {
        FakeBackend backend = (FakeBackend) lease.stream();
        backend.reusable = true;
        lease.release();
        return backend;
    }

    /** The backend closes a connection that was idle for so long. */
    private void closes(Duration after) {
        FakeBackend backend = idle();
        time.pass(after);
        backend.isGone(ProxyError.BACKEND_CLOSED);
    }

    private void learnsASecond() {
        closes(Duration.ofSeconds(1));
        closes(Duration.ofSeconds(1));
    }

    private long connectionsIdle() {
        return Readings.of(metrics.pool("app")).idle();
    }

    private IdleTime.Basis basis() {
        return endpoint.idleTime().view(time.wheel().nowNanos()).basis();
    }

    @Test
    void reusesNoConnectionThatIsNearItsEnd() {
        learnsASecond();
        FakeBackend young = idle();

        time.pass(Duration.ofMillis(700));
        Lease reused = pool.takeIdle();
        assertThat(reused.stream()).isSameAs(young);
        released(reused);
        time.pass(Duration.ofMillis(800));

        assertThat(pool.takeIdle()).isNull();
    }

    @Test
    void reusesNoOldConnectionThatWasKeptBeforeItLearned() {
        FakeBackend first = idle();
        FakeBackend second = idle();
        learnsASecond();

        assertThat(pool.takeIdle()).as("both have been idle for two seconds").isNull();

        assertThat(first.closed).isTrue();
        assertThat(second.closed).isTrue();
        assertThat(connectionsIdle()).isZero();
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void watchesOneExpiredConnectionAndClosesTheOthers() {
        learnsASecond();
        List<FakeBackend> backends = List.of(idle(), idle(), idle());

        time.pass(Duration.ofMillis(850));

        assertThat(backends).filteredOn(b -> !b.closed).hasSize(1);
        assertThat(pool.takeIdle()).as("none is for reuse").isNull();
        assertThat(endpoint.connections()).isEqualTo(1);
        assertThat(connectionsIdle()).isEqualTo(1);
    }

    @Test
    void triesLongerAgainWhenWatchedConnectionsLiveOn() {
        learnsASecond();

        for (int i = 0; i < 3; i++) {
            FakeBackend watched = idle();
            time.pass(Duration.ofMillis(850));
            assertThat(watched.closed).isFalse();
            time.pass(Duration.ofMillis(1200));
            assertThat(watched.closed).isTrue();
        }
        FakeBackend kept = idle();
        time.pass(Duration.ofSeconds(10));

        assertThat(pool.takeIdle().stream()).isSameAs(kept);
    }

    @Test
    void learnsFromWatchedConnectionsThatTheBackendCloses() {
        learnsASecond();
        time.pass(Duration.ofMinutes(9));
        for (int i = 0; i < 2; i++) {
            FakeBackend watched = idle();
            time.pass(Duration.ofMillis(960));
            watched.isGone(ProxyError.BACKEND_CLOSED);
        }

        time.pass(Duration.ofMinutes(5));

        assertThat(basis()).as("the first two are forgotten by now").isEqualTo(IdleTime.Basis.CLOSED);
        assertThat(connectionsIdle()).isZero();
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void keepsNoneToWatchWhereConnectionsAreLimited() {
        configure(true, 4);
        learnsASecond();
        FakeBackend backend = idle();

        time.pass(Duration.ofMillis(850));

        assertThat(backend.closed).isTrue();
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void watchesNoneOnceItIsRetired() {
        learnsASecond();
        FakeBackend watched = idle();
        time.pass(Duration.ofMillis(850));
        assertThat(watched.closed).isFalse();

        pools.retire();

        assertThat(watched.closed).isTrue();
        assertThat(connectionsIdle()).isZero();
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void learnsFromReusedConnectionsThatWereDead() {
        for (int i = 0; i < 2; i++) {
            idle();
            time.pass(Duration.ofSeconds(4));
            pool.takeIdle().closeStale();
        }

        assertThat(basis()).isEqualTo(IdleTime.Basis.STALE);
        idle();
        time.pass(Duration.ofSeconds(3));
        assertThat(pool.takeIdle()).isNull();
        assertThat(Readings.of(metrics.pool("app")).stale()).isEqualTo(2);
    }

    @Test
    void doesNotBlameIdlenessForADeathLongAfterTheReuse() {
        for (int i = 0; i < 2; i++) {
            idle();
            time.pass(Duration.ofSeconds(4));
            Lease lease = pool.takeIdle();
            time.pass(Duration.ofSeconds(2));
            lease.closeStale();
        }

        assertThat(basis()).isEqualTo(IdleTime.Basis.NOTHING);
    }

    @Test
    void believesItsEyesRatherThanAKeepAliveField() {
        for (int i = 0; i < 2; i++) {
            FakeBackend backend = idle();
            backend.keepAliveNanos = Duration.ofSeconds(5).toNanos();
            time.pass(Duration.ofSeconds(1));
            backend.isGone(ProxyError.BACKEND_CLOSED);
        }
        idle();
        time.pass(Duration.ofMillis(900));

        assertThat(pool.takeIdle()).isNull();
    }

    @Test
    void forgetsAShortTimeWhenLongerReusesSucceed() {
        closes(Duration.ofMillis(100));
        for (int i = 0; i < 3; i++) {
            idle();
            time.pass(Duration.ofSeconds(1));
            released(pool.takeIdle());
            pool.takeIdle().close();
        }
        closes(Duration.ofMillis(100));

        assertThat(basis()).isEqualTo(IdleTime.Basis.NOTHING);
    }

    @Test
    void learnsNothingWhereToldNotTo() {
        configure(false, Integer.MAX_VALUE);
        learnsASecond();
        FakeBackend backend = idle();
        time.pass(Duration.ofSeconds(10));
        Lease dead = pool.takeIdle();
        assertThat(dead.stream()).isSameAs(backend);
        dead.closeStale();

        assertThat(basis()).isEqualTo(IdleTime.Basis.NOTHING);
        assertThat(Readings.of(metrics.pool("app")).stale()).isEqualTo(1);
    }
}
