package io.sluice.http2;

import java.util.concurrent.TimeUnit;

/**
 * How many resets of streams a connection may still cause: as many as two sets of streams at first; each that was answered
 * allows one more, and time some. Who is answered as often as it resets, hardly differs from who means well.
 * <em>Loop-confined.</em>
 */
final class ResetCredit {
    private static final int MAX = 200;
    /** The time in which it renews itself. */
    private static final long SPAN_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long NANOS_EACH = SPAN_NANOS / MAX;

    private int left = MAX;
    private long renewedNanos;

    /** Takes one reset; returns whether there was credit for it. */
    boolean spend(long nowNanos) {
        if (left == MAX) {
            renewedNanos = nowNanos;
        }
        long earned = (nowNanos - renewedNanos) / NANOS_EACH;
        renewedNanos += earned * NANOS_EACH;
        left = (int) Math.min(MAX, left + earned);
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    /** A stream was answered to its end. */
    void earn() {
        left = Math.min(MAX, left + 1);
    }
}
