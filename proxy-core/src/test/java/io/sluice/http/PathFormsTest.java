package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of a path for matching (http.md §2.1 path confusion: CVE-2019-9901, CVE-2021-29492). */
final class PathFormsTest {
    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {
        "/ / /",
        "/a/b /a/b /a/b",
        "/%61%2D%7e /a-~ /a-~",
        "/a/./b /a/b /a/b",
        "/a/../b /b /b",
        "/a/b/.. /a/ /a/",
        "/a/b/. /a/b/ /a/b/",
        "/.. - -",
        "/a/../.. - -",
        "/../a - -",
        "/%2e%2e/a - -",
        "/%2E/a /a /a",
        "/a/%2e%2E/b /b /b",
        "/a/.%2e/b /b /b",
        "//a /a /a",
        "/a//b/// /a/b/ /a/b/",
        "/a/.//b /a/b /a/b",
        // Two readings, so none.
        "/a//../b - -",
        "//../a - -",
        "/... /... /...",
        "/.a/..b /.a/..b /.a/..b",
        // Decoded once.
        "/%252e%252e/a /%252e%252e/a /%252e%252e/a",
        "/%25%32%65 /%252e /%252e",
        // Other escapes stay, in one spelling.
        "/%c3%bc%3f /%C3%BC%3F /%C3%BC%3F",
        "/a%2fb /a%2Fb /a/b",
        "/a%5cb /a%5Cb /a/b",
        "/a\\b /a\\b /a/b",
        "/a%2f..%2fb /a%2F..%2Fb /b",
        "/a\\..\\b /a\\..\\b /b",
        "/a%2f%2fb /a%2F%2Fb /a/b",
        "/a%5c%2e%2e%5c..%2fb /a%5C..%5C..%2Fb -",
        "/..%2fa /..%2Fa -",
        "/..\\a /..\\a -",
        "* * *",
    })
    void hasOneFormForAllItsSpellings(String path, String decoded, String folded) {
        RequestHead head = RequestHeads.of((path.equals("*") ? "OPTIONS " : "GET ") + path + "?/../x HTTP/1.1");
        byte[] scratch = new byte[path.length()];

        assertThat(text(PathForms.decoded(head, scratch), scratch)).isEqualTo(decoded);
        assertThat(text(PathForms.folded(head, scratch), scratch)).isEqualTo(folded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%2f..%2f..%2fb", "/a//b/./c/../d%41", "/%2e%2e%2e/", "/a%2fb\\c//./", "//////", "/a/b/../../c"})
    void hasFormsThatAreTheirOwnForm(String path) {
        byte[] scratch = new byte[path.length()];
        String folded = text(PathForms.folded(RequestHeads.of("GET " + path + " HTTP/1.1"), scratch), scratch);
        if (!folded.equals("-")) {
            assertThat(text(PathForms.folded(RequestHeads.of("GET " + folded + " HTTP/1.1"), scratch), scratch))
                    .isEqualTo(folded);
        }
    }

    private static String text(int length, byte[] bytes) {
        return length == PathForms.NONE ? "-" : new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}
