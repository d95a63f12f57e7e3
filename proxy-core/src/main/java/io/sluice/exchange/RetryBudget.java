package io.sluice.exchange;

import io.sluice.config.RetryConfig;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps retries of what an endpoint may have begun to work on a small share of the requests to a service, so that they can't
 * multiply the load on endpoints that fail.
 * <em>Thread-safe.</em>
 */
final class RetryBudget {
    private final AtomicInteger inFlight = new AtomicInteger();

    /** Takes a place; true obliges to {@link #giveBack} exactly once. */
    boolean take(Service service, RetryConfig config) {
        int active = 0;
        for (Endpoint endpoint : service.endpoints()) {
            active += endpoint.active();
        }
        int max = Math.max(config.budgetMin(), (int) (active * (long) config.budgetPercent() / 100));
        if (inFlight.incrementAndGet() > max) {
            inFlight.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Gives a place back: the exchange that took it ended. */
    void giveBack() {
        inFlight.decrementAndGet();
    }
}
