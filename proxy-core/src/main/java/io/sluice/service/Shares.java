package io.sluice.service;

/**
 * Divides the numbers of 64 bits among members by weight, found in one step whatever their number. <em>Immutable.</em>
 *
 * <p>The numbers are cut into as many equal columns as there are members. A column holds its own member up to a bound, and
 * above it one other, who has more than a column's worth (Walker's alias method).
 */
final class Shares {
    private final long[] bounds;
    private final int[] others;

    Shares(Members members) {
        int count = members.count();
        bounds = new long[count];
        others = new int[count];
        // In units of which a column holds totalWeight, so that every weight is a whole number of them.
        long column = members.totalWeight();
        long[] left = new long[count];
        int[] shortOnes = new int[count];
        int[] longOnes = new int[count];
        int shorts = 0;
        int longs = 0;
        for (int i = 0; i < count; i++) {
            left[i] = members.weight(i) * (long) count;
            if (left[i] < column) {
                shortOnes[shorts++] = i;
            } else {
                longOnes[longs++] = i;
            }
        }
        while (shorts > 0) {
            int poor = shortOnes[--shorts];
            int rich = longOnes[longs - 1];
            bounds[poor] = fraction(left[poor], column);
            others[poor] = rich;
            left[rich] -= column - left[poor];
            if (left[rich] < column) {
                longs--;
                shortOnes[shorts++] = rich;
            }
        }
        while (longs > 0) {
            int full = longOnes[--longs];
            bounds[full] = -1;
            others[full] = full;
        }
    }

    /** {@code part / whole} of the unsigned numbers of 64 bits; part is less than whole. */
    private static long fraction(long part, long whole) {
        // 53 exact bits are plenty for weights of 20.
        return (long) ((double) part / whole * 0x1p63) << 1;
    }

    /** Whose share this number is in, read as unsigned. */
    int at(long number) {
        int column = (int) Math.unsignedMultiplyHigh(number, bounds.length);
        return Long.compareUnsigned(number * bounds.length, bounds[column]) <= 0 ? column : others[column];
    }
}
