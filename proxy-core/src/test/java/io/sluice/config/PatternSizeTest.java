package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PatternSizeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "abc 3",
                "a{5}b 6",
                "a{2,5} 5",
                "a{5,} 5",
                "(ab){3} 6",
                "((ab){3}c){2} 14",
                "[a{9}]{2} 2",
                "\\p{Greek}{3} 3",
                "\\{5} 3",
                "\\Qa{9}\\E 8",
                "[]a]{4} 4",
                "(a 1",
                "a) 1",
            })
    void countsWithRepetitionsWrittenOut(String pattern, long size) {
        assertThat(PatternSize.of(pattern)).isEqualTo(size);
    }

    @Test
    void staysBoundedWhateverTheNesting() {
        assertThat(PatternSize.of("((((a{999999999}){999999999}){999999999}){999999999}){999999999}"))
                .isGreaterThan(PatternSize.MAX)
                .isLessThan(2 * PatternSize.MAX + 10);
    }

    @Test
    void aUuidIsFarFromTheLimit() {
        assertThat(PatternSize.of("^/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")).isLessThan(50);
    }
}
