package io.sluice.service;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long an endpoint takes to answer: a moving average that a slow answer raises at once, and faster ones, or the mere
 * passing of time, lower within some ten seconds. <em>Thread-safe</em>; allocates nothing.
 *
 * <p>So an endpoint that has become slow is left at once, and tried again when its last slow answer is long ago.
 */
public final class Latency {
    private static final double FADING_MILLIS = 10_000;

    /** The average's microseconds, bits of a float, above its time in milliseconds, which may wrap; 0 = none yet. */
    private final AtomicLong state = new AtomicLong();

    Latency() {}

    /**
     * Enters an answer.
     *
     * @param nanos    how long it took; less than a microsecond counts as one
     * @param nowNanos as {@link System#nanoTime}
     */
    public void add(long nanos, long nowNanos) {
        float micros = Math.max(1, nanos / 1000f);
        int nowMillis = millis(nowNanos);
        long was;
        long is;
        do {
            was = state.get();
            double kept = was == 0 ? 0 : kept(was, nowMillis);
            double faded = average(was) * kept;
            if (micros >= faded) {
                is = state(micros, nowMillis);
            } else if (kept == 1) {
                // The same millisecond: it has no length to weigh the answer by.
                return;
            } else {
                is = state((float) (faded + micros * (1 - kept)), nowMillis);
            }
        } while (!state.compareAndSet(was, is));
    }

    /** The average in microseconds, as it has faded up to now; 0 = it has not answered yet. */
    double micros(long nowNanos) {
        long was = state.get();
        return was == 0 ? 0 : average(was) * kept(was, millis(nowNanos));
    }

    private static double kept(long state, int nowMillis) {
        int age = nowMillis - (int) state;
        return age <= 0 ? 1 : Math.exp(-age / FADING_MILLIS);
    }

    private static float average(long state) {
        return Float.intBitsToFloat((int) (state >>> 32));
    }

    private static long state(float micros, int millis) {
        return (long) Float.floatToIntBits(micros) << 32 | millis & 0xffff_ffffL;
    }

    private static int millis(long nanos) {
        return (int) TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
