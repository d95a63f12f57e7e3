package io.sluice.service;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How long an endpoint's backend keeps an idle connection, as learned from how such connections ended. <em>Thread-safe</em>:
 * pools of all loops tell of ends, which is rare, under a lock; they ask for the limit by reading one field.
 *
 * <p>The rule. The last {@value #ENDS} ends are kept, each with how long its connection had been idle. Two ends agree if the
 * longer is at most a fifth longer, and half of the shorter passed between them: what a restart closes at one moment counts
 * once. The shortest end that another agrees with is the backend's time. Connections are reused up to that time less a second
 * or a fifth, whichever is less; where only stale reuses tell of it, up to a quarter of it, because they only say that it is
 * shorter than what they waited. One more that waited less then counts at once.
 *
 * <p>It unlearns. A connection that lived a tenth longer than an end speaks against it, three of them refute it: a close
 * after so many requests, or in a restart, is soon refuted so. With a limit in force nothing is reused so long any more;
 * therefore pools keep one expired connection open to see how long it lives ({@link #watchNanos}), which risks no request.
 * It doesn't refute a stale reuse: where the way is cut silently, a dead connection looks alive. And after ten minutes every
 * end is forgotten, so that longer is tried again.
 */
public final class IdleTime {
    /** A limit where nothing is known. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final int ENDS = 8;
    private static final int REFUTING = 3;
    private static final int STALE_SHARE = 4;
    private static final long MARGIN_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final End[] NO_ENDS = {};
    private static final Verdict NONE = new Verdict(UNLIMITED, UNLIMITED, Basis.NOTHING, UNLIMITED, 0);

    /** What a time was learned from. */
    public enum Basis {
        /** From nothing: none is known. */
        NOTHING,
        /** From connections that the backend closed while they were idle. */
        CLOSED,
        /** From reused connections that turned out to be dead. */
        STALE,
        /** From its {@code Keep-Alive: timeout=}. */
        SAID
    }

    /**
     * What is known at a moment. <em>Immutable.</em>
     *
     * @param limitNanos   how long a connection may have been idle and be reused; {@link #UNLIMITED} = nothing is known
     * @param backendNanos after what time the backend closes; for {@link Basis#STALE} at the latest; else {@link #UNLIMITED}
     * @param basis        what it was learned from
     */
    public record View(long limitNanos, long backendNanos, Basis basis) {}

    /** What the ends come to. <em>Immutable.</em> */
    private record Verdict(long limitNanos, long backendNanos, Basis basis, long refutesFromNanos, long forgetAtNanos) {}

    /** One end; its fields are guarded by the whole. */
    private static final class End {
        private long idleNanos;
        private long atNanos;
        private boolean stale;
        private int refutations;
        private boolean counts;
    }

    /** Guarded by this, also their fields; made by the first end, which most endpoints never see. */
    private End[] ends = NO_ENDS;
    private volatile Verdict verdict = NONE;
    private volatile long saidNanos = -1;

    /** Knows nothing. */
    public IdleTime() {}

    /**
     * How long a connection may have been idle and be reused, in nanoseconds; {@link #UNLIMITED} while nothing is learned.
     *
     * @param nowNanos a value of {@link System#nanoTime}, as everywhere here
     */
    public long limitNanos(long nowNanos) {
        Verdict now = verdict;
        if (now.limitNanos != UNLIMITED && nowNanos - now.forgetAtNanos >= 0) {
            return judge(nowNanos);
        }
        return now.limitNanos;
    }

    /** From which idle time on {@link #survived} has anything to say; {@link #UNLIMITED} = never. */
    public long refutesFromNanos() {
        return verdict.refutesFromNanos;
    }

    /** How long to watch a connection that may not be reused any more, counted from when it became idle; 0 = not at all. */
    public long watchNanos() {
        Verdict now = verdict;
        return now.limitNanos == UNLIMITED ? 0 : 2 * now.backendNanos;
    }

    /** The backend closed a connection that had been idle for so long. */
    public synchronized void closed(long idleNanos, long nowNanos) {
        refute(idleNanos, true);
        note(idleNanos, false, nowNanos);
    }

    /** A connection that had been idle for so long was dead when it was used. */
    public synchronized void stale(long idleNanos, long nowNanos) {
        note(idleNanos, true, nowNanos);
    }

    /** A connection that had been idle for so long was used and answered. */
    public synchronized void survived(long idleNanos, long nowNanos) {
        refute(idleNanos, true);
        judge(nowNanos);
    }

    /** A watched connection is still open after so long. */
    public synchronized void outlived(long idleNanos, long nowNanos) {
        refute(idleNanos, false);
        judge(nowNanos);
    }

    /** What the backend's {@code Keep-Alive: timeout=} says, in nanoseconds; -1 = nothing. Only shown: it binds the connection. */
    public void said(long nanos) {
        if (saidNanos != nanos) {
            saidNanos = nanos;
        }
    }

    /** What a backend's own word, in nanoseconds, allows: a second less. */
    public static long limitOfSaid(long nanos) {
        return nanos - MARGIN_NANOS_MAX;
    }

    /** What is known now, the backend's own word included. */
    public View view(long nowNanos) {
        long limit = limitNanos(nowNanos);
        Verdict now = verdict;
        long said = saidNanos;
        if (said >= 0 && limitOfSaid(said) <= limit) {
            return new View(Math.max(0, limitOfSaid(said)), said, Basis.SAID);
        }
        return new View(now.limitNanos, now.backendNanos, now.basis);
    }

    private void note(long idleNanos, boolean stale, long nowNanos) {
        if (ends.length == 0) {
            ends = new End[ENDS];
            Arrays.setAll(ends, i -> new End());
        }
        End same = null;
        for (End end : ends) {
            if (end.counts && near(end.idleNanos, idleNanos) && !apart(end.atNanos, nowNanos, end.idleNanos, idleNanos)) {
                same = end;
            }
        }
        if (same != null) {
            same.idleNanos = Math.min(same.idleNanos, idleNanos);
            same.stale &= stale;
        } else {
            End end = replaceable(nowNanos);
            end.idleNanos = idleNanos;
            end.atNanos = nowNanos;
            end.stale = stale;
            end.refutations = 0;
            end.counts = true;
        }
        judge(nowNanos);
    }

    /** A free place, else that of the end that most speaks against, else of the oldest. */
    private End replaceable(long nowNanos) {
        End found = ends[0];
        for (End end : ends) {
            if (!end.counts) {
                return end;
            }
            boolean older = nowNanos - end.atNanos > nowNanos - found.atNanos;
            if (end.refutations > found.refutations || end.refutations == found.refutations && older) {
                found = end;
            }
        }
        return found;
    }

    private void refute(long idleNanos, boolean alsoStale) {
        for (End end : ends) {
            if (end.counts && idleNanos >= refutingNanos(end) && (alsoStale || !end.stale)) {
                end.refutations++;
                end.counts = end.refutations < REFUTING;
            }
        }
    }

    private static long refutingNanos(End end) {
        return end.idleNanos + end.idleNanos / 10;
    }

    private static boolean near(long one, long other) {
        long shorter = Math.min(one, other);
        return Math.max(one, other) <= shorter + shorter / 5;
    }

    private static boolean apart(long oneAtNanos, long otherAtNanos, long oneNanos, long otherNanos) {
        return Math.abs(oneAtNanos - otherAtNanos) >= Math.min(oneNanos, otherNanos) / 2;
    }

    /** Makes up its mind anew; returns the limit. */
    private synchronized long judge(long nowNanos) {
        long refutesFrom = UNLIMITED;
        long oldestAt = nowNanos;
        End found = null;
        boolean onlyStale = true;
        for (End end : ends) {
            end.counts &= nowNanos - end.atNanos < FORGOTTEN_NANOS;
            if (!end.counts) {
                continue;
            }
            refutesFrom = Math.min(refutesFrom, refutingNanos(end));
            oldestAt = oldestAt - end.atNanos > 0 ? end.atNanos : oldestAt;
            End second = found != null && found.idleNanos <= end.idleNanos ? null : confirming(end);
            if (second != null) {
                found = end;
                onlyStale = end.stale && second.stale;
            }
        }
        if (found == null) {
            verdict = new Verdict(UNLIMITED, UNLIMITED, Basis.NOTHING, refutesFrom, 0);
            return UNLIMITED;
        }
        long backend = onlyStale ? shortestStale(found.idleNanos) : found.idleNanos;
        long limit = onlyStale ? backend / STALE_SHARE : backend - Math.min(MARGIN_NANOS_MAX, backend / 5);
        verdict = new Verdict(
                limit, backend, onlyStale ? Basis.STALE : Basis.CLOSED, refutesFrom, oldestAt + FORGOTTEN_NANOS);
        return limit;
    }

    /** Of stale reuses that waited no longer, but not so much shorter that they have another cause. */
    private long shortestStale(long confirmedNanos) {
        long shortest = confirmedNanos;
        for (End end : ends) {
            if (end.counts && end.stale && end.idleNanos >= confirmedNanos / STALE_SHARE / STALE_SHARE) {
                shortest = Math.min(shortest, end.idleNanos);
            }
        }
        return shortest;
    }

    /** A longer end that agrees, rather one that was seen than a stale reuse; null = there is none. */
    private End confirming(End shorter) {
        End found = null;
        for (End end : ends) {
            if (end != shorter && end.counts && end.idleNanos >= shorter.idleNanos && near(end.idleNanos, shorter.idleNanos)
                    && apart(end.atNanos, shorter.atNanos, end.idleNanos, shorter.idleNanos)
                    && (found == null || !end.stale)) {
                found = end;
            }
        }
        return found;
    }
}
