package io.sluice.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RelativePathTest {
    private static String of(String path) {
        byte[] bytes = ("/" + path).getBytes(StandardCharsets.ISO_8859_1);
        return RelativePath.of(bytes, 1, bytes.length);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a.txt | a.txt", "a/b/ | a/b/", "a%20b | a b", "%61 | a", "gr%C3%BC%c3%9Fe | grüße", "a..b | a..b", "a%2Eb | a.b", ".well-known/acme | .well-known/acme", "a;b=c | a;b=c", "a.%2e | a..", "~x | ~x"})
    void readsNames(String path, String name) {
        assertThat(of(path)).isEqualTo(name);
    }

    @Test
    void takesTheRootForADirectory() {
        assertThat(of("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "..", ".", "../a", "a/..", "a/./b", "a/../b", "%2e%2e/a", "%2E", "a/.%2e", "..;/a", ".git", "a/.env", ".well-knownx",
        "a//b", "/a", "//", "a%2fb", "a%2Fb", "a\\b", "a%5cb", "a%00", "%00", "a%0ab", "a%1f", "a%7f", "%", "a%4", "a%zz",
        "%ff", "%c0%af", "%ed%a0%80", "a%c3"})
    void refusesWhatCouldMeanAnythingElse(String path) {
        assertThat(of(path)).isNull();
    }

    @Test
    void refusesWhatIsTooLongForAFileSystem() {
        assertThat(of("x".repeat(255))).hasSize(255);
        assertThat(of("x".repeat(256))).isNull();
        assertThat(of("%C3%BC".repeat(128))).isNull();
        assertThat(of("x/".repeat(1900))).isNotNull();
        assertThat(of("x/".repeat(2000))).isNull();
    }

    @Test
    void refusesAPathThatEndsBeforeItsPrefixDoes() {
        assertThat(RelativePath.of(new byte[] {'/'}, 3, 1)).isNull();
    }
}
