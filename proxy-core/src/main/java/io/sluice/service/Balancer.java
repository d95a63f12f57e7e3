package io.sluice.service;

import io.sluice.config.ServiceConfig.Policy;
import java.util.List;

/** A way to choose among a fixed set of endpoints. <em>Thread-safe</em>; choosing allocates nothing. */
sealed interface Balancer permits LeastRequests, RoundRobin {

    /** The balancer of this policy. Candidates without a weight are never chosen. */
    static Balancer of(Policy policy, List<Candidate> candidates) {
        return switch (policy) {
            case ROUND_ROBIN -> new RoundRobin(candidates);
            case LEAST_REQUESTS -> new LeastRequests(candidates);
        };
    }

    /**
     * Chooses.
     *
     * @param avoid chosen only if no other endpoint has a weight; or null
     * @return null if no endpoint has a weight
     */
    Endpoint pick(Endpoint avoid);
}
