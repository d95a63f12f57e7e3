package io.sluice.service;

import java.util.List;
import java.util.PriorityQueue;

/**
 * The order in which weighted candidates take their turns, spread evenly: of weights 2 and 1 the order is A B A, not A A
 * B. <em>Immutable.</em>
 *
 * <p>One of weight w has w turns in a round, in the middles of w equal parts of it. Weights are first divided by
 * their greatest common divisor, so that equal ones give a round of one turn each.
 */
final class Turns {
    private final Candidate[] round;

    /** Lays out a round of the candidates that have a weight. */
    Turns(List<Candidate> candidates) {
        int divisor = 0;
        int total = 0;
        for (Candidate candidate : candidates) {
            divisor = greatestCommonDivisor(candidate.weight(), divisor);
            total += candidate.weight();
        }
        round = new Candidate[divisor == 0 ? 0 : total / divisor];
        PriorityQueue<Cursor> next = new PriorityQueue<>();
        for (int i = 0; i < candidates.size(); i++) {
            if (candidates.get(i).weight() > 0) {
                next.add(new Cursor(candidates.get(i), i, candidates.get(i).weight() / divisor, 0));
            }
        }
        for (int i = 0; i < round.length; i++) {
            Cursor cursor = next.remove();
            round[i] = cursor.candidate;
            if (cursor.taken + 1 < cursor.weight) {
                next.add(new Cursor(cursor.candidate, cursor.index, cursor.weight, cursor.taken + 1));
            }
        }
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /** How many turns a round has; 0 if no candidate has a weight. */
    int count() {
        return round.length;
    }

    /** Whose turn it is. */
    Endpoint at(int turn) {
        return round[turn].endpoint();
    }

    /** Who has the first turn from {@code turn} on that is not {@code avoid}'s; null if there is no other. */
    Candidate from(int turn, Endpoint avoid) {
        int at = turn;
        for (int i = 0; i < round.length; i++) {
            if (round[at].endpoint() != avoid) {
                return round[at];
            }
            at = at + 1 == round.length ? 0 : at + 1;
        }
        return null;
    }

    /** A candidate's next turn, at {@code (2 × taken + 1) / (2 × weight)} of the round. */
    private record Cursor(Candidate candidate, int index, int weight, int taken) implements Comparable<Cursor> {
        @Override
        public int compareTo(Cursor other) {
            // Fractions are compared by cross-multiplication: equal ones must be equal, for ties go by index.
            int order = Long.compare((2L * taken + 1) * other.weight, (2L * other.taken + 1) * weight);
            return order != 0 ? order : Integer.compare(index, other.index);
        }
    }
}
