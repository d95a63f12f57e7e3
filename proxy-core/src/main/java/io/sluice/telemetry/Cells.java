package io.sluice.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A fixed number of counters that many threads add to and a scrape sums up. <em>Thread-safe.</em>
 *
 * <p>Event loops must not fight for cache lines over counting, so there are several copies of the counters (stripes), and
 * a thread always adds to the one its id selects. Threads that share a stripe are still counted exactly: every addition
 * is atomic. A stripe takes memory only once a thread used it, because most combinations of listener, route and service
 * never see a request.
 */
final class Cells {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle STRIPE = MethodHandles.arrayElementVarHandle(long[][].class);
    /** More than there are loops, so that their ids seldom select the same; unused ones cost a reference. */
    private static final int STRIPES_PER_PROCESSOR = 4;
    private static final int STRIPES_MAX = 64;
    /** One cache line before and behind the counters keeps stripes of different threads apart. */
    private static final int PAD = 8;

    private final int count;
    private final long[][] stripes;

    /** Cells for what every request counts. */
    static Cells striped(int count) {
        int wanted = Runtime.getRuntime().availableProcessors() * STRIPES_PER_PROCESSOR;
        return new Cells(count, Math.min(wanted, STRIPES_MAX));
    }

    /** Cells for what is rare: one copy. */
    static Cells single(int count) {
        return new Cells(count, 1);
    }

    /**
     * Makes cells that are all 0.
     *
     * @param stripes rounded up to a power of two, at least 1
     */
    Cells(int count, int stripes) {
        this.count = count;
        this.stripes = new long[stripes <= 1 ? 1 : Integer.highestOneBit(stripes - 1) << 1][];
    }

    /** The calling thread's stripe, for several calls of {@link #add(long[], int, long)} in a row. */
    long[] stripe() {
        int index = (int) Thread.currentThread().threadId() & (stripes.length - 1);
        long[] stripe = (long[]) STRIPE.getAcquire(stripes, index);
        return stripe != null ? stripe : firstUse(index);
    }

    private long[] firstUse(int index) {
        long[] made = new long[PAD + count + PAD];
        long[] other = (long[]) STRIPE.compareAndExchange(stripes, index, (long[]) null, made);
        return other == null ? made : other;
    }

    /** Adds to a cell of a stripe. */
    static void add(long[] stripe, int cell, long amount) {
        long ignored = (long) CELL.getAndAdd(stripe, PAD + cell, amount);
    }

    /** Adds to one cell. */
    void add(int cell, long amount) {
        add(stripe(), cell, amount);
    }

    /** What was added to a cell so far. */
    long sum(int cell) {
        long sum = 0;
        for (int i = 0; i < stripes.length; i++) {
            long[] stripe = (long[]) STRIPE.getAcquire(stripes, i);
            if (stripe != null) {
                sum += (long) CELL.getVolatile(stripe, PAD + cell);
            }
        }
        return sum;
    }
}
