package io.sluice.service;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many attempts there were within a time that moves on, and how many of them failed. <em>Thread-safe</em>, without locks;
 * counting allocates nothing.
 *
 * <p>The window is cut into {@value #SLICES} slices, each one number: which slice of time it is, attempts, failures. The
 * oldest is given up as a whole, so what counts reaches back between nine tenths of the window and all of it.
 */
final class OutcomeWindow {
    static final int SLICES = 10;
    private static final int COUNT_BITS = 20;
    private static final long COUNT_MAX = (1L << COUNT_BITS) - 1;
    private static final int TIME_SHIFT = 2 * COUNT_BITS;
    private static final long TIME_MASK = (1L << Long.SIZE - TIME_SHIFT) - 1;

    private final AtomicLongArray slices = new AtomicLongArray(SLICES);
    private final long sliceNanos;
    private final long originNanos;

    /**
     * Creates it, empty.
     *
     * @param nowNanos any time before those of the other calls
     */
    OutcomeWindow(long windowNanos, long nowNanos) {
        this.sliceNanos = Math.max(1, windowNanos / SLICES);
        // Slices count from beyond a whole window, so that the empty ones are old.
        this.originNanos = nowNanos - SLICES * sliceNanos;
    }

    /** Counts one. Beyond a million in a slice no more are, which leaves their share as it is. */
    void add(boolean failed, long nowNanos) {
        long time = time(nowNanos);
        int at = (int) (time % SLICES);
        long one = 1L << COUNT_BITS | (failed ? 1 : 0);
        long now;
        long then;
        do {
            now = slices.get(at);
            if (now >>> TIME_SHIFT != (time & TIME_MASK)) {
                then = (time & TIME_MASK) << TIME_SHIFT | one;
            } else if ((now >>> COUNT_BITS & COUNT_MAX) == COUNT_MAX) {
                return;
            } else {
                then = now + one;
            }
        } while (!slices.compareAndSet(at, now, then));
    }

    /** Whether there were so many, and of them such a share failed. */
    boolean failed(int minimum, int percent, long nowNanos) {
        long time = time(nowNanos);
        long all = 0;
        long failures = 0;
        for (int i = 0; i < SLICES; i++) {
            long slice = slices.get(i);
            long age = (time & TIME_MASK) - (slice >>> TIME_SHIFT) & TIME_MASK;
            if (age < SLICES) {
                all += slice >>> COUNT_BITS & COUNT_MAX;
                failures += slice & COUNT_MAX;
            }
        }
        return all >= minimum && failures * 100 >= all * percent;
    }

    /** Forgets everything. */
    void clear() {
        for (int i = 0; i < SLICES; i++) {
            slices.set(i, 0);
        }
    }

    private long time(long nowNanos) {
        return Math.max(0, nowNanos - originNanos) / sliceNanos;
    }
}
