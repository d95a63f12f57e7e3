package io.sluice.service;

import io.sluice.config.ServiceConfig.Policy;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How a service chooses, whoever its candidates are at the moment: makes a {@link Balancer} for each set of them.
 * <em>Thread-safe</em>. Ends with its service; what its balancers have in common (whose turn it is) is here, what is learnt
 * about an endpoint is in the endpoint, so that nothing is lost with a balancer.
 */
public final class Balancing {
    private static final Balancer NOBODY = new Balancer.Nobody();

    private final Policy policy;
    private final AtomicInteger turn = new AtomicInteger();

    /** Creates it. */
    public Balancing(Policy policy) {
        this.policy = policy;
    }

    /**
     * A balancer of these candidates, each of another endpoint. Those of the lowest priority in which one has a weight are
     * chosen from; should one of these have just failed and be the only one, from the next. Makes it in
     * at most some milliseconds; with a hash policy in tens of them from 32 candidates on, for 10,000 in
     * a few hundred: nothing for an event loop.
     */
    public Balancer of(List<Candidate> candidates) {
        TreeSet<Integer> priorities = new TreeSet<>();
        candidates.stream().filter(it -> it.weight() > 0).forEach(it -> priorities.add(it.priority()));
        if (priorities.isEmpty()) {
            return NOBODY;
        }
        Balancer first = tier(candidates, priorities.removeFirst());
        return priorities.isEmpty() ? first : new Tiers(first, tier(candidates, priorities.removeFirst()));
    }

    private Balancer tier(List<Candidate> candidates, int priority) {
        Members members = new Members(candidates.stream().filter(it -> it.priority() == priority).toList());
        return switch (policy.rule()) {
            case ROUND_ROBIN -> new ByShare(members, Draw.inTurn(members, turn));
            case RANDOM -> new ByShare(members, Draw.atRandom(members));
            case LEAST_REQUESTS -> new LeastRequests(
                    members,
                    members.count() < LeastRequests.MANY ? Draw.inTurn(members, turn) : Draw.atRandom(members));
            case PEAK_EWMA -> new PeakEwma(members, Draw.atRandom(members));
            case HASH -> new BoundedHash(members, policy.loadPercent());
        };
    }
}
