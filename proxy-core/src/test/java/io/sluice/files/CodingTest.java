package io.sluice.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 §12.5.3. */
final class CodingTest {
    private static RequestHead accepting(String value) {
        return RequestHeads.of("GET / HTTP/1.1", "Host: a", "Accept-Encoding: " + value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "br | BR", "gzip, br | BR", "gzip | GZIP", "x-gzip | GZIP", "GZIP | GZIP", "br;q=0.5, gzip;q=0.8 | GZIP", "br;q=0, gzip | GZIP",
        "* | BR", "*;q=0 | IDENTITY", "br;q=0, * | GZIP", "deflate | IDENTITY", "identity | IDENTITY", "br ; Q=1.000 | BR",
        "gzip;q=0.1, identity | IDENTITY", "gzip;q=0.5, identity;q=0.5 | GZIP", "br;q=0.000 | IDENTITY", "br;q=2 | IDENTITY",
        "br;level=1 | IDENTITY", "br;q=0.1234 | IDENTITY", "xbr, brx | IDENTITY"})
    void takesWhatTheClientWantsMost(String field, Coding wanted) {
        assertThat(Coding.wanted(accepting(field), true, true)).isEqualTo(wanted);
    }

    @Test
    void takesOnlyWhatIsThere() {
        assertThat(Coding.wanted(accepting("br, gzip"), false, true)).isEqualTo(Coding.GZIP);
        assertThat(Coding.wanted(accepting("gzip;q=0.1, br"), true, false)).isEqualTo(Coding.BR);
        assertThat(Coding.wanted(accepting("gzip"), true, false)).isEqualTo(Coding.IDENTITY);
    }

    @Test
    void readsAllFieldsOfThatName() {
        RequestHead head = RequestHeads.of("GET / HTTP/1.1", "Accept-Encoding: gzip;q=0.5", "Accept-Encoding: br;q=0.6");

        assertThat(Coding.wanted(head, true, true)).isEqualTo(Coding.BR);
        assertThat(Coding.wanted(RequestHeads.of("GET / HTTP/1.1"), true, true)).isEqualTo(Coding.IDENTITY);
    }
}
