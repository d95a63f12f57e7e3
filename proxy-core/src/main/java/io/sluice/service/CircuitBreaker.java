package io.sluice.service;

import io.sluice.config.BreakerConfig;
import io.sluice.http.ProxyError;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Leaves a service alone for a while when too many attempts at it fail. <em>Thread-safe.</em>
 *
 * <p>Closed: all pass, and outcomes are counted; whenever one fails the share is judged. Open: none pass until its time is
 * over. Half-open: {@value #PROBES} pass; if all of them succeed it closes with nothing on record, one that fails opens it
 * anew, and one that tells nothing lets another pass. Outcomes of attempts that began in an earlier phase count for nothing.
 */
public final class CircuitBreaker {
    /** Attempts that a half-open one lets through. */
    static final int PROBES = 3;
    /** Not a pass: the attempt may not be made. */
    public static final int REFUSED = -1;

    /** What an attempt tells of its service. */
    public enum Outcome { SUCCEEDED, FAILED, UNKNOWN }

    /** As metrics tell them, by their number. */
    enum State { CLOSED, OPEN, HALF_OPEN }

    /**
     * From one change of state to the next.
     *
     * @param number    the pass that it gives out
     * @param untilNanos when OPEN
     * @param probes    still to pass, when HALF_OPEN
     * @param successes of them
     */
    private record Phase(State state, int number, long untilNanos, AtomicInteger probes, AtomicInteger successes) {
        Phase next(State state, long untilNanos) {
            return new Phase(state, number + 1 & Integer.MAX_VALUE, untilNanos, new AtomicInteger(PROBES), new AtomicInteger());
        }
    }

    private final BreakerConfig config;
    private final OutcomeWindow window;
    private final AtomicReference<Phase> phase =
            new AtomicReference<>(new Phase(State.CLOSED, 0, 0, new AtomicInteger(), new AtomicInteger()));
    private final AtomicLong opened = new AtomicLong();

    /**
     * Creates it, closed.
     *
     * @param nowNanos as {@link System#nanoTime}, like all times here
     */
    CircuitBreaker(BreakerConfig config, long nowNanos) {
        this.config = config;
        this.window = new OutcomeWindow(config.window().toNanos(), nowNanos);
    }

    /** Whether an attempt would be refused, as far as the time alone tells; takes nothing. */
    public boolean refuses(long nowNanos) {
        Phase now = phase.get();
        return now.state() == State.OPEN && nowNanos - now.untilNanos() < 0;
    }

    /** Lets an attempt pass; anything but {@link #REFUSED} obliges to {@link #ended} exactly once, with what is returned. */
    public int pass(long nowNanos) {
        Phase now = phase.get();
        if (now.state() == State.OPEN && nowNanos - now.untilNanos() >= 0) {
            phase.compareAndSet(now, now.next(State.HALF_OPEN, 0));
            now = phase.get();
        }
        return switch (now.state()) {
            case CLOSED -> now.number();
            case OPEN -> REFUSED;
            case HALF_OPEN -> now.probes().getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? now.number() : REFUSED;
        };
    }

    /** Learns what came of an attempt. */
    public void ended(int pass, Outcome outcome, long nowNanos) {
        Phase now = phase.get();
        if (now.number() != pass) {
            return;
        }
        if (now.state() == State.CLOSED) {
            if (outcome != Outcome.UNKNOWN) {
                window.add(outcome == Outcome.FAILED, nowNanos);
            }
            if (outcome == Outcome.FAILED && window.failed(config.minRequests(), config.errorPercent(), nowNanos)) {
                open(now, nowNanos);
            }
            return;
        }
        switch (outcome) {
            case FAILED -> open(now, nowNanos);
            case UNKNOWN -> now.probes().incrementAndGet();
            case SUCCEEDED -> {
                if (now.successes().incrementAndGet() == PROBES) {
                    // Before anybody can pass: what follows is counted from nothing.
                    window.clear();
                    phase.compareAndSet(now, now.next(State.CLOSED, 0));
                }
            }
        }
    }

    private void open(Phase from, long nowNanos) {
        if (phase.compareAndSet(from, from.next(State.OPEN, nowNanos + config.open().toNanos()))) {
            opened.incrementAndGet();
        }
    }

    /** What an attempt tells: its response's status (0 = it has none), or why it failed. */
    public static Outcome outcome(int status, ProxyError why) {
        if (status > 0) {
            return status >= 500 ? Outcome.FAILED : Outcome.SUCCEEDED;
        }
        // That all of its connections are in use says nothing about an endpoint's health, nor that it left in good order.
        boolean backends = why != null && why.side() == ProxyError.Side.BACKEND
                && why != ProxyError.POOL_EXHAUSTED && why != ProxyError.STREAM_REFUSED;
        return backends ? Outcome.FAILED : Outcome.UNKNOWN;
    }

    /** Seconds until attempts pass again, at least 1. */
    public int retryAfterSeconds(long nowNanos) {
        Phase now = phase.get();
        long left = now.state() == State.OPEN ? now.untilNanos() - nowNanos : 0;
        return (int) Math.max(1, Math.ceilDiv(left, TimeUnit.SECONDS.toNanos(1)));
    }

    /** 0 = closed, 1 = open, 2 = half-open. */
    public int state() {
        return phase.get().state().ordinal();
    }

    /** How often it opened. */
    public long opened() {
        return opened.get();
    }
}
