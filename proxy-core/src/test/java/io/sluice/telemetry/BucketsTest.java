package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketsTest {
    private final Buckets buckets = new Buckets(0.001, 0.5);

    @ParameterizedTest
    @CsvSource({"0,0", "999999,0", "1000000,0", "1000001,1", "500000000,1", "500000001,2", "9223372036854775807,2"})
    void putsADurationIntoTheFirstBucketWhoseBoundItDoesNotExceed(long nanos, int bucket) {
        assertThat(buckets.index(nanos)).isEqualTo(bucket);
    }

    @Test
    void showsEachBucketsOwnCountAndEndsWithoutABound() {
        Cells cells = new Cells(4, 1);
        cells.add(1, 2);
        cells.add(3, 1);

        ClassicHistogramBuckets counts = buckets.counts(cells, 1);

        assertThat(counts.size()).isEqualTo(3);
        assertThat(counts.getCount(0)).isEqualTo(2);
        assertThat(counts.getCount(1)).isZero();
        assertThat(counts.getCount(2)).isEqualTo(1);
        assertThat(counts.getUpperBound(2)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void isAbsentWhileNothingWasCounted() {
        assertThat(buckets.counts(new Cells(3, 1), 0)).isNull();
    }
}
