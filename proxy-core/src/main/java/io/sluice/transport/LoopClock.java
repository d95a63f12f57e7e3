package io.sluice.transport;

import java.util.function.LongSupplier;

/**
 * The time as one event loop goes by it: read once a turn, when it is first asked for, so that the half-dozen questions of
 * a request cost one reading. A turn takes microseconds, a deadline is at least milliseconds. <em>Loop-confined.</em>
 */
public final class LoopClock {
    private final LongSupplier source;
    private final boolean kept;
    private long nanos;
    private boolean read;

    /** Creates it over {@link System#nanoTime}. */
    public LoopClock() {
        this.source = System::nanoTime;
        this.kept = true;
    }

    /** Creates it over a source moved by hand, of nanoseconds from any origin, which is asked each time. */
    LoopClock(LongSupplier source) {
        this.source = source;
        this.kept = false;
    }

    /** Nanoseconds, in the count of the source; the same all through a turn. */
    public long nanos() {
        if (!read) {
            read = kept;
            nanos = source.getAsLong();
        }
        return nanos;
    }

    /** A new turn begins, or so much happened in this one that the next question is worth a reading. */
    void turn() {
        read = false;
    }
}
