package io.sluice.exchange;

import io.sluice.config.RetryConfig;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.service.Service;
import io.sluice.telemetry.ExchangeMeters;

/**
 * The attempts that one exchange may still make. Asked only while no response byte was passed on and the request can be
 * sent again whole (RFC 9110 §9.2.2). <em>Loop-confined.</em> <em>Ends</em> with {@link #over}.
 */
final class Retries {
    private final RetryBudget budget;
    private final RetryConfig config;
    private int tries;
    private boolean reusedOnce;
    private boolean budgeted;

    Retries(RetryBudget budget, RetryConfig config) {
        this.budget = budget;
        this.config = config;
    }

    /** Whether there is another attempt after this failure; true uses it up. */
    boolean allow(ProxyError why, Method method, Service service) {
        boolean legal = switch (why.retry()) {
            case NEVER -> false;
            case IF_IDEMPOTENT -> config.attempts() > 0 && !reusedOnce && method.idempotent();
            case ELSEWHERE_IF_IDEMPOTENT -> config.attempts() > 0 && !reusedOnce && method.idempotent()
                    && service.endpoints().size() > 1;
            case ANYWHERE -> tries < config.attempts() && service.endpoints().size() > 1;
            case UNPROCESSED -> tries < config.attempts();
        };
        if (!legal || !free(why.retry()) && !budgeted && !budget.take(service, config)) {
            return false;
        }
        budgeted |= !free(why.retry());
        if (why.retry().compareTo(ProxyError.Retry.ANYWHERE) >= 0) {
            tries++;
        } else {
            reusedOnce = true;
        }
        return true;
    }

    /**
     * Whether it takes nothing from the budget. An endpoint that was not reached, or a kept connection that died, was asked
     * nothing yet; and when one of three endpoints is killed, that happens to a third of the active requests at once.
     */
    private static boolean free(ProxyError.Retry retry) {
        return switch (retry) {
            case ANYWHERE, UNPROCESSED, IF_IDEMPOTENT -> true;
            case NEVER, ELSEWHERE_IF_IDEMPOTENT -> false;
        };
    }

    /** Whether there is another attempt where only the route says so; true uses it up. Counts what came of it. */
    boolean allowByRoute(ProxyError why, Service service, ExchangeMeters meters) {
        boolean allowed = tries < config.attempts() && (budgeted || budget.take(service, config));
        if (allowed) {
            budgeted = true;
            tries++;
            meters.retried(why);
        } else {
            meters.retryRefused(why);
        }
        return allowed;
    }

    /** As {@link #allow}, and counts what came of it. */
    boolean allowCounted(ProxyError why, Method method, Service service, ExchangeMeters meters) {
        boolean allowed = allow(why, method, service);
        if (allowed) {
            meters.retried(why);
        } else if (why.retry() != ProxyError.Retry.NEVER) {
            meters.retryRefused(why);
        }
        return allowed;
    }

    /** The exchange ended. */
    void over() {
        if (budgeted) {
            budgeted = false;
            budget.giveBack();
        }
    }
}
