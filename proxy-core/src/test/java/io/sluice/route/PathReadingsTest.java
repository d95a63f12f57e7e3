package io.sluice.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathReadingsTest {

    @ParameterizedTest
    @CsvSource({
        "/a/../b,          /b",
        "/a/b/../../c,     /c",
        "/a/./b/.,         /a/b/",
        "/a/b/..,          /a/",
        "/..,              /",
        "/.,               /",
        "/../../a,         /a",
        "/%41%2d%7E,       /A-~",
        "/%2e%2E/a,        /a",
        "//a///b//,        /a/b/",
        "/a/%2e,           /a/",
    })
    void decodesRemovesDotSegmentsAndMergesSlashes(String path, String reading) {
        assertThat(readings(path)).isNotEmpty().containsOnly(reading);
    }

    @ParameterizedTest
    @CsvSource({
        // RFC 3986 removes dot segments and leaves empty ones; many servers merge slashes first.
        "/a//../b,         /a/b /b",
        // Only the second pair decodes slashes.
        "/a%2f..%2fb,      /b",
        "/a%2Fb,           /a/b",
        "/a\\b%5cc,        /a/b/c",
        "/a/..;x/b,        /b",
        "/a/..%3b/b%61,    /a/..%3b/ba",
    })
    void readsAsLenientServersDo(String path, String readings) {
        assertThat(readings(path)).isNotEmpty().containsOnly(readings.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "/a/", "/a%20b", "/%zz", "/%", "/%2", "/a.b/..c/...", "/%252e", "/%00", "*", "/a;b"})
    void hasNoOtherReadingOfWhatIsNormal(String path) {
        assertThat(readings(path)).isEmpty();
    }

    private static List<String> readings(String path) {
        byte[] bytes = ("GET " + path + " x").getBytes(StandardCharsets.ISO_8859_1);
        return PathReadings.of(bytes, 4, bytes.length - 2).stream()
                .map(reading -> new String(reading, StandardCharsets.ISO_8859_1)).toList();
    }
}
