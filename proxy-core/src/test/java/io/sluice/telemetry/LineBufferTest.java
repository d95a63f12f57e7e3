package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link LineBuffer} writes, digit by digit and character by character. */
class LineBufferTest {
    private final LineBuffer line = new LineBuffer();

    private String written() {
        return StandardCharsets.ISO_8859_1.decode(line.content()).toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 99, 100, 1_234_567_890_123L, Long.MAX_VALUE, -1, -10, Long.MIN_VALUE})
    void writesNumbersAsEverybodyDoes(long number) {
        line.ascii("<").number(number).ascii(">");

        assertThat(written()).isEqualTo("<" + number + ">");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 16, 255, 256, 0xcafe_f00dL, Long.MAX_VALUE, -1})
    void writesHexadecimalNumbersWithoutZerosInFront(long number) {
        line.ascii("<").hexadecimal(number).ascii(">");

        assertThat(written()).isEqualTo("<" + Long.toHexString(number) + ">");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "plain/text~ !|\"plain/text~ !\"",
        "a\"b|\"a\\\"b\"",
        "a\\b|\"a\\\\b\"",
        "\u00e9t\u00e9|\"\\u00e9t\\u00e9\"",
        "x\u007fy|\"x\\u007fy\"",
        "\u20ac|\"\\u20ac\""})
    void escapesFromTheFirstCharacterOnThatNeedsIt(String text, String json) {
        assertThat(line.json(text).length()).isEqualTo(json.length());

        assertThat(written()).isEqualTo(json);
    }

    @Test
    void escapesLineEndsAndTakesNothingForEmpty() {
        line.json("a\nb\tc\0").json(null).json("");

        assertThat(written()).isEqualTo("\"a\\u000ab\\u0009c\\u0000\"\"\"\"\"");
    }

    @Test
    void growsByWhatIsWrittenAtOnce() {
        String large = "x".repeat(100_000);

        line.json(large).ascii(large).number(7);

        assertThat(written()).isEqualTo("\"" + large + "\"" + large + "7");
    }
}
