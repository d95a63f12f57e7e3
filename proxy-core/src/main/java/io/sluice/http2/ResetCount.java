package io.sluice.http2;

import java.util.concurrent.TimeUnit;

/** Counts resets of streams within a span of time. <em>Loop-confined.</em> */
final class ResetCount {
    private static final long SPAN_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MAX = 200;

    private long sinceNanos;
    private int count;

    /** Counts one; returns whether there were too many. */
    boolean tooMany(long nowNanos) {
        if (count == 0 || nowNanos - sinceNanos >= SPAN_NANOS) {
            sinceNanos = nowNanos;
            count = 0;
        }
        return ++count > MAX;
    }
}
