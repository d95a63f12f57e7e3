package io.sluice.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MediaTypesTest {
    @ParameterizedTest
    @CsvSource({
        "a.html, text/html; charset=utf-8", "A.HTML, text/html; charset=utf-8", "a/b.min.js, text/javascript; charset=utf-8",
        "x.tar.gz, application/gzip", "x.svg, image/svg+xml", "noending, application/octet-stream",
        "dir.css/file, application/octet-stream", "x., application/octet-stream", "x.unheard, application/octet-stream"})
    void goesByTheEndOfTheName(String name, String type) {
        assertThat(MediaTypes.of(name)).isEqualTo(type);
    }
}
