package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads of responses: status line, fields, framing, limits (http.md §1.1, §1.2, §2.2). */
final class ResponseHeadTest {
    private static final Cases.Parse PARSE =
            (raw, cuts) -> Outcome.ofResponse(raw, Method.GET, Outcome.LIMITS, cuts);

    private static String ok(String lines) {
        return "HTTP/1.1 200 OK\r\n" + lines + "\r\n\r\n";
    }

    @TestFactory
    Stream<DynamicTest> acceptsWhatTheGrammarAllows() {
        return Cases.accepted(PARSE,
                "plain", "HTTP/1.1 200 OK\r\n\r\n",
                "no reason, RFC 9112 §4", "HTTP/1.1 200 \r\n\r\n",
                "no space behind the status", "HTTP/1.1 200\r\n\r\n",
                "reason of any bytes", "HTTP/1.1 404 Nicht\tgefunden: \u00e4 \r\n\r\n",
                "HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n",
                "higher minor version, RFC 9110 §2.5", "HTTP/1.2 200 OK\r\n\r\n",
                "lowest status", "HTTP/1.1 100 \r\n\r\n",
                "highest status", "HTTP/1.1 599 \r\n\r\n",
                "switching protocols", "HTTP/1.1 101 \r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n",
                "many Set-Cookie, RFC 9110 §5.3", ok("Set-Cookie: a\r\nSet-Cookie: b"));
    }

    @TestFactory
    Stream<DynamicTest> refusesMalformedResponses() {
        return Cases.refused(PARSE, ProxyError.MALFORMED_RESPONSE,
                "other protocol, http.md §2.2", "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/0.9, http.md §2.2", "<html>",
                "empty line before", "\r\nHTTP/1.1 200 OK\r\n\r\n",
                "version in lower case", "http/1.1 200 OK\r\n\r\n",
                "HTTP/2", "HTTP/2 200 OK\r\n\r\n",
                "HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/0.9 in words", "HTTP/0.9 200 OK\r\n\r\n",
                "version of two digits", "HTTP/1.10 200 OK\r\n\r\n",
                "injected version word, http.md §2.2", "HTTP/1.x 200 OK\r\n\r\n",
                "two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n",
                "tab before the status", "HTTP/1.1\t200 OK\r\n\r\n",
                "tab behind the status", "HTTP/1.1 200\tOK\r\n\r\n",
                "no status", "HTTP/1.1 \r\n\r\n",
                "status 000, http.md §2.2", "HTTP/1.1 000 OK\r\n\r\n",
                "status 099", "HTTP/1.1 099 OK\r\n\r\n",
                "status 600", "HTTP/1.1 600 OK\r\n\r\n",
                "status of two digits", "HTTP/1.1 20 OK\r\n\r\n",
                "status of four digits", "HTTP/1.1 2000 OK\r\n\r\n",
                "status with a letter", "HTTP/1.1 20x OK\r\n\r\n",
                "NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n",
                "bare CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n",
                "bare LF behind the reason, RFC 9112 §2.2", "HTTP/1.1 200 OK\n\r\n",
                "bare LF behind the status", "HTTP/1.1 200\n\r\n",
                "space before the first name, RFC 9112 §2.2", ok(" A: b"),
                "space before the colon, RFC 9112 §5.1", ok("A : b"),
                "folded line, RFC 9112 §5.2", ok("A: b\r\n c"),
                "no name", ok(": b"),
                "NUL in a value, RFC 9110 §5.5", ok("A: \0"),
                "bare CR in a value, response splitting", ok("A: b\rSet-Cookie: c"),
                "bare LF in a value, response splitting", ok("A: b\nSet-Cookie: c"),
                "bare LF at the end", "HTTP/1.1 200 OK\r\nA: b\r\n\n",
                "65 options in Connection", ok("Connection: " + "a,".repeat(64) + "a"));
    }

    @TestFactory
    Stream<DynamicTest> refusesInvalidFraming() {
        return Cases.refused(PARSE, ProxyError.INVALID_RESPONSE_FRAMING,
                "length beside coding, RFC 9112 §6.3", ok("Content-Length: 5\r\nTransfer-Encoding: chunked"),
                "coding beside length", ok("Transfer-Encoding: chunked\r\nContent-Length: 0"),
                "length is no number, RFC 9112 §6.3", ok("Content-Length: a"),
                "negative length", ok("Content-Length: -1"),
                "empty length", ok("Content-Length:"),
                "length too long", ok("Content-Length: 1000000000000000000"),
                "two lengths", ok("Content-Length: 1\r\nContent-Length: 2"),
                "two equal lengths", ok("Content-Length: 1\r\nContent-Length: 1"),
                "list of lengths", ok("Content-Length: 1, 1"),
                "second length invalid behind 0", ok("Content-Length: 0\r\nContent-Length: x"),
                "gzip and chunked", ok("Transfer-Encoding: gzip, chunked"),
                "gzip", ok("Transfer-Encoding: gzip"),
                "identity", ok("Transfer-Encoding: identity"),
                "chunked twice", ok("Transfer-Encoding: chunked, chunked"),
                "two codings", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                "empty coding", ok("Transfer-Encoding:"),
                "coding in HTTP/1.0, RFC 9112 §6.1", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "both in a 304", "HTTP/1.1 304 \r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "invalid length in a 304", "HTTP/1.1 304 \r\nContent-Length: x\r\n\r\n",
                "invalid length in a 204", "HTTP/1.1 204 \r\nContent-Length: x\r\n\r\n",
                "both in a 100", "HTTP/1.1 100 \r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "GET|HTTP/1.1 200|Content-Length: 5|LENGTH 5|1.1 keep-alive",
        "GET|HTTP/1.1 200|Content-Length: 0|NONE 0|1.1 keep-alive",
        "GET|HTTP/1.1 200|Transfer-Encoding: CHUNKED|CHUNKED -1|1.1 keep-alive",
        "GET|HTTP/1.1 200|-|UNTIL_CLOSE -1|1.1 close",
        "GET|HTTP/1.0 200|Connection: keep-alive|UNTIL_CLOSE -1|1.0 close",
        "GET|HTTP/1.0 200|Content-Length: 5|LENGTH 5|1.0 close",
        "GET|HTTP/1.0 200|Content-Length: 5\\r\\nConnection: Keep-Alive|LENGTH 5|1.0 keep-alive",
        "GET|HTTP/1.1 200|Content-Length: 5\\r\\nConnection: close|LENGTH 5|1.1 close",
        "GET|HTTP/1.1 200|Content-Length: 5\\r\\nConnection: close;x|LENGTH 5|1.1 close",
        // RFC 9112 §6.3: HEAD, 1xx, 204 and 304 end at the empty line whatever their fields say.
        "HEAD|HTTP/1.1 200|Content-Length: 5|NONE 5|1.1 keep-alive",
        "HEAD|HTTP/1.1 200|Transfer-Encoding: chunked|NONE -1|1.1 keep-alive",
        "HEAD|HTTP/1.1 200|-|NONE -1|1.1 keep-alive",
        "GET|HTTP/1.1 304|Content-Length: 5|NONE 5|1.1 keep-alive",
        "GET|HTTP/1.1 304|Transfer-Encoding: chunked|NONE -1|1.1 keep-alive",
        "GET|HTTP/1.1 304|-|NONE -1|1.1 keep-alive",
        "GET|HTTP/1.1 204|-|NONE -1|1.1 keep-alive",
        "GET|HTTP/1.1 204|Content-Length: 0|NONE -1|1.1 keep-alive",
        "GET|HTTP/1.1 204|Content-Length: 5|NONE -1|1.1 close",
        "GET|HTTP/1.1 204|Transfer-Encoding: chunked|NONE -1|1.1 close",
        "GET|HTTP/1.1 100|-|NONE -1|1.1 keep-alive",
        "GET|HTTP/1.1 103|Content-Length: 5|NONE -1|1.1 close",
        "GET|HTTP/1.1 101|Transfer-Encoding: chunked|NONE -1|1.1 close",
        "GET|HTTP/1.1 205|Content-Length: 0|NONE 0|1.1 keep-alive",
    })
    void framesByMethodStatusAndFields(String method, String start, String lines, String framing, String persistence) {
        String fields = lines == null ? "" : lines.replace("\\r\\n", "\r\n") + "\r\n";
        byte[] raw = Outcome.bytes(start + " \r\n" + fields + "\r\n");
        Cases.Parse parse =
                (bytes, cuts) -> Outcome.ofResponse(bytes, Method.valueOf(method), Outcome.LIMITS, cuts);

        Outcome whole = parse.with(raw);

        assertThat(whole.head().get(2)).isEqualTo(framing);
        assertThat(whole.head().get(1)).isEqualTo(persistence);
        Cases.assertSameHoweverCut(raw, whole, parse);
    }

    @ParameterizedTest
    @CsvSource({
        "103, Content-Length, 5", "204, Content-Length, 5", "101, Transfer-Encoding, chunked", "204, Transfer-Encoding, chunked",
    })
    void passesNoFramingFieldOnWhereNoneIsAllowed(int status, String name, String value) {
        // RFC 9110 §8.6, RFC 9112 §6.1.
        Outcome outcome = PARSE.with(Outcome.bytes("HTTP/1.1 " + status + " \r\n" + name + ": " + value + "\r\nA: b\r\n\r\n"));

        assertThat(outcome.head()).endsWith("A: b (OTHER)").noneMatch(line -> line.startsWith(name));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "HTTP/1.1 200 OK|'status 200 OK'", "HTTP/1.1 404|'status 404 '", "HTTP/1.1 301 |'status 301 '",
        "HTTP/1.1 500 a  b |'status 500 a  b '",
    }, ignoreLeadingAndTrailingWhitespace = false)
    void readsStatusAndReason(String line, String description) {
        assertThat(PARSE.with(Outcome.bytes(line + "\r\n\r\n")).head().getFirst()).isEqualTo(description);
    }

    @Test
    void refusesNoiseAtTheFirstWrongByte() {
        assertThat(PARSE.with(Outcome.bytes("<")).error()).isEqualTo(ProxyError.MALFORMED_RESPONSE);
        assertThat(PARSE.with(Outcome.bytes("HTTP/2")).error()).isEqualTo(ProxyError.MALFORMED_RESPONSE);
        assertThat(PARSE.with(Outcome.bytes("HTTP/1.1 6")).error()).isEqualTo(ProxyError.MALFORMED_RESPONSE);
    }

    @Test
    void limitsBytesAndFieldsWhileTheyAreRead() {
        // A status line has no end, or fields have none (http.md §2.2).
        HeadLimits limits = new HeadLimits(60, 10, 2);
        Cases.Parse parse = (bytes, cuts) -> Outcome.ofResponse(bytes, Method.GET, limits, cuts);
        byte[] fits = Outcome.bytes("HTTP/1.1 200 " + "a".repeat(43) + "\r\n\r\n");
        byte[] tooLong = Outcome.bytes("HTTP/1.1 200 " + "a".repeat(44) + "\r\n\r\n");
        byte[] unending = Outcome.bytes("HTTP/1.1 200 " + "a".repeat(47));
        byte[] tooMany = Outcome.bytes("HTTP/1.1 200 \r\nA: 1\r\nB: 2\r\nC");

        assertThat(parse.with(fits).status()).isEqualTo(ParseStatus.COMPLETE);
        for (byte[] raw : new byte[][] {tooLong, unending, tooMany}) {
            Outcome whole = parse.with(raw);
            assertThat(whole.error()).isEqualTo(ProxyError.RESPONSE_HEAD_TOO_LARGE);
            Cases.assertSameHoweverCut(raw, whole, parse);
        }
    }

    @Test
    void leavesTheNextResponseInTheBuffer() {
        byte[] raw = Outcome.bytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");

        Outcome outcome = PARSE.with(raw);

        assertThat(outcome.head().getFirst()).isEqualTo("status 100 Continue");
        assertThat(outcome.consumed()).isEqualTo(25);
    }
}
