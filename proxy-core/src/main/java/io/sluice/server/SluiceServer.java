package io.sluice.server;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.sluice.config.ConfigDiff;
import io.sluice.config.SluiceConfig;
import io.sluice.exchange.Snapshot;
import io.sluice.exchange.Worker;
import io.sluice.frontend.ConnectionGate;
import io.sluice.frontend.Listener.Claim;
import io.sluice.frontend.LoopContext;
import io.sluice.http1.HeadStore;
import io.sluice.linux.Splicing;
import io.sluice.linux.SystemCalls;
import io.sluice.service.EndpointRegistry;
import io.sluice.service.Service;
import io.sluice.telemetry.LearnedIdle;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.SlowRequests;
import io.sluice.transport.Descriptors;
import io.sluice.transport.EventLoops;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running proxy: its event loops, what they share, and the listeners. <em>Thread-safe.</em> <em>Ends</em> by {@link
 * #drain} or {@link #close}.
 */
public final class SluiceServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SluiceServer.class);

    private final AtomicReference<Snapshot> snapshot;
    private final EndpointRegistry endpoints;
    private final Metrics metrics;
    private final Observation observation;
    private final EventLoops loops;
    /** Null where nothing is spliced. */
    private volatile Splicing splicing;
    /** Null until the loops are assembled. */
    private volatile EndpointWatch watch;
    /** Null until it is open. */
    private volatile MemoryWatch memory;
    private final List<LoopContext> contexts;
    /** Set before anybody else knows this; null if that failed half-way. */
    private Listeners listeners;
    /** The same. */
    private Reloading reloading;
    private final AtomicReference<CompletableFuture<Integer>> draining = new AtomicReference<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    private SluiceServer(
            Snapshot snapshot,
            EndpointRegistry endpoints,
            Metrics metrics,
            Observation observation,
            EventLoops loops) {
        this.snapshot = new AtomicReference<>(snapshot);
        this.endpoints = endpoints;
        this.metrics = metrics;
        this.observation = observation;
        this.loops = loops;
        this.contexts = new ArrayList<>();
    }

    /**
     * Starts a proxy: when this returns, all its listeners accept.
     *
     * @throws IOException if a listener can't be bound or the access log can't be opened; the message names it
     */
    public static SluiceServer start(SluiceConfig config) throws IOException {
        return start(config, SystemCalls.ofThisSystem(), Claim.ALONE);
    }

    /** The same, splicing by other system calls than this system's; so tests learn what happens where it refuses them. */
    public static SluiceServer start(SluiceConfig config, Supplier<SystemCalls> kernel) throws IOException {
        return start(config, kernel, Claim.ALONE);
    }

    /** The same beside another process of this user that listens at the same addresses, to take its place. */
    public static SluiceServer takeOver(SluiceConfig config) throws IOException {
        return start(config, SystemCalls.ofThisSystem(), Claim.SHARED);
    }

    private static SluiceServer start(SluiceConfig config, Supplier<SystemCalls> kernel, Claim claim) throws IOException {
        Metrics metrics = new Metrics();
        // Before anything is open that a configuration which doesn't compile would leave so.
        EndpointRegistry endpoints = new EndpointRegistry();
        int[] indexes = IntStream.range(0, config.listeners().size()).toArray();
        Snapshot snapshot = Snapshot.of(config, indexes, endpoints, null, metrics);
        snapshot.report(metrics);
        MissingCodings.report(snapshot);
        Transport transport = Transport.detect();
        SluiceServer server = unopened(snapshot, endpoints, metrics, transport);
        try {
            server.open(transport, kernel, claim);
            return server;
        } catch (IOException | RuntimeException failed) {
            server.close();
            throw failed;
        }
    }

    /** With its log and its loops, but without listeners. */
    private static SluiceServer unopened(
            Snapshot snapshot, EndpointRegistry endpoints, Metrics metrics, Transport transport) throws IOException {
        SluiceConfig config = snapshot.config();
        Observation observation = Observation.open(config, metrics);
        try {
            return new SluiceServer(
                    snapshot, endpoints, metrics, observation, transport.eventLoops(config.eventLoops()));
        } catch (RuntimeException failed) {
            // Each loop takes descriptors, which may be used up.
            observation.close();
            throw failed;
        }
    }

    private void open(Transport transport, Supplier<SystemCalls> kernel, Claim claim) throws IOException {
        SluiceConfig config = config();
        PooledByteBufAllocator allocator = Buffers.allocator(config.eventLoops());
        // What each loop keeps to read into and to write from waits for nobody.
        long kept = (long) config.eventLoops() * (config.buffers().read() + HeadStore.PIECE_BYTES);
        metrics.bufferedBytes(() -> Math.max(0, allocator.pinnedDirectMemory() - kept));
        if (transport == Transport.EPOLL) {
            splicing = new Splicing(Descriptors.pipesMax(), config.zeroCopy().pipeSize(), LOG::warn, kernel);
            splicing.prepare();
            metrics.pipes(splicing::idlePipes, splicing::activePipes, splicing::mismatches);
        }
        metrics.learnedIdle(this::learnedIdle);
        LoopAssembly assembly = new LoopAssembly(
                transport, allocator, snapshot::get, metrics, observation.observers(), splicing);
        Map<EventLoop, LoopContext> byLoop = new IdentityHashMap<>();
        for (EventLoop loop : loops.loops()) {
            LoopContext context = assembly.assemble(loop, loops.clock(loop));
            metrics.watch("loop-" + contexts.size(), loop);
            contexts.add(context);
            byLoop.put(loop, context);
        }
        watch = new EndpointWatch(assembly, contexts, endpoints);
        watch.begin();
        int limit = config.limits().connections() == 0 ? Descriptors.connectionsMax() : config.limits().connections();
        ConnectionGate gate = new ConnectionGate(limit, config.limits().connectionsPerAddress());
        memory = MemoryWatch.of(config.limits().memory(), allocator, gate, contexts);
        memory.start(metrics);
        listeners = new Listeners(
                new Listeners.Ground(transport, allocator, config.buffers(), gate, metrics,
                        () -> snapshot.get().challenges()),
                loops.group(), byLoop);
        reloading = new Reloading(snapshot, endpoints, metrics, listeners, watch, contexts);
        listeners.open(config, claim);
        metrics.config().accepted();
    }

    /** What looks at the memory, or doesn't. */
    MemoryWatch memory() {
        return memory;
    }

    /**
     * Puts another configuration in force, or none of it. What it does not change is untouched: listeners and their
     * connections, endpoints and what is known of them, backend connections, counters. Exchanges and tunnels in flight end on
     * the configuration they began with; connections of a listener that is gone get one more response. What is read only at
     * the start stays as it is, and {@link ConfigDiff#needRestart} says so. Blocks for as long as it takes to bind new
     * listeners: not for an event loop. One at a time; a second call waits.
     *
     * @param wanted as its reader made it
     */
    public ReloadResult reload(SluiceConfig wanted) {
        synchronized (listeners) {
            if (draining.get() != null) {
                return reloading.refuse(
                        wanted, List.of("the proxy is shutting down; what it runs with does not change any more"));
            }
            return reloading.to(wanted);
        }
    }

    /** Counts and returns that a configuration could not even be read, so that all stays as it is. */
    public ReloadResult refuse(List<String> problems) {
        return reloading.refuse(config(), problems);
    }

    /**
     * Where a listener accepts: the port is known even if the system chose it.
     *
     * @throws IllegalArgumentException if no listener has that name
     */
    public InetSocketAddress address(String listener) {
        InetSocketAddress address = listeners.address(listener);
        if (address == null) {
            throw new IllegalArgumentException("no listener is named " + listener);
        }
        return address;
    }

    /** What is in force: what it was started with, or the last reload that was accepted. */
    public SluiceConfig config() {
        return snapshot.get().config();
    }

    /** Its services, whose endpoints can be looked at, drained and weighted. */
    public List<Service> services() {
        return snapshot.get().services();
    }

    /** Its meters. */
    public Metrics metrics() {
        return metrics;
    }

    /** How long idle connections to endpoints are reused, where that is learned. */
    public List<LearnedIdle> learnedIdle() {
        return LearnedIdleRows.of(services());
    }

    /** The slowest exchanges of late, and those that failed. */
    public SlowRequests slowRequests() {
        return SlowRequests.of(contexts.stream().map(context -> context.worker().slow()).toList());
    }

    /** Whether bodies may cross inside the kernel by now. */
    public boolean splices() {
        return splicing != null && splicing.works();
    }

    /** Pipes that a body crosses at the moment. */
    public int activePipes() {
        return splicing == null ? 0 : splicing.activePipes();
    }

    /** Null while it wants traffic; else the reason why not, in a few words. */
    public String notReady() {
        return draining.get() == null ? watch.notReady() : "shutting down";
    }

    /**
     * What is going on at the moment. Takes a task of every loop, and up to a second.
     *
     * @param exchangesMax how many exchanges to tell of one by one, the longest first
     */
    public Survey survey(int exchangesMax) {
        return Survey.of(contexts, exchangesMax);
    }

    /** Reopens the access log, as after a rotation. */
    public void reopenLogs() {
        observation.reopenLogs();
    }

    /**
     * Shuts down gracefully: not ready but accepting, then no longer accepting while exchanges end, then stopped. A
     * second call changes nothing.
     *
     * @return completes when all is stopped, with the number of exchanges that were cut off
     */
    public CompletableFuture<Integer> drain() {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        if (!draining.compareAndSet(null, done)) {
            return draining.get();
        }
        long acceptingMillis = config().timeouts().drainAccepting().toMillis();
        // Who waits in the queue of a socket when it closes gets a reset; so none is to come there any more.
        long queueMillis = listeners.stepAside() ? Listeners.QUEUE_MILLIS : 0;
        CompletableFuture.delayedExecutor(Math.max(acceptingMillis, queueMillis), TimeUnit.MILLISECONDS).execute(() -> {
            listeners.close();
            drainWorkers();
        });
        return done;
    }

    private void drainWorkers() {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (LoopContext context : contexts) {
            Worker worker = context.worker();
            CompletableFuture<Void> end = new CompletableFuture<>();
            try {
                worker.loop().execute(() -> worker.drain(() -> end.complete(null)));
                ends.add(end);
            } catch (RejectedExecutionException ended) {
                // A stop has overtaken this drain: there is nothing left to wait for.
            }
        }
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, config().timeouts().drain().toMillis(), TimeUnit.MILLISECONDS)
                .thenRunAsync(this::close);
    }

    /** Exchanges in flight; 0 once it is closed. */
    public int active() {
        int active = 0;
        for (LoopContext context : contexts) {
            Worker worker = context.worker();
            if (!worker.loop().isShuttingDown()) {
                active += activeOn(worker);
            }
        }
        return active;
    }

    private static int activeOn(Worker worker) {
        try {
            return worker.loop().submit(worker::active).syncUninterruptibly().getNow();
        } catch (RejectedExecutionException ended) {
            return 0;
        }
    }

    /** Stops at once: connections are closed, event loops ended. Returns when that is done; idempotent. */
    @Override
    public void close() {
        draining.compareAndSet(null, new CompletableFuture<>());
        if (!closing.compareAndSet(false, true)) {
            // Somebody else is at it, the end of a drain perhaps: two would give tasks to loops that the other has ended.
            draining.get().join();
            return;
        }
        int cut = active();
        if (memory != null) {
            memory.close();
        }
        if (listeners != null) {
            listeners.close();
        }
        if (watch != null) {
            watch.close();
        }
        for (LoopContext context : contexts) {
            Worker worker = context.worker();
            if (!worker.loop().isShuttingDown()) {
                worker.loop().submit(() -> {
                    worker.abandon();
                    context.reads().close();
                    context.store().close();
                }).awaitUninterruptibly();
            }
        }
        loops.close();
        if (listeners != null) {
            listeners.forgetKeys();
        }
        observation.close();
        metrics.close();
        draining.get().complete(cut);
    }
}
