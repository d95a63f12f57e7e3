package io.sluice.telemetry;

import io.sluice.http.ProxyError.Side;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * The records of one event loop worth a second look: the slowest, about one in {@value #BLOCK} of those that ended well, and
 * all that failed. A failure is an exchange that ended by an error, or answered by 500 or above. <em>Thread-safe</em>: the
 * loop offers, anyone reads.
 *
 * <p>An ended record never changes, so it is kept itself; the last {@value #KEPT} of a kind are, in rings made once. Failures
 * of clients' own doing have a ring apart, so that whoever sends nonsense doesn't wash away what backends did.
 *
 * <p>What is slow: {@code thresholdNanos} follows the slowest of each {@value #BLOCK} in a row, up and down by a small step, or
 * by a factor of two where it is far off. So it stays near the middle of those maxima, which about one in {@value #BLOCK}
 * exceeds. Before the first thousand is full, half of the slowest so far is slow. A record that is neither costs three
 * comparisons and a countdown.
 */
public final class SlowRing {
    static final int KEPT = 256;
    static final int BLOCK = 1000;
    private static final long THRESHOLD_NANOS_MIN = 1000;

    /** One kind; a power of two of places. */
    private static final class Ring {
        private final AtomicReferenceArray<ExchangeRecord> places = new AtomicReferenceArray<>(KEPT);
        private int next;

        private void add(ExchangeRecord record) {
            places.setRelease(next, record);
            next = (next + 1) % KEPT;
        }

        private void each(Consumer<ExchangeRecord> reader) {
            for (int i = 0; i < KEPT; i++) {
                ExchangeRecord record = places.getAcquire(i);
                if (record != null) {
                    reader.accept(record);
                }
            }
        }
    }

    private final Ring slow = new Ring();
    private final Ring failed = new Ring();
    private final Ring clientsFault = new Ring();
    private long thresholdNanos;
    private long slowestNanos;
    private int leftInBlock = BLOCK;
    private boolean settled;

    /** Holds nothing yet. */
    public SlowRing() {}

    /** Looks at a record that has ended; only on the loop. */
    public void offer(ExchangeRecord record) {
        if (record.error() != null || record.status() >= 500) {
            boolean clients = record.error() != null && record.error().side() == Side.CLIENT;
            (clients ? clientsFault : failed).add(record);
            return;
        }
        long nanos = record.waitedNanos();
        if (nanos >= thresholdNanos) {
            keep(record, nanos);
        }
        if (nanos > slowestNanos) {
            slowestNanos = nanos;
        }
        if (--leftInBlock == 0) {
            settle();
        }
    }

    private void keep(ExchangeRecord record, long nanos) {
        slow.add(record);
        if (!settled) {
            thresholdNanos = Math.max(thresholdNanos, nanos / 2);
        }
    }

    private void settle() {
        if (!settled) {
            settled = true;
            thresholdNanos = slowestNanos;
        } else if (slowestNanos > thresholdNanos) {
            thresholdNanos += slowestNanos > 2 * thresholdNanos ? thresholdNanos : thresholdNanos / 6;
        } else {
            thresholdNanos -= slowestNanos < thresholdNanos / 2 ? thresholdNanos / 2 : thresholdNanos / 7;
        }
        // It would never rise from nothing.
        thresholdNanos = Math.max(thresholdNanos, THRESHOLD_NANOS_MIN);
        slowestNanos = 0;
        leftInBlock = BLOCK;
    }

    /** Hands over the slow ones, in no order. */
    void slow(Consumer<ExchangeRecord> reader) {
        slow.each(reader);
    }

    /** Hands over those that failed, in no order. */
    void failed(Consumer<ExchangeRecord> reader) {
        failed.each(reader);
        clientsFault.each(reader);
    }
}
