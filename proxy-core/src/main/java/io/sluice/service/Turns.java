package io.sluice.service;

import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The order in which weighted members take their turns, spread evenly: of weights 2 and 1 the order is A B A, not A A
 * B. <em>Thread-safe</em>: one counter walks a round laid out beforehand, so whatever the threads do, any whole number of
 * rounds gives every member exactly its share.
 *
 * <p>A member of weight w has w turns in a round, in the middles of w equal parts of it. Weights are first divided by
 * their greatest common divisor, so that equal ones give a round of one turn each.
 */
final class Turns implements Draw {
    private final int[] round;
    private final AtomicInteger counter;

    /**
     * Lays out a round.
     *
     * @param counter counts the turns; it may go on from an earlier round
     */
    Turns(Members members, AtomicInteger counter) {
        this.counter = counter;
        int divisor = divisor(members);
        round = new int[(int) inRound(members)];
        PriorityQueue<Cursor> next = new PriorityQueue<>();
        for (int i = 0; i < members.count(); i++) {
            next.add(new Cursor(i, members.weight(i) / divisor, 0));
        }
        for (int i = 0; i < round.length; i++) {
            Cursor cursor = next.remove();
            round[i] = cursor.member;
            if (cursor.taken + 1 < cursor.weight) {
                next.add(new Cursor(cursor.member, cursor.weight, cursor.taken + 1));
            }
        }
    }

    /** How many turns a round has. */
    static long inRound(Members members) {
        return members.count() == 0 ? 0 : members.totalWeight() / divisor(members);
    }

    private static int divisor(Members members) {
        int divisor = 0;
        for (int i = 0; i < members.count(); i++) {
            divisor = greatestCommonDivisor(members.weight(i), divisor);
        }
        return divisor;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    @Override
    public int next() {
        return round[Integer.remainderUnsigned(counter.getAndIncrement(), round.length)];
    }

    /** A member's next turn, at {@code (2 × taken + 1) / (2 × weight)} of the round. */
    private record Cursor(int member, int weight, int taken) implements Comparable<Cursor> {
        @Override
        public int compareTo(Cursor other) {
            // Fractions are compared by cross-multiplication: equal ones must be equal, for ties go by number.
            int order = Long.compare((2L * taken + 1) * other.weight, (2L * other.taken + 1) * weight);
            return order != 0 ? order : Integer.compare(member, other.member);
        }
    }
}
