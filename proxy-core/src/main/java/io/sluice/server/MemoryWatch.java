package io.sluice.server;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import io.sluice.exchange.Worker;
import io.sluice.frontend.ConnectionGate;
import io.sluice.frontend.LoopContext;
import io.sluice.telemetry.Metrics;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the memory once a second, on a thread of its own, and while too much is taken has the proxy take no new work.
 * <em>Thread-safe.</em> <em>Ends</em> with {@link #close}.
 */
final class MemoryWatch implements AutoCloseable {
    /** So much less than at its beginning must be taken at a shortage's end, or it would come and go. */
    static final int RELIEF_PERCENT = 5;

    private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);

    /** Without a mark of its own it can still be told of a shortage. */
    private static final int TOLD_MARK_PERCENT = 90;

    private final boolean unmarked;
    private final int markPercent;
    private final IntSupplier percent;
    private final ConnectionGate gate;
    private final List<LoopContext> loops;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sluice-memory").factory());
    private volatile boolean shortage;

    /**
     * Creates it, not looking yet.
     *
     * @param markPercent a shortage begins at it, and ends {@value #RELIEF_PERCENT} below; 0 = it only judges what it is told
     * @param percent     of the memory that is taken; asked from the watch's thread
     */
    MemoryWatch(int markPercent, IntSupplier percent, ConnectionGate gate, List<LoopContext> loops) {
        this.unmarked = markPercent == 0;
        this.markPercent = unmarked ? TOLD_MARK_PERCENT : markPercent;
        this.percent = percent;
        this.gate = gate;
        this.loops = List.copyOf(loops);
    }

    /**
     * That of this process: of Netty's direct memory and of the container's, whichever is fuller.
     *
     * @param mark in percent; 0 = it doesn't look by itself, but can be told
     */
    static MemoryWatch of(int mark, PooledByteBufAllocator allocator, ConnectionGate gate, List<LoopContext> loops) {
        MemoryReading container = MemoryReading.ofThisProcess();
        long direct = Math.max(1, PlatformDependent.maxDirectMemory());
        return new MemoryWatch(
                mark, () -> Math.max((int) (allocator.pinnedDirectMemory() * 100 / direct), container.percent()), gate, loops);
    }

    /** Begins to look, if it has a mark, and tells of shortages. */
    void start(Metrics metrics) {
        if (unmarked) {
            return;
        }
        metrics.shortage(() -> shortage ? 1 : 0);
        thread.scheduleWithFixedDelay(() -> look(percent.getAsInt()), 1, 1, TimeUnit.SECONDS);
    }

    /** Whether there is a shortage. */
    boolean shortage() {
        return shortage;
    }

    /** Judges what is taken, in percent. */
    void look(int taken) {
        if (!shortage && taken >= markPercent) {
            LOG.warn("memory is short: no new connections or requests until some is free percent={} mark={}", taken, markPercent);
            tell(true);
        } else if (shortage && taken < markPercent - RELIEF_PERCENT) {
            LOG.info("memory suffices again percent={}", taken);
            tell(false);
        }
    }

    private void tell(boolean begins) {
        shortage = begins;
        if (begins) {
            gate.shortage(true);
        }
        for (LoopContext context : loops) {
            Worker worker = context.worker();
            try {
                worker.loop().execute(() -> worker.shortage(begins));
            } catch (RejectedExecutionException ended) {
                // The proxy stops.
            }
        }
        if (!begins) {
            // Behind the workers: who is accepted now must not meet one that still refuses.
            gate.shortage(false);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
