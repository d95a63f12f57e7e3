package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CellsTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 8})
    void countsEveryAdditionOfManyThreadsWhateverTheNumberOfStripes(int stripes) throws InterruptedException {
        int threads = 6;
        int additions = 50_000;
        Cells cells = new Cells(3, stripes);
        CountDownLatch go = new CountDownLatch(1);

        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            running.add(Thread.ofPlatform().start(() -> {
                awaitUninterrupted(go);
                for (int i = 0; i < additions; i++) {
                    cells.add(0, 1);
                    Cells.add(cells.stripe(), 2, 3);
                }
            }));
        }
        go.countDown();
        for (Thread thread : running) {
            thread.join();
        }

        assertThat(cells.sum(0)).isEqualTo((long) threads * additions);
        assertThat(cells.sum(1)).isZero();
        assertThat(cells.sum(2)).isEqualTo(3L * threads * additions);
    }

    @Test
    void fallsByNegativeAmountsAlsoFromAnotherThread() throws InterruptedException {
        Cells cells = Cells.striped(1);
        cells.add(0, 5);

        Thread.ofPlatform().start(() -> cells.add(0, -7)).join();

        assertThat(cells.sum(0)).isEqualTo(-2);
    }

    @Test
    void isZeroBeforeAnyUse() {
        assertThat(Cells.striped(4).sum(3)).isZero();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
