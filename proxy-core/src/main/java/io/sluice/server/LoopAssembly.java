package io.sluice.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.sluice.config.SluiceConfig;
import io.sluice.exchange.Observers;
import io.sluice.exchange.Snapshot;
import io.sluice.exchange.Worker;
import io.sluice.frontend.LoopContext;
import io.sluice.http.HeadLimits;
import io.sluice.http1.HeadStore;
import io.sluice.http1.Http1Checker;
import io.sluice.http1.Http1Connector;
import io.sluice.http2.Http2Checker;
import io.sluice.http2.Http2Connector;
import io.sluice.linux.Pipes;
import io.sluice.linux.Splicing;
import io.sluice.pool.BackendPools;
import io.sluice.service.Checker;
import io.sluice.service.Dialer;
import io.sluice.service.HealthChecks;
import io.sluice.service.Service;
import io.sluice.telemetry.Metrics;
import io.sluice.transport.DeadlineWheel;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.LoopClock;
import io.sluice.transport.SocketOptions;
import io.sluice.transport.Transport;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Puts together what one event loop needs; what it makes is that loop's alone. <em>Immutable.</em>
 *
 * @param transport how sockets are done
 * @param allocator of all buffers
 * @param snapshots the configuration in force
 * @param metrics   of the process
 * @param observers of the process
 * @param splicing  what loops share of it; null = all is copied
 */
record LoopAssembly(
        Transport transport,
        ByteBufAllocator allocator,
        Supplier<Snapshot> snapshots,
        Metrics metrics,
        Observers observers,
        Splicing splicing) {

    /** What the exchanges of a loop need. */
    LoopContext assemble(EventLoop loop, LoopClock clock) {
        SluiceConfig config = snapshots.get().config();
        HeadStore store = new HeadStore(new LoopBuffer(allocator));
        LoopBuffer reads = new LoopBuffer(allocator);
        DeadlineWheel wheel = new DeadlineWheel(loop, clock);
        Dialer dialer = new Dialer(loop, reads, this::backendOptions);
        Http1Connector connector = new Http1Connector(dialer, store, this::responseLimits);
        Http2Connector shared = new Http2Connector(dialer, connector, wheel, this::responseLimits);
        Pipes pipes = splicing == null ? null : splicing.pipes(wheel);
        BackendPools pools = new BackendPools(connector, shared, wheel, metrics, config.eventLoops());
        return new LoopContext(new Worker(loop, wheel, pools, snapshots, observers, pipes), store, reads);
    }

    /** The checks made from a loop; none yet. */
    HealthChecks checks(LoopContext context) {
        Worker worker = context.worker();
        Dialer dialer = new Dialer(worker.loop(), context.reads(), this::backendOptions);
        Http1Checker checker = new Http1Checker(dialer, this::responseLimits);
        Http1Connector connector = new Http1Connector(dialer, context.store(), this::responseLimits);
        Http2Checker shared =
                new Http2Checker(new Http2Connector(dialer, connector, worker.wheel(), this::responseLimits));
        Checker both = (service, endpoint, verdict) -> (service.config().protocol().shared() ? shared : checker)
                .check(service, endpoint, verdict);
        return new HealthChecks(worker.wheel(), both, () -> ThreadLocalRandom.current().nextDouble());
    }

    private HeadLimits responseLimits() {
        return snapshots.get().responseLimits();
    }

    private SocketOptions backendOptions(Service service) {
        // Buffers are the same for the life of the process, whatever snapshot is asked.
        return new SocketOptions(transport, service.config().socket(), snapshots.get().config().buffers(), allocator);
    }
}
