package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.Arrays;
import java.util.List;

/**
 * The fixed upper bounds of a histogram of durations. The counts are {@link Cells}: one for each bucket, from a first
 * cell on. <em>Immutable.</em>
 */
final class Buckets {
    private final double[] boundsSeconds;
    private final long[] boundsNanos;

    /**
     * Makes buckets.
     *
     * @param boundsSeconds upper bounds, ascending; the bucket without a bound is added
     */
    Buckets(double... boundsSeconds) {
        this.boundsSeconds = Arrays.copyOf(boundsSeconds, boundsSeconds.length + 1);
        this.boundsSeconds[boundsSeconds.length] = Double.POSITIVE_INFINITY;
        this.boundsNanos = new long[boundsSeconds.length];
        for (int i = 0; i < boundsNanos.length; i++) {
            boundsNanos[i] = Math.round(boundsSeconds[i] * 1e9);
        }
    }

    /** The number of buckets, the unbounded one included. */
    int count() {
        return boundsSeconds.length;
    }

    /** The upper bounds in seconds, without that of the last bucket, which has none. */
    List<Double> bounds() {
        return Arrays.stream(boundsSeconds).limit(boundsNanos.length).boxed().toList();
    }

    /** The bucket of a duration. Linear, because nearly all requests end in the first few. */
    int index(long nanos) {
        int i = 0;
        while (i < boundsNanos.length && nanos > boundsNanos[i]) {
            i++;
        }
        return i;
    }

    /** What was counted, or null if nothing was. */
    ClassicHistogramBuckets counts(Cells cells, int firstCell) {
        long[] counts = new long[count()];
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = cells.sum(firstCell + i);
            total += counts[i];
        }
        return total == 0 ? null : ClassicHistogramBuckets.of(boundsSeconds, counts);
    }
}
