package io.sluice.service;

import java.util.List;

/** Those of some candidates that have a weight, numbered from 0. <em>Immutable.</em> */
final class Members {
    private static final int DRAWS_MAX = 8;

    private final Endpoint[] endpoints;
    private final int[] weights;
    private final long totalWeight;

    Members(List<Candidate> candidates) {
        List<Candidate> weighted = candidates.stream().filter(it -> it.weight() > 0).toList();
        endpoints = weighted.stream().map(Candidate::endpoint).toArray(Endpoint[]::new);
        weights = weighted.stream().mapToInt(Candidate::weight).toArray();
        long total = 0;
        for (int weight : weights) {
            total += weight;
        }
        totalWeight = total;
    }

    int count() {
        return endpoints.length;
    }

    Endpoint endpoint(int member) {
        return endpoints[member];
    }

    int weight(int member) {
        return weights[member];
    }

    /** The sum of all weights. */
    long totalWeight() {
        return totalWeight;
    }

    /** The member behind this one, the first behind the last. */
    int after(int member) {
        return member + 1 == endpoints.length ? 0 : member + 1;
    }

    /**
     * Draws a member; there must be one.
     *
     * @param avoid not to be drawn unless there is no other; or null
     */
    int draw(Draw draw, Endpoint avoid) {
        int member = draw.next();
        // One that has nearly all the weight would be drawn again and again: then its neighbour stands in for it.
        for (int i = 1; endpoints[member] == avoid && i < DRAWS_MAX; i++) {
            member = draw.next();
        }
        return endpoints[member] == avoid ? after(member) : member;
    }
}
