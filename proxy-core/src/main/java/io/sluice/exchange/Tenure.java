package io.sluice.exchange;

import io.sluice.route.Deadlines;
import io.sluice.transport.Deadline;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a client's connection takes requests, and how many, as the configuration in force has it.
 * <em>Loop-confined.</em>
 */
public final class Tenure {
    /** Connections opened together end by up to this part of their time apart. */
    private static final double SPREAD = 0.1;

    private final long sinceNanos;
    private final double share;
    private int requests;

    /**
     * Begins one.
     *
     * @param sinceNanos when the connection was opened, as {@link System#nanoTime}
     */
    public Tenure(long sinceNanos) {
        this(sinceNanos, ThreadLocalRandom.current().nextDouble());
    }

    /** The same, ending earlier by this part, from 0 to 1, of the spread. */
    Tenure(long sinceNanos, double early) {
        this.sinceNanos = sinceNanos;
        this.share = 1 - SPREAD * early;
    }

    /** Counts a request. */
    public void request() {
        requests++;
    }

    /** Whether it takes no more than it has. */
    public boolean over(Snapshot snapshot, long nowNanos) {
        return requests >= snapshot.requestsPerConnection() || nowNanos - sinceNanos >= spanNanos(snapshot);
    }

    /** When it is over at the latest, as {@link System#nanoTime}; {@link Deadline#NEVER} if its age doesn't matter. */
    public long endNanos(Snapshot snapshot) {
        return snapshot.deadlines().connectionAgeNanos() == Deadlines.NONE ? Deadline.NEVER : sinceNanos + spanNanos(snapshot);
    }

    private long spanNanos(Snapshot snapshot) {
        return (long) (snapshot.deadlines().connectionAgeNanos() * share);
    }
}
