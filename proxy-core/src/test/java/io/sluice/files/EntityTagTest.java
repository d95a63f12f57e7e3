package io.sluice.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §8.8.3. */
final class EntityTagTest {
    private static final EntityTag STRONG = new EntityTag("\"a-1\"", false);
    private static final EntityTag WEAK = new EntityTag("\"a-1\"", true);

    @Test
    void tellsVersionsAndCodingsApart() {
        assertThat(EntityTag.of(16, 255, "", false).text()).isEqualTo("\"ff-10\"");
        assertThat(EntityTag.of(16, 255, "br", true).text()).isEqualTo("W/\"ff-10-br\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", " * ", "\"a-1\"", "\"x\", \"a-1\"", "\"x\",\"a-1\",\"y\"", "\"x\" , \t\"a-1\"", ",\"a-1\"", "\"x,y\", \"a-1\""})
    void isFoundInLists(String list) {
        assertThat(STRONG.in(list, true)).isTrue();
        assertThat(STRONG.in(list, false)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\"a-12\"", "\"a-\"", "a-1", "\"A-1\"", "x \"a-1\"", "\"x", "\"a-1", "*, \"x\"", "w/\"a-1\""})
    void isNotFoundInWhatDoesNotNameIt(String list) {
        assertThat(STRONG.in(list, true)).isFalse();
        assertThat(STRONG.in(list, false)).isFalse();
    }

    @Test
    void isStrongOnlyAmongStrongOnes() {
        assertThat(STRONG.in("W/\"a-1\"", true)).isFalse();
        assertThat(STRONG.in("W/\"a-1\"", false)).isTrue();
        assertThat(WEAK.in("\"a-1\"", true)).isFalse();
        assertThat(WEAK.in("W/\"a-1\"", true)).isFalse();
        assertThat(WEAK.in("\"a-1\"", false)).isTrue();
    }
}
