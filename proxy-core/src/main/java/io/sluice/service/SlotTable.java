package io.sluice.service;

import java.util.Arrays;

/**
 * Which member each of 262,144 slots of the key space belongs to: to each as many as its weight says; and whoever comes,
 * leaves or changes its weight moves only slots from or to itself. <em>Immutable.</em>
 *
 * <p>Think of a race: every member visits all slots, in an order of its own that looks random, at a pace by its weight, and a
 * slot belongs to who comes first. What a member does depends on no other, nor on how many there are, so without it its slots
 * fall to those who came second, and no other slot notices.
 *
 * <p>The later the race, the longer a member takes from slot to slot, so that its times are distributed as waiting times are:
 * then who is twice as fast is first twice as often.
 *
 * <p>When a member comes to a slot can be computed. So among few members the first is found when a key asks; of many, the
 * same is written down beforehand. A member's share strays from its weight by 1.5 % (one standard deviation) with a hundred
 * members, by 5 % with a thousand and by 15 % with ten thousand. Four times the slots would halve that, but no longer fit a
 * processor's cache: the table then took half a second to make.
 */
final class SlotTable {
    /** From so many members on it is written down. */
    static final int MANY = 32;
    private static final int BITS = 18;
    private static final int SLOTS = 1 << BITS;
    private static final int MASK = SLOTS - 1;
    private static final int HALF = BITS / 2;
    private static final int SEGMENTS = 1 << HALF;
    /** When a member of weight 1 has made each 512th part of its visits; in between it goes evenly: a logarithm costs more. */
    private static final double[] TIMES = times();

    private final int count;
    private final int[] starts;
    private final int[] factors;
    private final int[] otherFactors;
    private final double[] phases;
    private final double[] steps;
    /** Null among few. */
    private final int[] owners;

    private static double[] times() {
        double[] times = new double[SEGMENTS + 1];
        for (int i = 0; i < SEGMENTS; i++) {
            times[i] = -Math.log(1 - (double) i / SEGMENTS);
        }
        // The last part would never end.
        times[SEGMENTS] = times[SEGMENTS - 1] + 2;
        return times;
    }

    /** Makes the table of at least one member. */
    SlotTable(Members members) {
        count = members.count();
        starts = new int[count];
        factors = new int[count];
        otherFactors = new int[count];
        phases = new double[count];
        steps = new double[count];
        for (int i = 0; i < count; i++) {
            long seed = Mix.of(members.endpoint(i).text());
            starts[i] = (int) Mix.of(seed, 0) & MASK;
            factors[i] = (int) Mix.of(seed, 1) & MASK | 1;
            otherFactors[i] = (int) Mix.of(seed, 2) & MASK | 1;
            // Not all start at once: equal paces would meet at equal times for ever.
            phases[i] = (Mix.of(seed, 3) >>> 11) * 0x1p-53;
            steps[i] = 1.0 / members.weight(i);
        }
        owners = count < MANY ? null : written(members.totalWeight());
    }

    /** Whose slot a key falls into. */
    int owner(long key) {
        int slot = (int) (key >>> Long.SIZE - BITS);
        return owners == null ? first(slot) : owners[slot];
    }

    private int first(int slot) {
        int first = 0;
        float earliest = Float.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            float time = time(i, visit(i, slot));
            if (time < earliest) {
                earliest = time;
                first = i;
            }
        }
        return first;
    }

    /**
     * The race up to where most slots have been visited; the others are computed one by one, which costs no more then than to
     * go on.
     */
    private int[] written(long totalWeight) {
        int[] table = new int[SLOTS];
        float[] since = new float[SLOTS];
        Arrays.fill(since, Float.POSITIVE_INFINITY);
        double end = (Math.log(count) - 1) / totalWeight;
        for (int i = 0; i < count; i++) {
            int factor = inverse(factors[i]);
            int otherFactor = inverse(otherFactors[i]);
            int visits = (int) (SLOTS * -Math.expm1(-end / steps[i]));
            for (int visit = 0; visit < visits; visit++) {
                int half = (visit ^ visit >>> HALF) * otherFactor & MASK;
                int slot = (half ^ half >>> HALF) * factor & MASK ^ starts[i];
                float time = time(i, visit);
                if (time < since[slot]) {
                    since[slot] = time;
                    table[slot] = i;
                }
            }
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            if (since[slot] == Float.POSITIVE_INFINITY) {
                table[slot] = first(slot);
            }
        }
        return table;
    }

    /** Which of a member's visits is that of this slot, from 0; every step of it can be undone. */
    private int visit(int member, int slot) {
        int half = (slot ^ starts[member]) * factors[member] & MASK;
        int visit = (half ^ half >>> HALF) * otherFactors[member] & MASK;
        return visit ^ visit >>> HALF;
    }

    private float time(int member, int visit) {
        int segment = visit >>> HALF;
        double within = (visit + phases[member]) / SEGMENTS - segment;
        return (float) ((TIMES[segment] + (TIMES[segment + 1] - TIMES[segment]) * within) * steps[member]);
    }

    /** What undoes a multiplication by an odd number: each round doubles the bits that are right, of which 3 are at first. */
    private static int inverse(int odd) {
        int inverse = odd;
        for (int bits = 3; bits < Integer.SIZE; bits *= 2) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }
}
