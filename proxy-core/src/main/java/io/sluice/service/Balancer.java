package io.sluice.service;

/**
 * A way to choose among a fixed set of endpoints, made whole by {@link Balancing#of} and thrown away when anything about the
 * set changes. <em>Thread-safe</em>: all event loops choose at once; choosing allocates nothing.
 */
public sealed interface Balancer permits Balancer.Nobody, BoundedHash, ByShare, LeastRequests, PeakEwma, Tiers {
    /**
     * Chooses.
     *
     * @param avoid chosen only if no other endpoint has a weight; or null
     * @param key   what {@link HashKey} made of the request, for a policy that goes by it; else anything
     * @return null if no endpoint has a weight
     */
    Endpoint pick(Endpoint avoid, long key);

    /** Where no endpoint has a weight. */
    record Nobody() implements Balancer {
        @Override
        public Endpoint pick(Endpoint avoid, long key) {
            return null;
        }
    }
}
