package io.sluice.service;

/**
 * Those of one priority, and behind them those of the next. <em>Thread-safe.</em> The next ones' turn comes only when
 * nothing is left of the first but the one that has just failed; where the first have no weight at all, no tiers are made.
 */
record Tiers(Balancer first, Balancer next) implements Balancer {
    @Override
    public Endpoint pick(Endpoint avoid, long key) {
        Endpoint endpoint = first.pick(avoid, key);
        return endpoint == avoid ? next.pick(avoid, key) : endpoint;
    }
}
