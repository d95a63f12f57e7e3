package io.sluice.exchange;

import io.sluice.config.RetryConfig;
import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.service.CircuitBreaker;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.telemetry.ExchangeMeters;
import io.sluice.transport.Deadline;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Whether an exchange makes another attempt after one that failed, or that brought an answer its route would rather not pass
 * on, and when. <em>Loop-confined.</em> Made for the exchanges that come to ask. <em>Ends</em> with {@link #over}.
 */
final class Retrying {
    private static final byte[] RETRY_AFTER = "retry-after".getBytes(StandardCharsets.US_ASCII);
    /** Of a Retry-After: no bound is as long as this. */
    private static final int DIGITS_MAX = 9;
    private static final int UNCLEAR = -1;

    private final Exchange exchange;
    private final Worker worker;
    private final ExchangeMeters meters;
    private final Service service;
    private final RetryConfig rule;
    private final Retries retries;
    /** When the next attempt begins; null as long as none had to wait. */
    private Deadline delay;
    private long delayNanos;
    private long waitingSinceNanos;
    private boolean waiting;

    Retrying(Exchange exchange, Worker worker, RetryBudget budget, ExchangeMeters meters) {
        this.exchange = exchange;
        this.worker = worker;
        this.meters = meters;
        this.service = exchange.service;
        this.rule = exchange.route.retry();
        this.retries = new Retries(budget, rule);
    }

    /** Whether such a request may be made again after an answer. */
    static boolean repeats(Method method, RetryConfig rule) {
        return method.idempotent() || !rule.methods().isEmpty() && rule.methods().contains(method.name());
    }

    /** An exchange's attempt came to nothing: makes another, or ends it. */
    static void afterFailure(Exchange exchange, ProxyError why) {
        Attempt attempt = exchange.attempt;
        boolean replayable = attempt.replayable();
        exchange.service.failed(attempt.endpoint(), why);
        exchange.leaveAttempt(why);
        if (replayable && exchange.retrying().allows(why)) {
            exchange.retrying().again(attempt.endpoint(), why);
        } else {
            exchange.fail(why);
        }
    }

    /** A deadline was missed: makes another attempt where one may help, or ends the exchange. */
    static void afterMissed(Exchange exchange, ProxyError missed) {
        if (missed == ProxyError.CONNECT_TIMEOUT) {
            afterFailure(exchange, missed);
        } else if (missed == ProxyError.ATTEMPT_TIMEOUT) {
            exchange.retrying().afterSilence();
        } else {
            if (missed == ProxyError.RESPONSE_HEAD_TIMEOUT) {
                exchange.service.failed(exchange.attempt.endpoint(), missed);
            }
            exchange.fail(missed);
        }
    }

    /** The attempt has no answer in its time: makes another instead, or lets it wait on. */
    void afterSilence() {
        Attempt silent = exchange.attempt;
        if (silent.replayable() && exchange.head.method().idempotent() && service.endpoints().size() > 1 && !refused()
                && retries.allowByRoute(ProxyError.ATTEMPT_TIMEOUT, service, meters)) {
            service.failed(silent.endpoint(), ProxyError.ATTEMPT_TIMEOUT);
            exchange.leaveAttempt(ProxyError.ATTEMPT_TIMEOUT);
            again(silent.endpoint(), ProxyError.ATTEMPT_TIMEOUT);
        }
    }

    /** Whether the breaker would let no attempt pass. */
    private boolean refused() {
        CircuitBreaker breaker = service.breaker();
        return breaker != null && breaker.refuses(worker.wheel().nowNanos());
    }

    private boolean allows(ProxyError why) {
        return retries.allowCounted(why, exchange.head.method(), service, meters);
    }

    /** Not at the endpoint that was tried, if there is another one; not even if its client is to stay there. */
    private void again(Endpoint last, ProxyError why) {
        if (exchange.session != null) {
            exchange.session.failed(why);
        }
        exchange.attempt.note();
        exchange.attempt = null;
        exchange.acquire(last);
    }

    /**
     * Whether there is another attempt instead of this answer, whose status is one for that; true uses it up, and {@link
     * #go} must follow.
     */
    boolean drops(ResponseHead answer, Attempt attempt) {
        if (!attempt.replayable() || !repeats(exchange.head.method(), rule)) {
            return false;
        }
        long seconds = 0;
        boolean asked = !rule.retryAfterMax().isZero() && answer.next(RETRY_AFTER, 0) >= 0;
        if (asked) {
            seconds = seconds(answer);
            if (seconds == UNCLEAR || seconds > rule.retryAfterMax().toSeconds()) {
                return false;
            }
        }
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        // Who says when to come again may be asked again; another endpoint may be asked at once.
        if (!asked && service.endpoints().size() == 1
                || !exchange.deadlines().leaves(nanos)
                || refused()) {
            return false;
        }
        delayNanos = nanos;
        return retries.allowByRoute(ProxyError.BACKEND_STATUS, service, meters);
    }

    /** The seconds of a Retry-After (RFC 9110 §10.2.3); unclear where it is a date, or something else, or there are two. */
    private static long seconds(ResponseHead answer) {
        int field = answer.next(RETRY_AFTER, 0);
        int start = answer.valueStart(field);
        int end = answer.valueEnd(field);
        if (start == end || end - start > DIGITS_MAX || answer.next(RETRY_AFTER, field + 1) >= 0) {
            return UNCLEAR;
        }
        long seconds = 0;
        for (int i = start; i < end; i++) {
            int digit = answer.bytes()[i] - '0';
            if (digit < 0 || digit > 9) {
                return UNCLEAR;
            }
            seconds = 10 * seconds + digit;
        }
        return seconds;
    }

    /** The answer of this endpoint is dropped: makes the next attempt, now or when the answer said. */
    void go(Endpoint endpoint) {
        if (delayNanos == 0) {
            again(endpoint, ProxyError.BACKEND_STATUS);
            return;
        }
        waiting = true;
        waitingSinceNanos = worker.wheel().nowNanos();
        if (delay == null) {
            delay = new Deadline(worker.wheel(), this::waited);
        }
        exchange.state.phase(Phase.ACQUIRING);
        exchange.deadlines().queued();
        delay.at(waitingSinceNanos + delayNanos);
    }

    private void waited() {
        leave();
        again(exchange.attempt.endpoint(), ProxyError.BACKEND_STATUS);
    }

    /** Waits no longer; idempotent. */
    void leave() {
        if (waiting) {
            waiting = false;
            delay.cancel();
            long nanos = worker.wheel().nowNanos() - waitingSinceNanos;
            exchange.record.queued(exchange.record.queueNanos() + nanos);
        }
    }

    /** The exchange ended. */
    void over() {
        leave();
        retries.over();
    }
}
