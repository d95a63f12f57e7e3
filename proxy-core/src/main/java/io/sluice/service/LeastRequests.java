package io.sluice.service;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The endpoint with the fewest requests in flight for its weight. <em>Thread-safe.</em>
 *
 * <p>Among few endpoints all are looked at, beginning with the one whose turn it is, so that idle endpoints share the
 * requests as in {@link RoundRobin}. Among many, the better of two taken at random (by weight): nearly as even, at a cost
 * that does not grow with their number, and event loops that choose at the same moment don't all run to the same one.
 */
final class LeastRequests implements Balancer {
    /** From so many endpoints on, two at random are compared instead of all. */
    static final int MANY = 16;

    private final Candidate[] weighted;
    private final Turns turns;
    private final AtomicInteger counter = new AtomicInteger();

    LeastRequests(List<Candidate> candidates) {
        this.weighted = candidates.stream().filter(it -> it.weight() > 0).toArray(Candidate[]::new);
        this.turns = new Turns(candidates);
    }

    @Override
    public Endpoint pick(Endpoint avoid) {
        if (weighted.length == 0) {
            return null;
        }
        return weighted.length < MANY ? leastOfAll(avoid) : betterOfTwo(avoid);
    }

    private Endpoint leastOfAll(Endpoint avoid) {
        Candidate first = turns.from(Integer.remainderUnsigned(counter.getAndIncrement(), turns.count()), avoid);
        if (first == null) {
            return avoid;
        }
        int start = indexOf(first);
        Candidate least = first;
        int active = first.endpoint().active();
        for (int i = 1; i < weighted.length; i++) {
            Candidate other = weighted[(start + i) % weighted.length];
            int otherActive = other.endpoint().active();
            if (other.endpoint() != avoid && (long) otherActive * least.weight() < (long) active * other.weight()) {
                least = other;
                active = otherActive;
            }
        }
        return least.endpoint();
    }

    private int indexOf(Candidate candidate) {
        int i = 0;
        while (weighted[i] != candidate && i < weighted.length - 1) {
            i++;
        }
        return i;
    }

    private Endpoint betterOfTwo(Endpoint avoid) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Candidate one = turns.from(random.nextInt(turns.count()), avoid);
        Candidate two = turns.from(random.nextInt(turns.count()), avoid);
        if (one == null || two == null) {
            return avoid;
        }
        long oneActive = one.endpoint().active();
        long twoActive = two.endpoint().active();
        return (twoActive * one.weight() < oneActive * two.weight() ? two : one).endpoint();
    }
}
