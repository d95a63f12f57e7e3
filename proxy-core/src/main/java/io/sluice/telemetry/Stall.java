package io.sluice.telemetry;

/**
 * How a side kept us waiting with bytes in hand for it. <em>Immutable.</em>
 *
 * @param times        how often
 * @param totalNanos   all together
 * @param longestNanos the longest
 * @param atNanos      when the longest began, as {@link System#nanoTime} counts
 */
public record Stall(int times, long totalNanos, long longestNanos, long atNanos) {
    /** It never did. */
    public static final Stall NONE = new Stall(0, 0, 0, 0);

    /** This one and a later one. */
    public Stall and(Stall later) {
        if (times == 0 || later.times == 0) {
            return times == 0 ? later : this;
        }
        Stall longer = later.longestNanos > longestNanos ? later : this;
        return new Stall(times + later.times, totalNanos + later.totalNanos, longer.longestNanos, longer.atNanos);
    }
}
