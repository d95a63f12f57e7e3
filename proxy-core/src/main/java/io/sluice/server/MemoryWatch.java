package io.sluice.server;

import io.sluice.exchange.Worker;
import io.sluice.frontend.ConnectionGate;
import io.sluice.frontend.LoopContext;
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
     * @param markPercent a shortage begins at it, and ends {@value #RELIEF_PERCENT} below
     * @param percent     of the memory that is taken; asked from the watch's thread
     */
    MemoryWatch(int markPercent, IntSupplier percent, ConnectionGate gate, List<LoopContext> loops) {
        this.markPercent = markPercent;
        this.percent = percent;
        this.gate = gate;
        this.loops = List.copyOf(loops);
    }

    /** Begins to look. */
    void start() {
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
        gate.shortage(begins);
        for (LoopContext context : loops) {
            Worker worker = context.worker();
            try {
                worker.loop().execute(() -> worker.shortage(begins));
            } catch (RejectedExecutionException ended) {
                // The proxy stops.
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
