package io.sluice.service;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Draws members, each as often as its weight says. <em>Thread-safe</em>; drawing allocates nothing. */
sealed interface Draw permits Draw.Lots, Draw.Spread, Turns {
    /** Longer rounds aren't laid out: 10,000 endpoints of awkward weights would have millions of turns. */
    int TURNS_MAX = 1 << 16;

    /** The next one's number; there must be a member. */
    int next();

    /**
     * Each in turn, as evenly spread as can be.
     *
     * @param counter counts the turns; it may go on from an earlier set of members
     */
    static Draw inTurn(Members members, AtomicInteger counter) {
        return Turns.inRound(members) <= TURNS_MAX ? new Turns(members, counter) : new Spread(new Shares(members), counter);
    }

    /** At random. */
    static Draw atRandom(Members members) {
        return new Lots(new Shares(members));
    }

    /**
     * In turn where a round would be too long. The multiples of the golden section, without their whole parts, lie evenly in
     * 0 to 1 however many one takes, so any number of turns in a row is nearly as even as a round.
     */
    record Spread(Shares shares, AtomicInteger counter) implements Draw {
        private static final long GOLDEN_SECTION = 0x9e3779b97f4a7c15L;

        @Override
        public int next() {
            return shares.at(counter.getAndIncrement() * GOLDEN_SECTION);
        }
    }

    /** At random. */
    record Lots(Shares shares) implements Draw {
        @Override
        public int next() {
            return shares.at(ThreadLocalRandom.current().nextLong());
        }
    }
}
