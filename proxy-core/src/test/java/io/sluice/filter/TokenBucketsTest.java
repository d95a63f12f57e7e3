package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TokenBucketsTest {
    /** Near the end of the numbers: {@link System#nanoTime} may begin anywhere. */
    private static final long START = Long.MAX_VALUE - 1000;
    private static final long INTERVAL = 100;

    private static TokenBuckets buckets(int keys, int burst) {
        return new TokenBuckets(keys, INTERVAL, burst, START);
    }

    private static int taken(TokenBuckets buckets, long key, long now, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += buckets.take(key, now) ? 1 : 0;
        }
        return taken;
    }

    @Test
    void givesABurstAndThenATokenAnInterval() {
        TokenBuckets buckets = buckets(8, 3);

        assertThat(taken(buckets, 7, START, 10)).isEqualTo(3);
        assertThat(taken(buckets, 7, START + INTERVAL - 1, 10)).isZero();
        assertThat(taken(buckets, 7, START + INTERVAL, 10)).isEqualTo(1);
        assertThat(taken(buckets, 7, START + 3 * INTERVAL, 10)).isEqualTo(2);
    }

    @Test
    void gathersNoMoreThanABurstHoweverLongItIsQuiet() {
        TokenBuckets buckets = buckets(8, 3);
        taken(buckets, 7, START, 10);

        assertThat(taken(buckets, 7, START + 1_000_000 * INTERVAL, 10)).isEqualTo(3);
    }

    @Test
    void takesNothingFromABucketThatRefuses() {
        TokenBuckets buckets = buckets(8, 1);
        buckets.take(7, START);
        taken(buckets, 7, START + 1, 1000);

        assertThat(buckets.take(7, START + INTERVAL)).isTrue();
    }

    @Test
    void keepsKeysApart() {
        TokenBuckets buckets = buckets(8, 1);

        for (long key = 0; key < 8; key++) {
            // 0 and 1 are one: 0 marks a free bucket.
            assertThat(buckets.take(key, START)).as("key " + key).isEqualTo(key != 1);
        }
    }

    @Test
    void isNotConfusedByALoopWhoseClockIsALittleBehind() {
        TokenBuckets buckets = buckets(8, 1);

        assertThat(buckets.take(7, START - 50)).isTrue();
        assertThat(buckets.take(7, START + INTERVAL - 1)).isFalse();
        assertThat(buckets.take(7, START + INTERVAL)).isTrue();
        assertThat(buckets.take(7, START + INTERVAL - 50)).isFalse();
    }

    @Test
    void givesANewKeyAFullBucketWhereOneOfTheSetIsIdle() {
        TokenBuckets buckets = buckets(8, 2);
        for (long key = 1; key <= 8; key++) {
            taken(buckets, key, START, 2);
        }
        long later = START + 2 * INTERVAL;

        assertThat(taken(buckets, 100, later, 5)).isEqualTo(2);
    }

    @Test
    void givesWhoPushesOutAnotherNoMoreThanThatOneHadLeft() {
        TokenBuckets buckets = buckets(8, 4);
        for (long key = 1; key <= 8; key++) {
            taken(buckets, key, START, key == 5 ? 3 : 4);
        }

        assertThat(taken(buckets, 100, START, 5)).as("what key 5 had left").isEqualTo(1);
        assertThat(taken(buckets, 101, START, 5)).isZero();
    }

    @Test
    void letsInventedKeysHaveNoMoreThanAllBucketsHold() {
        TokenBuckets buckets = buckets(64, 3);
        int taken = 0;
        for (long key = 1; key <= 10_000; key++) {
            taken += taken(buckets, key * 0x9e37_79b9_7f4a_7c15L, START, 3);
        }

        assertThat(taken).isEqualTo(64 * 3);
    }

    @Test
    void givesNoTokenTwiceToThreadsThatComeAtOnce() throws Exception {
        TokenBuckets buckets = buckets(1024, 10_000);
        buckets.take(42, START);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> taken(buckets, 42, START, 5_000)));
            }
            int sum = 1;
            for (Future<Integer> each : all) {
                sum += each.get();
            }
            assertThat(sum).isEqualTo(10_000);
        }
    }
}
