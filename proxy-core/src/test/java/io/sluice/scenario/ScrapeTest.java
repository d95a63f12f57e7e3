package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the scenarios read of a page of metrics. */
final class ScrapeTest {

    @Test
    void sumsTheSamplesWithALabel() {
        Scrape scrape = Scrape.of("""
                # HELP a b
                a_total{reason="x",listener="w"} 2.0
                a_total{listener="v",reason="x"} 1.0
                a_total{reason="xy",listener="w"} 4.0
                b 1.5E3
                """);

        assertThat(scrape.sum("a_total", "reason=x")).isEqualTo(3);
        assertThat(scrape.sum("b")).isEqualTo(1500);
        assertThat(scrape.sum("c")).isZero();
    }
}
