package io.sluice.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ResetCreditTest {
    /** Times of {@link System#nanoTime} may be negative. */
    private static final long NOW = -TimeUnit.SECONDS.toNanos(1);

    private final ResetCredit credit = new ResetCredit();

    private int spendAll(long nowNanos) {
        int count = 0;
        while (credit.spend(nowNanos)) {
            count++;
        }
        return count;
    }

    @Test
    void isTwoSetsOfStreams() {
        assertThat(spendAll(NOW)).isEqualTo(2 * ServerCodec.STREAMS_MAX);
    }

    @Test
    void isRenewedByTime() {
        spendAll(NOW);

        assertThat(spendAll(NOW + TimeUnit.SECONDS.toNanos(3))).isEqualTo(20);
        assertThat(spendAll(NOW + TimeUnit.SECONDS.toNanos(3))).isZero();
        assertThat(spendAll(NOW + TimeUnit.HOURS.toNanos(1))).isEqualTo(200);
    }

    @Test
    void losesNoPartOfTime() {
        spendAll(NOW);
        int spent = 0;

        for (int millis = 100; millis <= 3000; millis += 100) {
            spent += spendAll(NOW + TimeUnit.MILLISECONDS.toNanos(millis));
        }

        assertThat(spent).isEqualTo(20);
    }

    @Test
    void isEarnedByAnswersUpToItsBeginning() {
        spendAll(NOW);
        for (int i = 0; i < 7; i++) {
            credit.earn();
        }
        assertThat(spendAll(NOW)).isEqualTo(7);

        for (int i = 0; i < 1000; i++) {
            credit.earn();
        }
        assertThat(spendAll(NOW)).isEqualTo(200);
    }

    @Test
    void doesNotGrowByTimeBeforeTheFirstReset() {
        credit.earn();
        assertThat(credit.spend(NOW)).isTrue();

        assertThat(spendAll(NOW + 1)).isEqualTo(199);
    }
}
