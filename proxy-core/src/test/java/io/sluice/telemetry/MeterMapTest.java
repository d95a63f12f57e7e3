package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class MeterMapTest {
    private final MeterMap<String, AtomicInteger> map =
            new MeterMap<>(name -> new AtomicInteger(), open -> open.get() == 0);

    @Test
    void whatIsUsedStaysTheSameObject() {
        AtomicInteger one = map.of("one");
        map.retain(Set.of("one"));
        map.forScrape();

        assertThat(map.of("one")).isSameAs(one);
        assertThat(map.forScrape()).containsExactly(one);
    }

    @Test
    void whatIsNotUsedIsToldOnceMore() {
        AtomicInteger one = map.of("one");
        map.retain(Set.of());

        assertThat(map.forScrape()).containsExactly(one);
        assertThat(map.forScrape()).isEmpty();
    }

    @Test
    void whatIsNotUsedButBusyStaysUntilItIsQuiet() {
        AtomicInteger busy = map.of("one");
        busy.set(1);
        map.retain(Set.of());
        map.forScrape();
        assertThat(map.forScrape()).containsExactly(busy);

        busy.set(0);

        assertThat(map.forScrape()).containsExactly(busy);
        assertThat(map.forScrape()).isEmpty();
    }

    @Test
    void whoeverAsksAgainGetsTheSameAndKeepsIt() {
        AtomicInteger one = map.of("one");
        map.retain(Set.of());

        assertThat(map.of("one")).isSameAs(one);
        map.forScrape();
        assertThat(map.forScrape()).containsExactly(one);
    }

    @Test
    void withoutScrapesTheNextChangeRemovesWhatTheLastLeft() {
        map.of("one");
        map.retain(Set.of());

        map.retain(Set.of());

        assertThat(map.forScrape()).isEmpty();
    }
}
