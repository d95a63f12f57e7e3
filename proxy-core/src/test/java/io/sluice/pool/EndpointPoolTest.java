package io.sluice.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.Readings;
import io.sluice.transport.HandWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EndpointPoolTest {
    private final HandWheel time = new HandWheel();
    private final Metrics metrics = new Metrics("test");
    private final FakeConnector connector = new FakeConnector();
    private final Caller caller = new Caller();
    private BackendPools pools;
    private Service service;
    private Endpoint endpoint;
    private StreamPool pool;

    EndpointPoolTest() {
        connector.atOnce = true;
        configure(new PoolConfig(8, Duration.ofSeconds(30), true, Integer.MAX_VALUE, Duration.ZERO), 1);
    }

    private void configure(PoolConfig config, int loops) {
        service = new Service(0, new ServiceConfigBuilder("app").ports(1).pool(config).build());
        endpoint = service.endpoints().getFirst();
        pools = new BackendPools(connector, FakeConnector.UNSHARED, time.wheel(), metrics, loops);
        pool = pools.of(service, endpoint);
    }

    private Lease open() {
        pool.connect(caller);
        return caller.lease;
    }

    private static FakeBackend backend(Lease lease) {
        return (FakeBackend) lease.stream();
    }

    /** Gives a lease back after an exchange that went well. */
    private static FakeBackend released(Lease lease) {
        backend(lease).reusable = true;
        lease.release();
        return backend(lease);
    }

    private Readings.Pool meters() {
        return Readings.of(metrics.pool("app"));
    }

    @Test
    void closesWhatIsIdleAndWhatComesBackOfADrainedEndpoint() {
        Lease inUse = open();
        FakeBackend idle = released(open());
        Endpoint other = new Service(1, service.config()).endpoints().getFirst();

        service.drain(endpoint);
        pools.closeIdle(endpoint);
        pools.closeIdle(other);

        assertThat(idle.closed).isTrue();
        assertThat(released(inUse).closed).isTrue();
        assertThat(meters().idle()).isZero();
        assertThat(endpoint.connections()).isZero();
        service.undrain(endpoint);
        assertThat(released(open()).closed).isFalse();
        assertThat(pool.takeIdle()).isNotNull();
    }

    @Test
    void opensAConnectionThatIsTheCallers() {
        assertThat(pool.takeIdle()).isNull();

        Lease lease = open();

        assertThat(lease.reused()).isFalse();
        assertThat(lease.endpoint()).isSameAs(endpoint);
        assertThat(endpoint.connections()).isEqualTo(1);
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 1, 0));
    }

    @Test
    void keepsAConnectionThatMayBeUsedAgain() {
        Lease lease = open();
        FakeBackend backend = released(lease);

        assertThat(backend.closed).isFalse();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 0, 1));
        Lease again = pool.takeIdle();

        assertThat(again.stream()).isSameAs(backend);
        assertThat(again.reused()).isTrue();
        assertThat(pool.takeIdle()).as("it is taken").isNull();
        assertThat(endpoint.connections()).isEqualTo(1);
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 1, 0, 1, 0));
    }

    @Test
    void takesTheOneThatWasUsedLast() {
        List<Lease> leases = List.of(open(), open(), open());
        leases.forEach(EndpointPoolTest::released);

        assertThat(pool.takeIdle().stream()).isSameAs(leases.get(2).stream());
        assertThat(pool.takeIdle().stream()).isSameAs(leases.get(1).stream());
    }

    @Test
    void closesWhatMayNotBeUsedAgain() {
        Lease lease = open();
        lease.release();

        assertThat(backend(lease).closed).isTrue();
        assertThat(pool.takeIdle()).isNull();
        assertThat(endpoint.connections()).isZero();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 0, 0));
    }

    @Test
    void closesWhatTheCallerCloses() {
        Lease lease = open();
        lease.close();

        assertThat(backend(lease).closed).isTrue();
        assertThat(endpoint.connections()).isZero();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 0, 0));
    }

    @Test
    void countsAConnectionThatTheBackendHadClosed() {
        released(open());
        Lease lease = pool.takeIdle();
        lease.closeStale();

        assertThat(endpoint.connections()).isZero();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 1, 1, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"4, 1, 4", "4, 2, 2", "5, 2, 3", "1, 4, 1", "0, 4, 0"})
    void keepsItsLoopsShareOfTheIdleOnes(int configured, int loops, int kept) {
        configure(new PoolConfig(configured, Duration.ofSeconds(30), true, Integer.MAX_VALUE, Duration.ZERO), loops);
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            leases.add(open());
        }
        leases.forEach(EndpointPoolTest::released);

        assertThat(leases).filteredOn(lease -> !backend(lease).closed).hasSize(kept);
        assertThat(endpoint.connections()).isEqualTo(kept);
        assertThat(meters().idle()).isEqualTo(kept);
    }

    @Test
    void closesAnIdleConnectionWhenItsTimeIsOver() {
        FakeBackend backend = released(open());

        time.pass(Duration.ofSeconds(29));
        assertThat(backend.closed).isFalse();
        time.pass(Duration.ofSeconds(1));

        assertThat(backend.closed).isTrue();
        assertThat(pool.takeIdle()).isNull();
        assertThat(endpoint.connections()).isZero();
        assertThat(meters().idle()).isZero();
    }

    @Test
    void doesNotCloseAConnectionThatIsInUseAgain() {
        FakeBackend backend = released(open());
        Lease lease = pool.takeIdle();

        time.pass(Duration.ofMinutes(5));

        assertThat(backend.closed).isFalse();
        lease.close();
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void keepsAConnectionASecondLessThanTheBackendSaysItWill() {
        Lease lease = open();
        backend(lease).keepAliveNanos = Duration.ofSeconds(5).toNanos();
        FakeBackend backend = released(lease);

        time.pass(Duration.ofMillis(3900));
        assertThat(backend.closed).isFalse();
        time.pass(Duration.ofMillis(100));

        assertThat(backend.closed).isTrue();
    }

    @Test
    void keepsAConnectionNoLongerThanConfiguredWhateverTheBackendSays() {
        Lease lease = open();
        backend(lease).keepAliveNanos = Duration.ofHours(1).toNanos();
        FakeBackend backend = released(lease);

        time.pass(Duration.ofSeconds(30));

        assertThat(backend.closed).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "2, false"})
    void doesNotKeepAConnectionThatTheBackendIsAboutToClose(int seconds, boolean closed) {
        Lease lease = open();
        backend(lease).keepAliveNanos = Duration.ofSeconds(seconds).toNanos();
        FakeBackend backend = released(lease);

        assertThat(backend.closed).isEqualTo(closed);
        assertThat(endpoint.connections()).isEqualTo(closed ? 0 : 1);
    }

    @Test
    void doesNotTakeBackAConnectionThatIsTooOld() {
        configure(new PoolConfig(8, Duration.ofSeconds(30), true, Integer.MAX_VALUE, Duration.ofNanos(1)), 1);

        FakeBackend backend = released(open());

        assertThat(backend.closed).isTrue();
        assertThat(endpoint.connections()).isZero();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 0, 0));
    }

    @Test
    void doesNotHandOutAConnectionThatGrewTooOldWhileIdle() {
        configure(new PoolConfig(8, Duration.ofSeconds(30), true, Integer.MAX_VALUE, Duration.ofMillis(40)), 1);
        FakeBackend older = released(open());
        long late = System.nanoTime() + 40_000_000;
        while (System.nanoTime() < late) {
            Thread.onSpinWait();
        }

        assertThat(pool.takeIdle()).isNull();

        assertThat(older.closed).isTrue();
        assertThat(endpoint.connections()).isZero();
        assertThat(meters()).isEqualTo(new Readings.Pool(1, 0, 0, 0, 0));
    }

    @Test
    void refusesToOpenMoreThanTheLimitAllLoopsTogether() {
        configure(new PoolConfig(8, Duration.ofSeconds(30), true, 2, Duration.ZERO), 1);
        Lease first = open();
        Lease second = new Caller().connect(pools.of(service, endpoint));
        assertThat(pool.connect(caller)).isNull();

        assertThat(caller.error).isEqualTo(ProxyError.POOL_EXHAUSTED);
        assertThat(endpoint.connections()).isEqualTo(2);
        released(first);
        assertThat(endpoint.connections()).as("an idle one counts").isEqualTo(2);
        second.close();
        caller.error = null;
        open();

        assertThat(caller.error).isNull();
        assertThat(endpoint.connections()).isEqualTo(2);
    }

    @Test
    void countsAConnectionFromTheBeginningUntilItFails() {
        connector.atOnce = false;
        Connector.Attempt opening = pool.connect(caller);
        assertThat(opening).isNotNull();
        assertThat(endpoint.connections()).isEqualTo(1);

        connector.last().fails(ProxyError.CONNECT_FAILED);
        opening.cancel();

        assertThat(caller.error).isEqualTo(ProxyError.CONNECT_FAILED);
        assertThat(connector.last().cancelled).as("there is nothing to give up").isZero();
        assertThat(endpoint.connections()).isZero();
        assertThat(meters()).isEqualTo(new Readings.Pool(0, 0, 0, 0, 0));
    }

    @Test
    void givesThePlaceBackOnceWhenTheCallerGivesUp() {
        connector.atOnce = false;
        Connector.Attempt opening = pool.connect(caller);

        opening.cancel();
        opening.cancel();

        assertThat(connector.last().cancelled).isEqualTo(1);
        assertThat(endpoint.connections()).isZero();
        assertThat(caller.lease).isNull();
    }

    @Test
    void tellsOfAFailureDuringTheCall() {
        connector.refusal = ProxyError.CONNECT_FAILED;

        assertThat(pool.connect(caller)).isNull();

        assertThat(caller.error).isEqualTo(ProxyError.CONNECT_FAILED);
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void cancellingAfterItOpenedChangesNothing() {
        connector.atOnce = false;
        Connector.Attempt opening = pool.connect(caller);
        connector.last().opens();

        opening.cancel();

        assertThat(endpoint.connections()).isEqualTo(1);
        assertThat(backend(caller.lease).closed).isFalse();
    }

    static Stream<Named<Consumer<FakeBackend>>> reports() {
        return Stream.of(
                Named.of("a head", backend -> backend.listener.onResponseHead(new ResponseHead())),
                Named.of("an end", backend -> backend.listener.onResponseEnd(Trailers.NONE)),
                Named.of("it takes no more", backend -> backend.listener.onRequestRefused()),
                Named.of("it is gone", backend -> backend.isGone(ProxyError.BACKEND_CLOSED)));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void closesAnIdleConnectionThatReportsAnything(Consumer<FakeBackend> report) {
        FakeBackend other = released(open());
        FakeBackend backend = released(open());

        report.accept(backend);

        assertThat(backend.closed).isTrue();
        assertThat(endpoint.connections()).isEqualTo(1);
        assertThat(meters().idle()).isEqualTo(1);
        assertThat(pool.takeIdle().stream()).as("it is forgotten").isSameAs(other);
        assertThat(pool.takeIdle()).isNull();
    }

    @Test
    void closesAnIdleConnectionThatSendsABodyNobodyAskedFor() {
        FakeBackend backend = released(open());
        ByteBuf stray = Unpooled.copyLong(1);

        backend.listener.onResponseBody(stray);

        assertThat(stray.refCnt()).isZero();
        assertThat(backend.closed).isTrue();
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void keepsAnIdleConnectionThatReportsNothingOfNote() {
        FakeBackend backend = released(open());

        backend.listener.onBackendWritable();
        backend.listener.onResponseBatchEnd();

        assertThat(backend.closed).isFalse();
        assertThat(pool.takeIdle()).isNotNull();
    }

    private static final class Caller implements EndpointPool.Listener {
        private Lease lease;
        private ProxyError error;

        private Lease connect(StreamPool pool) {
            pool.connect(this);
            return lease;
        }

        @Override
        public void onLeased(Lease leased) {
            lease = leased;
        }

        @Override
        public void onNotLeased(ProxyError why) {
            error = why;
        }
    }
}
