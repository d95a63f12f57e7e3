package io.sluice.service;

import io.sluice.config.HealthConfig.Check;
import io.sluice.config.HealthConfig.Ejection;
import io.sluice.service.EndpointView.State;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is known about one endpoint's fitness, from three sources that know nothing of each other: checks say whether it is
 * down, requests that failed eject it for a time, an operator drains it. It is usable if none of them objects.
 * <em>Thread-safe.</em> Lives as long as its endpoint, through every reload, so thresholds come with each call.
 *
 * <p>Times are values of one nanosecond clock, {@link System#nanoTime} outside of tests. Methods that may change whether it
 * is usable return whether they did.
 */
final class EndpointHealth {
    /** An ejection gives way to another's after this part of its time. */
    private static final int REPLACEABLE_AFTER = 10;

    /** Whether it may get requests: read by scans over many endpoints, without a lock. */
    private volatile boolean usable = true;
    /** Of requests, in a row; the one thing that the request path looks at. */
    private final AtomicInteger failures = new AtomicInteger();
    private volatile Availability owner;
    /** What an operator said instead of the configured one; -1 = nothing. */
    private volatile int weight = -1;

    // All below are guarded by this.
    private boolean down;
    /** Verdicts in a row that contradict {@code down}. */
    private int contrary;
    private boolean ejected;
    private long ejectedUntilNanos;
    /** How long the last ejection was, and which in a row. */
    private long ejectionNanos;
    private int ejections;
    private long returnedNanos;
    private boolean drained;
    private boolean warming;
    private long warmingSinceNanos;
    private String checkWhy = "";
    private String ejectionWhy = "";
    private String upWhy = "";
    private Instant since = Instant.now();

    boolean usable() {
        return usable;
    }

    /** The availability in force of the service it belongs to; null before there is one. */
    Availability owner() {
        return owner;
    }

    void owner(Availability inForce) {
        owner = inForce;
    }

    // ---- checks ----

    /** Takes a check's verdict. */
    synchronized boolean checked(Verdict verdict, Check terms, long nowNanos) {
        if (verdict.passed() != down) {
            contrary = 0;
            if (down) {
                checkWhy = verdict.why();
            }
            return false;
        }
        contrary++;
        if (contrary < (down ? terms.rise() : terms.fall())) {
            return false;
        }
        down = !down;
        contrary = 0;
        checkWhy = verdict.why();
        return settle(down ? "" : "passed " + terms.rise() + " checks in a row", nowNanos);
    }

    /** Nobody checks it any more: what checks said is forgotten. */
    synchronized boolean unchecked(long nowNanos) {
        contrary = 0;
        if (!down) {
            return false;
        }
        down = false;
        return settle("no longer checked", nowNanos);
    }

    // ---- requests ----

    /** A request went well. Costs one volatile read where all went well before. */
    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** A request failed; returns how many have in a row. */
    int failed() {
        return failures.incrementAndGet();
    }

    /**
     * Takes it out for a time: the longer the more often in a row. A row ends when it was in use again for as long as it had
     * been out. Its failures are not forgotten: the next one, unless a success comes first, ejects it again.
     */
    synchronized boolean eject(Ejection terms, String why, long nowNanos) {
        if (ejected) {
            return false;
        }
        boolean again = ejections > 0 && nowNanos - returnedNanos < ejectionNanos;
        ejections = again ? ejections + 1 : 1;
        long longest = terms.maxTime().toNanos();
        long unit = terms.time().toNanos();
        ejectionNanos = ejections > longest / unit ? longest : unit * ejections;
        ejectedUntilNanos = nowNanos + ejectionNanos;
        ejected = true;
        ejectionWhy = why;
        return settle("", nowNanos);
    }

    /** Lets it return if its time is over. */
    synchronized boolean expire(long nowNanos) {
        if (!ejected || ejectedUntilNanos - nowNanos > 0) {
            return false;
        }
        return endEjection("its ejection is over", nowNanos);
    }

    /** Nobody ejects any more: it returns. */
    synchronized boolean readmit(long nowNanos) {
        return ejected && endEjection("ejection was switched off", nowNanos);
    }

    /**
     * For how long it is out, if by an ejection alone, and if for so much of its time that another may be ejected in its
     * stead; else 0. So two that are dead do not take turns ever faster.
     */
    synchronized long replaceableNanos(long nowNanos) {
        long out = nowNanos - (ejectedUntilNanos - ejectionNanos);
        return ejected && !down && !drained && out >= ejectionNanos / REPLACEABLE_AFTER ? out : 0;
    }

    /** Another is ejected in its stead: it returns. */
    synchronized boolean replace(long nowNanos) {
        return ejected && endEjection("its ejection gave way to another's", nowNanos);
    }

    private boolean endEjection(String why, long nowNanos) {
        ejected = false;
        returnedNanos = nowNanos;
        return settle(why, nowNanos);
    }

    /** Nanoseconds until it returns; {@link Long#MAX_VALUE} if it is not ejected. */
    synchronized long ejectedForNanos(long nowNanos) {
        return ejected ? Math.max(0, ejectedUntilNanos - nowNanos) : Long.MAX_VALUE;
    }

    /** Whether it is out because requests failed. */
    synchronized boolean ejected() {
        return ejected;
    }

    // ---- the operator ----

    /** Takes it out, or lets it in again, by an operator's word; returns whether it was not so already. */
    synchronized boolean drained(boolean out, long nowNanos) {
        if (drained == out) {
            return false;
        }
        drained = out;
        settle("no longer drained", nowNanos);
        return true;
    }

    synchronized boolean drained() {
        return drained;
    }

    /** Gives it another weight than the configured one; -1 = that one again. */
    void weightInstead(int instead) {
        weight = instead;
    }

    /** The weight in force. */
    int weight(int configured) {
        int instead = weight;
        return instead < 0 ? configured : instead;
    }

    // ---- what follows ----

    /** Something changed that decides whether it is usable; one that comes back warms up. */
    private boolean settle(String why, long nowNanos) {
        boolean before = usable;
        boolean now = !down && !ejected && !drained;
        upWhy = why;
        since = Instant.now();
        usable = now;
        warming = now && !before;
        if (warming) {
            warmingSinceNanos = nowNanos;
        }
        return now != before;
    }

    /** How much of its weight it has, up to {@code of}: less while it warms up, which takes {@code slowStartNanos}. */
    synchronized int share(int of, long slowStartNanos, long nowNanos) {
        long warmNanos = nowNanos - warmingSinceNanos;
        if (!warming || warmNanos >= slowStartNanos) {
            warming = false;
            return of;
        }
        return Math.max(1, (int) (of * (double) warmNanos / slowStartNanos));
    }

    /** Whether it has less than its weight, as {@link #share} last found. */
    synchronized boolean warming() {
        return warming;
    }

    /** What is known of it now. */
    synchronized EndpointView view(Endpoint of, int configuredWeight) {
        State state = drained ? State.DRAINING : down ? State.DOWN : ejected ? State.EJECTED
                : warming ? State.WARMING : State.UP;
        String why = switch (state) {
            case DRAINING -> "drained";
            case DOWN -> checkWhy;
            case EJECTED -> ejectionWhy;
            case WARMING, UP -> upWhy;
        };
        return new EndpointView(
                of.text(), weight(configuredWeight), state, why, since, of.active(), of.connections());
    }
}
