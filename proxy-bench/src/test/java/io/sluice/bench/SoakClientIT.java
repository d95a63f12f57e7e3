package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That what the soak finds wrong is the proxy's: without one between them its two ends agree. */
class SoakClientIT {
    private static final int REQUESTS = 3_000;

    @ParameterizedTest
    @EnumSource
    void findsNothingWrongWithABackendAskedDirectly(SoakMix mix) throws InterruptedException {
        SoakTally tally = new SoakTally();
        AtomicLong left = new AtomicLong(REQUESTS);
        SplittableRandom random = new SplittableRandom(1);
        List<Thread> threads = new ArrayList<>();

        try (SoakBackend backend = new SoakBackend()) {
            for (int i = 0; i < 16; i++) {
                SoakClient client = new SoakClient(backend.port(), mix, random.split(), left, tally);
                threads.add(Thread.ofVirtual().start(client));
            }
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
            }
        }

        assertThat(tally.firstFailures()).isEmpty();
        assertThat(tally.requests()).isGreaterThanOrEqualTo(REQUESTS);
    }
}
