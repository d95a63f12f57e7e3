package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Well-known names, and the check of names and values that we write. */
final class HeaderNamesTest {
    @ParameterizedTest
    @EnumSource(value = HeaderName.class, mode = EnumSource.Mode.EXCLUDE, names = "OTHER")
    void knowsEveryNameInAnyCaseAndNothingNextToIt(HeaderName name) {
        String text = name.text();

        assertThat(HeaderNames.known(text)).isEqualTo(name);
        assertThat(HeaderNames.known(text.toUpperCase(Locale.ROOT))).isEqualTo(name);
        assertThat(HeaderNames.known(text.toLowerCase(Locale.ROOT))).isEqualTo(name);
        assertThat(HeaderNames.known(text + "s")).isEqualTo(HeaderName.OTHER);
        for (int i = 0; i < text.length(); i++) {
            for (int bit = 0; bit < 8; bit++) {
                char other = (char) (text.charAt(i) ^ 1 << bit);
                String changed = text.substring(0, i) + other + text.substring(i + 1);
                if (!changed.equalsIgnoreCase(text)) {
                    assertThat(HeaderNames.known(changed)).as(changed).isIn(HeaderName.OTHER, sameText(changed));
                }
            }
        }
        byte[] within = Outcome.bytes("x" + text + "y");
        assertThat(HeaderNames.known(within, 1, within.length - 1)).isEqualTo(name);
    }

    private static HeaderName sameText(String text) {
        for (HeaderName name : HeaderName.values()) {
            if (name.text().equalsIgnoreCase(text)) {
                return name;
            }
        }
        return HeaderName.OTHER;
    }

    @Test
    void knowsNothingOfAnEmptyName() {
        assertThat(HeaderNames.known("")).isEqualTo(HeaderName.OTHER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "a\r", "a\nb", "a\0", "\u00e4", "\u0141", "\u0161", "a\u2028", "(a)", "a,b", "\u007f"})
    void refusesNamesThatAreNoTokens(String name) {
        // U+0141 and U+0161 are letters when their high byte is cut off.
        assertThatIllegalArgumentException().isThrownBy(() -> HeaderNames.checkedName(name));
        assertThatIllegalArgumentException().isThrownBy(() -> HeaderLine.of(name, "a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\r\n", "a\rb", "a\nb", "a\0b", "\u007f", "a\u010ab", "a\u010d\u010ab", "\u2028", "\u001b", " a", "a ", "\ta", "a\t",
    })
    void refusesValuesThatWouldForgeAMessage(String value) {
        // U+010A and U+010D are LF and CR when their high byte is cut off.
        assertThatIllegalArgumentException().isThrownBy(() -> HeaderNames.checkedValue(value));
        assertThatIllegalArgumentException().isThrownBy(() -> HeaderLine.of("a", value));
    }

    @Test
    void saysWhatItFoundWithoutItsControlCharacters() {
        assertThatIllegalArgumentException().isThrownBy(() -> HeaderNames.checkedValue("a\r\nb"))
                .withMessage("field value: found \"a\\u000d\\u000ab\"; expected no control characters and none above U+00FF");
        assertThatIllegalArgumentException().isThrownBy(() -> HeaderNames.checkedName("a b"))
                .withMessage("field name: found \"a b\"; expected a token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a b", "a\tb", "\u00e4", "\u0080"})
    void passesValidValues(String value) {
        assertThat(HeaderNames.checkedValue(value)).isSameAs(value);
        assertThat(HeaderLine.of("A", value)).hasToString("A: " + value);
    }
}
