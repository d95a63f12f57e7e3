package io.sluice.filter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Token buckets for a fixed number of keys, all of one rate and size. <em>Thread-safe</em>, without locks; taking allocates
 * nothing.
 *
 * <p>A bucket is one number: the time at which it will be full again (the generic cell rate algorithm), so that a token is
 * taken by one compare-and-set, and a bucket that nobody used for long is as good as a new one. A key has its place in one
 * set of {@value #WAYS} buckets. Where all are other keys', it takes over the one that is full the soonest, <em>with what
 * is missing from it</em>: for an idle one that is nothing, and who pushes others out by inventing keys gains no fresh
 * bucket by it.
 *
 * <p>Two threads that meet in the taking over may cost or spare one key a token, once.
 */
final class TokenBuckets {
    /** Keys that share a set. */
    static final int WAYS = 8;
    /** Two numbers a key. */
    static final int BYTES_PER_KEY = 16;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long intervalNanos;
    private final long toleranceNanos;
    private final long[] keys;
    /** By bucket: when it is full, in nanoseconds since the origin; 0 = it always was. */
    private final long[] fullAt;
    private final int setMask;
    private final long originNanos;

    /**
     * Creates full buckets.
     *
     * @param keyCount      for how many keys; a power of two, at least {@value #WAYS}
     * @param intervalNanos the time in which a bucket gains a token, at least 1
     * @param burst         tokens in a full bucket, at least 1
     * @param nowNanos      any time before those of {@link #take}
     */
    TokenBuckets(int keyCount, long intervalNanos, int burst, long nowNanos) {
        this.intervalNanos = intervalNanos;
        this.toleranceNanos = Math.multiplyExact(intervalNanos, burst);
        this.keys = new long[keyCount];
        this.fullAt = new long[keyCount];
        this.setMask = keyCount / WAYS - 1;
        this.originNanos = nowNanos;
    }

    /**
     * Takes a token.
     *
     * @param key      any number, well mixed
     * @param nowNanos as {@link System#nanoTime}; a little earlier than in another thread's call does no harm
     * @return false if the key's bucket is empty
     */
    boolean take(long key, long nowNanos) {
        // 0 marks a bucket that is nobody's.
        int bucket = bucket(key == 0 ? 1 : key);
        long now = Math.max(0, nowNanos - originNanos);
        long full;
        long then;
        do {
            full = (long) CELL.getAcquire(fullAt, bucket);
            then = Math.max(full, now) + intervalNanos;
            if (then - now > toleranceNanos) {
                return false;
            }
        } while (!CELL.compareAndSet(fullAt, bucket, full, then));
        return true;
    }

    private int bucket(long key) {
        int first = ((int) (key >>> Integer.SIZE) & setMask) * WAYS;
        while (true) {
            int soonest = first;
            for (int i = first; i < first + WAYS; i++) {
                if ((long) CELL.getAcquire(keys, i) == key) {
                    return i;
                }
                if ((long) CELL.getAcquire(fullAt, i) < (long) CELL.getAcquire(fullAt, soonest)) {
                    soonest = i;
                }
            }
            long former = (long) CELL.getAcquire(keys, soonest);
            if (CELL.compareAndSet(keys, soonest, former, key)) {
                return soonest;
            }
            // Somebody else was faster, perhaps for the same key.
        }
    }
}
