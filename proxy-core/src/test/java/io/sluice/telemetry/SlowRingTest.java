package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.ProxyError;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlowRingTest {
    private final SlowRing ring = new SlowRing();

    private static ExchangeRecord ended(ProxyError why, int status, long nanos) {
        ExchangeRecord record = new ExchangeRecord("web", "", 0, 0);
        record.answered(status);
        record.ended(why, nanos);
        return record;
    }

    private void served(long micros) {
        ring.offer(ended(null, 200, TimeUnit.MICROSECONDS.toNanos(micros)));
    }

    private List<Long> slowMicros() {
        List<Long> micros = new ArrayList<>();
        ring.slow(record -> micros.add(record.totalNanos() / 1000));
        return micros;
    }

    private List<ExchangeRecord> failed() {
        List<ExchangeRecord> failed = new ArrayList<>();
        ring.failed(failed::add);
        return failed;
    }

    @Test
    void keepsTheSlowOneAmongTheFirstFew() {
        served(100);
        served(5000);
        for (int i = 0; i < 300; i++) {
            served(100);
        }

        assertThat(slowMicros()).containsExactlyInAnyOrder(100L, 5000L);
    }

    @Test
    void keepsEachOfASlowBurst() {
        for (int i = 0; i < 5000; i++) {
            served(100 + i % 50);
        }
        for (int i = 0; i < 20; i++) {
            served(90_000 + i);
        }

        assertThat(slowMicros()).contains(90_000L, 90_007L, 90_019L);
    }

    @ParameterizedTest
    @CsvSource({"1, 0.3", "2, 0.5", "3, 1", "4, 2"})
    void keepsAboutOneInAThousandWhateverTheSpread(int seed, double spread) {
        Random random = new Random(seed);
        int kept = 0;
        int rounds = 400_000;
        for (int i = 0; i < 100_000; i++) {
            served(Math.round(1000 * Math.exp(spread * random.nextGaussian())));
        }
        for (int i = 0; i < rounds; i++) {
            ExchangeRecord record = ended(null, 200, Math.round(1e6 * Math.exp(spread * random.nextGaussian())));
            ring.offer(record);
            kept += holds(record) ? 1 : 0;
        }

        assertThat(kept * 1000.0 / rounds).isBetween(0.3, 3.0);
    }

    private boolean holds(ExchangeRecord record) {
        boolean[] held = new boolean[1];
        ring.slow(each -> held[0] |= each == record);
        return held[0];
    }

    @Test
    void findsTheNewLevelAfterEverythingBecameFaster() {
        for (int i = 0; i < 3000; i++) {
            served(5_000_000);
        }
        for (int i = 0; i < 40_000; i++) {
            served(1000 + i % 100);
        }

        assertThat(slowMicros()).anyMatch(micros -> micros < 1100);
    }

    @Test
    void findsTheNewLevelAfterEverythingBecameSlower() {
        for (int i = 0; i < 3000; i++) {
            served(1000);
        }
        for (int i = 0; i < 20_000; i++) {
            served(1_000_000 + i % 100_000);
        }
        int before = slowMicros().size();
        ExchangeRecord usual = ended(null, 200, TimeUnit.SECONDS.toNanos(1));
        ring.offer(usual);

        assertThat(before).isEqualTo(SlowRing.KEPT);
        assertThat(holds(usual)).isFalse();
    }

    @Test
    void keepsTheLastOfThoseThatFailed() {
        for (int i = 0; i < 1000; i++) {
            ring.offer(ended(ProxyError.BACKEND_CLOSED, 502, i));
        }

        assertThat(failed()).hasSize(SlowRing.KEPT)
                .extracting(ExchangeRecord::totalNanos).contains(999L, 1000L - SlowRing.KEPT).doesNotContain(743L);
        assertThat(slowMicros()).isEmpty();
    }

    @Test
    void takesABackendsOwn5xxForAFailure() {
        ring.offer(ended(null, 499, 1));
        ring.offer(ended(null, 500, 2));

        assertThat(failed()).extracting(ExchangeRecord::status).containsExactly(500);
    }

    @Test
    void clientsThatSendNonsenseDoNotWashAwayWhatBackendsDid() {
        ExchangeRecord broken = ended(ProxyError.BACKEND_RESET, 502, 1);
        ring.offer(broken);
        for (int i = 0; i < 1000; i++) {
            ring.offer(ended(ProxyError.MALFORMED_FIELD, 400, 1));
        }

        assertThat(failed()).hasSize(1 + SlowRing.KEPT).contains(broken);
    }

    @Test
    void countsATunnelByWhatItTookToOpen() {
        for (int i = 0; i < 1000; i++) {
            served(1000);
        }
        ExchangeRecord tunnel = new ExchangeRecord("web", "", 0, 0);
        tunnel.response(101, TimeUnit.MICROSECONDS.toNanos(900));
        tunnel.tunnel();
        tunnel.ended(null, TimeUnit.HOURS.toNanos(1));
        ring.offer(tunnel);

        assertThat(holds(tunnel)).isFalse();
    }

    @Test
    void isReadWhileItsLoopWrites() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        Thread loop = Thread.ofPlatform().start(() -> {
            for (int i = 1; !done.get(); i++) {
                ring.offer(ended(ProxyError.BACKEND_CLOSED, 502, i));
                ring.offer(ended(null, 200, i));
            }
        });

        for (int i = 0; i < 2000; i++) {
            SlowRequests seen = SlowRequests.of(List.of(ring));
            assertThat(seen.failed()).hasSizeLessThanOrEqualTo(SlowRing.KEPT)
                    .allSatisfy(each -> assertThat(each.end()).isEqualTo("backend_closed"));
            assertThat(seen.slow()).allSatisfy(each -> assertThat(each.stamps().end()).isPositive());
        }
        done.set(true);
        loop.join();

        assertThat(failed()).hasSize(SlowRing.KEPT);
    }
}
