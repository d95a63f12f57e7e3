package io.sluice.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AddressCountsTest {
    @Test
    void letsEachAddressHaveAsManyAsItMay() {
        AddressCounts counts = new AddressCounts(2);

        assertThat(counts.entered(1)).isTrue();
        assertThat(counts.entered(1)).isTrue();
        assertThat(counts.entered(1)).isFalse();
        assertThat(counts.entered(2)).isTrue();
        counts.left(1);
        assertThat(counts.entered(1)).isTrue();
        assertThat(counts.entered(1)).isFalse();
    }

    @Test
    void forgetsWhoIsGone() {
        AddressCounts counts = new AddressCounts(1);
        for (int address = 0; address < 1000; address++) {
            counts.entered(address);
            counts.entered(address);
            counts.left(address);
        }

        assertThat(counts.addresses()).isZero();
    }

    @Test
    void countsExactlyWhereManyComeAndGoAtOnce() throws Exception {
        AddressCounts counts = new AddressCounts(3);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    for (int round = 0; round < 20_000; round++) {
                        if (counts.entered(round % 3)) {
                            counts.left(round % 3);
                        }
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }

        assertThat(counts.addresses()).isZero();
        assertThat(counts.entered(0) && counts.entered(0) && counts.entered(0)).isTrue();
    }
}
