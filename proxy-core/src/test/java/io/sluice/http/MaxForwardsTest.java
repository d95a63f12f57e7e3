package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 §7.6.2. */
final class MaxForwardsTest {
    @ParameterizedTest
    @CsvSource({
        "OPTIONS, 0, 0", "OPTIONS, 1, 1", "OPTIONS, 007, 7", "OPTIONS, 000000000000, 0", "OPTIONS, 999999999, 999999999",
        "OPTIONS, 1000000000, 999999999", "OPTIONS, 99999999999999999999, 999999999",
        "OPTIONS, -1, -1", "OPTIONS, 1a, -1", "OPTIONS, '', -1", "OPTIONS, '1, 2', -1", "GET, 5, -1", "DELETE, 0, -1",
    })
    void readsTheLimit(String method, String value, int limit) {
        assertThat(MaxForwards.of(RequestHeads.of(method + " / HTTP/1.1", "Max-Forwards: " + value))).isEqualTo(limit);
    }

    @Test
    void ignoresDoubleAndMissingFields() {
        assertThat(MaxForwards.of(RequestHeads.of("OPTIONS * HTTP/1.1", "Max-Forwards: 1", "Max-Forwards: 1")))
                .isEqualTo(MaxForwards.NONE);
        assertThat(MaxForwards.of(RequestHeads.of("OPTIONS * HTTP/1.1", "A: 1"))).isEqualTo(MaxForwards.NONE);
    }

    @Test
    void forwardsOneLess() {
        RequestHead head = RequestHeads.of("OPTIONS * HTTP/1.1", "A: 1", "max-forwards: 10", "B: 2");

        MaxForwards.decrement(head, MaxForwards.of(head));

        assertThat(RequestHeads.kept(head)).containsExactly("A: 1", "B: 2", "Max-Forwards: 9");
        assertThat(MaxForwards.of(head)).isEqualTo(9);
    }
}
