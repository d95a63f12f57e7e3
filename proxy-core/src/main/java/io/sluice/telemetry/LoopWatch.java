package io.sluice.telemetry;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Measures how late an event loop is: a task of its own due every {@value #PERIOD_MILLIS} ms notes how much later it ran.
 * <em>Thread-safe.</em> <em>Ends</em> by {@link #cancel}, or with the loop.
 */
final class LoopWatch implements Runnable {
    /** Rare enough to cost an idle loop nothing that could be measured. */
    static final long PERIOD_MILLIS = 100;
    static final Buckets LAGS = new Buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5);
    static final int LAG_NANOS = LAGS.count();

    private final String loop;
    private final Cells cells = Cells.single(LAGS.count() + 1);
    private final ScheduledFuture<?> task;
    private long dueNanos;

    /**
     * Begins to watch.
     *
     * @throws RejectedExecutionException if the loop has ended
     */
    LoopWatch(String loopName, ScheduledExecutorService executor) {
        this.loop = loopName;
        this.dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
        // With a fixed delay one long stall is one late run, not a burst of runs to catch up.
        this.task = executor.scheduleWithFixedDelay(this, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        late(now - dueNanos);
        dueNanos = now + TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
    }

    /** Notes one measurement; before its time is not late. */
    void late(long nanos) {
        long lag = Math.max(0, nanos);
        cells.add(LAGS.index(lag), 1);
        cells.add(LAG_NANOS, lag);
    }

    String loop() {
        return loop;
    }

    Cells cells() {
        return cells;
    }

    void cancel() {
        task.cancel(false);
    }
}
