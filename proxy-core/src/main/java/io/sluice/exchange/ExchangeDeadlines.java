package io.sluice.exchange;

import io.sluice.http.ProxyError;
import io.sluice.route.Deadlines;
import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * All deadlines of one exchange on one timer. Each is a time that events move by a plain write; the timer is looked at
 * when the earliest may have come. <em>Loop-confined.</em> <em>Ends</em> with {@link #cancel}.
 *
 * <p>Which run when: connecting, only {@code connect}. While the request body comes, {@code requestBodyIdle}; while the
 * backend doesn't take it, and once it is sent, {@code responseHeaders}, and then also
 * {@code attemptResponseHeaders}, which is told once and ends nothing here. While the response comes, {@code
 * responseBodyIdle}; while the client doesn't take it, {@code responseWriteIdle}, which asks for the client's progress every
 * quarter of its time: a client that takes any byte has not stalled. {@code request}, if set, always.
 */
final class ExchangeDeadlines {
    private static final long NEVER = Deadline.NEVER;

    private final DeadlineWheel wheel;
    private final Deadline timer;
    private final Deadlines limits;
    private final LongSupplier clientProgress;
    private final Consumer<ProxyError> onMissed;
    private long totalAt = NEVER;
    private long connectAt = NEVER;
    private long requestBodyAt = NEVER;
    private long responseHeadAt = NEVER;
    /** Of all attempts together. */
    private long headDueAt = NEVER;
    /** Of the attempt that is on. */
    private long attemptAt = NEVER;
    private long responseBodyAt = NEVER;
    private long clientLookAt = NEVER;
    private long clientMovedNanos;
    private long clientProgressSeen;
    private boolean clientSeen;
    private boolean over;

    /**
     * Creates them; none runs yet.
     *
     * @param clientProgress moves when the client takes bytes; asked only at looks, as it may cost a system call
     * @param onMissed       told of a deadline that was missed
     */
    ExchangeDeadlines(
            DeadlineWheel wheel, Deadlines limits, LongSupplier clientProgress, Consumer<ProxyError> onMissed) {
        this.wheel = wheel;
        this.timer = new Deadline(wheel, this::look);
        this.limits = limits;
        this.clientProgress = clientProgress;
        this.onMissed = onMissed;
    }

    /**
     * The exchange began.
     *
     * @param wantedNanos how long its client waits for all of it; {@link Deadlines#NONE} = it didn't say
     */
    void begun(long startedNanos, long wantedNanos) {
        long total = Math.min(limits.requestNanos(), wantedNanos);
        if (total != Deadlines.NONE) {
            totalAt = startedNanos + total;
            arm();
        }
    }

    /** Whether there is time left for an answer if nothing is done for so long. */
    boolean leaves(long nanos) {
        return wheel.nowNanos() + nanos < Math.min(totalAt, headDueAt);
    }

    /** It waits for a place, or for another attempt, which have deadlines of their own. */
    void queued() {
        requestBodyAt = NEVER;
        responseHeadAt = NEVER;
        attemptAt = NEVER;
        connectAt = NEVER;
        arm();
    }

    void connecting() {
        requestBodyAt = NEVER;
        responseHeadAt = NEVER;
        attemptAt = NEVER;
        connectAt = wheel.nowNanos() + limits.connectNanos();
        arm();
    }

    void requestExpected() {
        connectAt = NEVER;
        responseHeadAt = NEVER;
        attemptAt = NEVER;
        requestBodyAt = wheel.nowNanos() + limits.requestBodyIdleNanos();
        arm();
    }

    /**
     * More of the request came.
     *
     * @param blocked  whether the backend has enough of it
     * @param response how far that is
     * @param duplex   whether both go on at a time; then whatever moves either way is a sign of life
     */
    void requestMoved(boolean blocked, ExchangeState.Response response, boolean duplex) {
        if (duplex && response != ExchangeState.Response.AWAITING) {
            if (responseBodyAt != NEVER) {
                responseExpected();
            }
        } else if (!blocked) {
            requestExpected();
        } else if (response == ExchangeState.Response.AWAITING) {
            backendExpected();
        } else {
            requestOver();
        }
    }

    /** All of the request was sent: once, or once more, which changes nothing of the time there is for an answer. */
    void answerExpected() {
        backendExpected();
        headDueAt = Math.min(headDueAt, responseHeadAt);
        responseHeadAt = headDueAt;
        long attempt = limits.attemptResponseHeadersNanos();
        attemptAt = attempt == Deadlines.NONE ? NEVER : wheel.nowNanos() + attempt;
        arm();
    }

    void backendExpected() {
        connectAt = NEVER;
        requestBodyAt = NEVER;
        responseHeadAt = wheel.nowNanos() + limits.responseHeadersNanos();
        arm();
    }

    void responseExpected() {
        responseHeadAt = NEVER;
        attemptAt = NEVER;
        clientLookAt = NEVER;
        responseBodyAt = wheel.nowNanos() + limits.responseBodyIdleNanos();
        arm();
    }

    /**
     * The response's head came.
     *
     * @param duplex whether the request goes on beside it, without a deadline of its own
     */
    void responseBegun(boolean duplex) {
        if (duplex) {
            requestOver();
        }
        responseExpected();
    }

    void clientExpected() {
        long now = wheel.nowNanos();
        connectAt = NEVER;
        responseHeadAt = NEVER;
        attemptAt = NEVER;
        responseBodyAt = NEVER;
        clientMovedNanos = now;
        clientSeen = false;
        clientLookAt = now + limits.responseWriteIdleNanos() / 4;
        arm();
    }

    /** Nothing more of the request is waited for. */
    void requestOver() {
        requestBodyAt = NEVER;
    }

    /** Ends them for good: an event that arms one while it ends the exchange must not leave it behind. */
    void cancel() {
        over = true;
        timer.cancel();
    }

    /** There is one timer for all: it must never be later than the earliest of them. */
    private void arm() {
        if (!over) {
            long next = Math.min(Math.min(totalAt, connectAt), Math.min(requestBodyAt, responseHeadAt));
            timer.at(Math.min(Math.min(next, attemptAt), Math.min(responseBodyAt, clientLookAt)));
        }
    }

    private void look() {
        long now = wheel.nowNanos();
        ProxyError missed = missed(now);
        if (missed != null) {
            onMissed.accept(missed);
        }
        if (missed == null || missed == ProxyError.ATTEMPT_TIMEOUT) {
            arm();
        }
    }

    private ProxyError missed(long now) {
        if (totalAt <= now) {
            // It is told once: the answer that tells the client has deadlines of its own.
            totalAt = NEVER;
            return ProxyError.REQUEST_TIMEOUT;
        }
        if (connectAt <= now) {
            return ProxyError.CONNECT_TIMEOUT;
        }
        if (requestBodyAt <= now) {
            return ProxyError.REQUEST_BODY_TIMEOUT;
        }
        if (responseHeadAt <= now) {
            return ProxyError.RESPONSE_HEAD_TIMEOUT;
        }
        if (attemptAt <= now) {
            // Told once an attempt: where no other may be made, the others go on.
            attemptAt = NEVER;
            return ProxyError.ATTEMPT_TIMEOUT;
        }
        if (responseBodyAt <= now) {
            return ProxyError.RESPONSE_BODY_TIMEOUT;
        }
        return clientLookAt <= now && clientStalled(now) ? ProxyError.CLIENT_TOO_SLOW : null;
    }

    private boolean clientStalled(long now) {
        long progress = clientProgress.getAsLong();
        // The first look has nothing to compare with: in doubt the client took something just now.
        if (!clientSeen || progress != clientProgressSeen) {
            clientSeen = true;
            clientProgressSeen = progress;
            clientMovedNanos = now;
        }
        long stalledAt = clientMovedNanos + limits.responseWriteIdleNanos();
        clientLookAt = Math.min(now + limits.responseWriteIdleNanos() / 4, stalledAt);
        return stalledAt <= now;
    }
}
