package io.sluice.service;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Every endpoint in turn, as often as its weight says. <em>Thread-safe</em>: one counter walks a round laid out
 * beforehand, so whatever the threads do, any whole number of rounds gives every endpoint exactly its share.
 */
final class RoundRobin implements Balancer {
    private final Turns turns;
    private final AtomicInteger counter = new AtomicInteger();

    RoundRobin(List<Candidate> candidates) {
        this.turns = new Turns(candidates);
    }

    @Override
    public Endpoint pick(Endpoint avoid) {
        if (turns.count() == 0) {
            return null;
        }
        Candidate next = turns.from(Integer.remainderUnsigned(counter.getAndIncrement(), turns.count()), avoid);
        return next == null ? avoid : next.endpoint();
    }
}
