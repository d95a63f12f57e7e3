package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which fields stay on their connection (RFC 9110 §7.6.1, http.md §1.3, §2.1 hop-by-hop abuse). */
final class HopByHopTest {
    private static List<String> stripped(String... fields) {
        ResponseHead head = RequestHeads.response(200, fields);
        HopByHop.strip(head);
        List<String> kept = RequestHeads.kept(head);
        HopByHop.strip(head);
        assertThat(RequestHeads.kept(head)).as("a second call changes nothing").isEqualTo(kept);
        return kept;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Connection: c", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: trailers",
        "Transfer-Encoding: chunked", "Upgrade: h2c", "kEEP-aLIVE: 1",
    })
    void dropsWhatIsHopByHopByNature(String line) {
        assertThat(stripped("A: 1", line, "B: 2")).containsExactly("A: 1", "B: 2");
    }

    @Test
    void dropsWhatConnectionNames() {
        assertThat(stripped("Connection: X-a ,,\tx-B", "X-A: 1", "x-b: 2", "x-A: 3", "X-C: 4", "Connection: x-c", "X-AB: 5"))
                .containsExactly("X-AB: 5");
    }

    @Test
    void dropsKnownNamesThatConnectionNames() {
        assertThat(stripped("Connection: server, upgrade, connection", "Server: a", "Upgrade: b", "Date: c"))
                .containsExactly("Date: c");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Host", "Expect", "Max-Forwards", "Via", "Forwarded", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto",
        "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "Close",
    })
    void keepsWhatWeRelyOnEvenIfConnectionNamesIt(String name) {
        // CVE-2022-31813.
        assertThat(stripped("Connection: close, " + name, name + ": 1", "Connection: " + name.toLowerCase(java.util.Locale.ROOT)))
                .containsExactly(name + ": 1");
    }

    @Test
    void keepsTheFramingThatConnectionNames() {
        RequestHead head = RequestHeads.of("POST / HTTP/1.1", "Connection: content-length", "Content-Length: 5");

        HopByHop.strip(head);

        assertThat(head.find(HeaderName.CONTENT_LENGTH)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"X-A\"", "X-A;a", "X A", "X-A:", "(X-A)", "\u00e4", ",", "", "*", "X-"})
    void dropsNothingForWhatIsNotItsName(String option) {
        assertThat(stripped("Connection: " + option, "X-A: 1")).containsExactly("X-A: 1");
    }

    @Test
    void keepsTheTrailerField() {
        assertThat(stripped("Trailer: X-Sum")).containsExactly("Trailer: X-Sum");
    }

    @Test
    void dropsAppendedFieldsToo() {
        ResponseHead head = RequestHeads.response(200, "A: 1", "Connection: x-own");
        head.append(HeaderLine.of("X-Own", "2"));
        head.append(HeaderName.KEEP_ALIVE, "timeout=5");

        HopByHop.strip(head);

        assertThat(RequestHeads.kept(head)).containsExactly("A: 1");
    }
}
