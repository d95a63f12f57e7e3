package io.sluice.service;

/**
 * An endpoint that may be chosen, and how much of the requests it is to get. <em>Immutable.</em>
 *
 * @param endpoint who answers
 * @param weight   its share at the moment, 0 to 1,000,000, in any unit that all candidates of a service have in common; 0 =
 *                 it is never chosen. What is below its configured weight (a slow start) needs a finer unit for all of them
 * @param priority 0 = first; higher numbers are chosen only where no lower one has a weight, or the only one has just failed
 */
public record Candidate(Endpoint endpoint, int weight, int priority) {
    /** Keeps sums and products of weights within 64 bits. */
    private static final int WEIGHT_MAX = 1_000_000;

    /** Checks ranges. */
    public Candidate {
        if (weight < 0 || weight > WEIGHT_MAX || priority < 0) {
            throw new IllegalArgumentException("candidate " + endpoint + ": found weight " + weight + " and priority "
                    + priority + "; expected a weight from 0 to " + WEIGHT_MAX + ", a priority from 0");
        }
    }
}
