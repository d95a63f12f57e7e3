package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.telemetry.LiveExchange.BlockedOn;
import org.junit.jupiter.api.Test;

class LiveExchangesTest {
    private static LiveExchange exchange(long startedNanos, BlockedOn blockedOn) {
        return new LiveExchange("web", "::1", "r", "s", "e", "response", startedNanos, 200, 1, 10, 5,
                ExchangeRecord.Relay.COPIED, "small", blockedOn, 0, 0, 0);
    }

    @Test
    void keepsTheLongestAndCountsAll() {
        LiveExchanges some = new LiveExchanges(3);
        LiveExchanges others = new LiveExchanges(3);

        for (long started : new long[] {50, 10, 40, 20}) {
            some.add(exchange(started, BlockedOn.CLIENT));
        }
        others.add(exchange(15, BlockedOn.BACKEND));
        others.add(exchange(60, BlockedOn.NOBODY));
        some.addAll(others);

        assertThat(some.longest()).extracting(LiveExchange::startedNanos).containsExactly(10L, 15L, 20L);
        assertThat(some.count()).isEqualTo(6);
        assertThat(some.onClient()).isEqualTo(4);
        assertThat(some.onBackend()).isEqualTo(1);
        assertThat(some.bytesIn()).isEqualTo(6);
        assertThat(some.bytesOut()).isEqualTo(60);
        assertThat(some.zeroCopyBytes()).isEqualTo(30);
    }

    @Test
    void ordersAcrossTheOverflowOfTheClock() {
        LiveExchanges some = new LiveExchanges(1);

        some.add(exchange(Long.MIN_VALUE + 5, BlockedOn.NOBODY));
        some.add(exchange(Long.MAX_VALUE - 5, BlockedOn.NOBODY));

        assertThat(some.longest()).extracting(LiveExchange::startedNanos).containsExactly(Long.MAX_VALUE - 5);
    }

    @Test
    void keepsNoneWhereOnlySumsAreWanted() {
        LiveExchanges none = new LiveExchanges(0);

        none.add(exchange(1, BlockedOn.NOBODY));

        assertThat(none.longest()).isEmpty();
        assertThat(none.count()).isEqualTo(1);
    }
}
