package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Empty lines, method, version, and the limits of the request line (http.md §1.1). */
final class RequestLineTest {
    private static final Cases.Parse PARSE = (raw, cuts) -> Outcome.ofRequest(raw, Outcome.LIMITS, cuts);
    private static final String REST = "\r\nHost: a\r\n\r\n";

    @TestFactory
    Stream<DynamicTest> acceptsWhatIsExactlyRight() {
        return Cases.accepted(PARSE,
                "plain", "GET / HTTP/1.1" + REST,
                "one empty line before, RFC 9112 §2.2", "\r\nGET / HTTP/1.1" + REST,
                "two empty lines before, RFC 9112 §2.2", "\r\n\r\nGET / HTTP/1.1" + REST,
                "unknown method", "PROPFIND / HTTP/1.1" + REST,
                "method of token characters", "!#$%&'*+-.^_`|~09aZ / HTTP/1.1" + REST,
                "method of 32 bytes", "A".repeat(32) + " / HTTP/1.1" + REST,
                "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n",
                "higher minor version, RFC 9110 §2.5", "GET / HTTP/1.7" + REST,
                "asterisk of OPTIONS, RFC 9112 §3.2.4", "OPTIONS * HTTP/1.1" + REST);
    }

    @TestFactory
    Stream<DynamicTest> refusesMalformedLines() {
        return Cases.refused(PARSE, ProxyError.MALFORMED_REQUEST_LINE,
                "three empty lines before", "\r\n\r\n\r\nGET / HTTP/1.1" + REST,
                "bare LF before, RFC 9112 §2.2", "\nGET / HTTP/1.1" + REST,
                "bare CR before, RFC 9112 §2.2", "\rGET / HTTP/1.1" + REST,
                "control bytes before, CVE-2026-50020", "\0\0GET / HTTP/1.1" + REST,
                "space before", " GET / HTTP/1.1" + REST,
                "TLS handshake", "\u0016\u0003\u0001\u0002\0\u0001",
                "bytes from 0x80", "\u00ef\u00bb\u00bfGET / HTTP/1.1" + REST,
                "no method", " / HTTP/1.1" + REST,
                "separator in the method", "GE(T / HTTP/1.1" + REST,
                "tab behind the method, RFC 9112 §3", "GET\t/ HTTP/1.1" + REST,
                "two spaces behind the method, RFC 9112 §3", "GET  / HTTP/1.1" + REST,
                "two spaces behind the target, RFC 9112 §3", "GET /  HTTP/1.1" + REST,
                "tab behind the target", "GET /\tHTTP/1.1" + REST,
                "space behind the version", "GET / HTTP/1.1 " + REST,
                "space within the target", "GET /a b HTTP/1.1" + REST,
                "HTTP/0.9", "GET /\r\n",
                "HTTP/0.9 in words", "GET / HTTP/0.9" + REST,
                "version in lower case, RFC 9112 §2.3", "GET / http/1.1" + REST,
                "version of two digits", "GET / HTTP/1.10" + REST,
                "version of two major digits", "GET / HTTP/11.1" + REST,
                "version without minor", "GET / HTTP/2\r\n",
                "version with letters", "GET / HTTP/1.x" + REST,
                "other protocol", "GET / ICAP/1.0" + REST,
                "unknown major version of wrong shape", "GET / HTTP/2.0x" + REST,
                "bare LF behind the line, RFC 9112 §2.2", "GET / HTTP/1.1\nHost: a\r\n\r\n",
                "bare CR behind the line, RFC 9112 §2.2", "GET / HTTP/1.1\rHost: a\r\n\r\n",
                "CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
                "bare CR in the target, CVE-2025-67735", "GET /\rX HTTP/1.1" + REST,
                "NUL in the target", "GET /\0 HTTP/1.1" + REST,
                "no target", "GET HTTP/1.1" + REST,
                "empty target", "GET  HTTP/1.1" + REST,
                "no line at all", "\r\n\r\n\r\n");
    }

    @TestFactory
    Stream<DynamicTest> refusesVersionsItDoesNotSpeak() {
        return Cases.refused(PARSE, ProxyError.UNSUPPORTED_VERSION,
                "major 2, RFC 9110 §15.6.6", "GET / HTTP/2.0" + REST,
                "major 3", "GET / HTTP/3.0" + REST,
                "preface of HTTP/2, RFC 9113 §3.4", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    }

    @TestFactory
    Stream<DynamicTest> refusesMethodsThatAreTooLong() {
        return Cases.refused(PARSE, ProxyError.METHOD_TOO_LONG,
                "33 bytes, RFC 9112 §3", "A".repeat(33) + " / HTTP/1.1" + REST,
                "endless", "A".repeat(400));
    }

    @TestFactory
    Stream<DynamicTest> refusesMethodsThatAReverseProxyDoesNotServe() {
        return Cases.refused(PARSE, ProxyError.METHOD_NOT_ALLOWED,
                "CONNECT with an authority, RFC 9110 §9.3.6", "CONNECT a:443 HTTP/1.1" + REST,
                "CONNECT with a path", "CONNECT / HTTP/1.1" + REST,
                "CONNECT with a body, http.md §2.1 CL.0", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
                "TRACE, RFC 9110 §9.3.8", "TRACE / HTTP/1.1" + REST);
    }

    @Test
    void refusesNoiseAtItsFirstByte() {
        assertThat(Outcome.ofRequest(Outcome.bytes("\u0016"), Outcome.LIMITS).error())
                .isEqualTo(ProxyError.MALFORMED_REQUEST_LINE);
    }

    @Test
    void distinguishesKnownMethodsByCase() {
        for (Method method : Method.values()) {
            if (method == Method.CONNECT || method == Method.TRACE || method == Method.OTHER) {
                continue;
            }
            String name = method.name();

            assertThat(methodOf(name)).isEqualTo(name + " " + name + " " + name);
            String lower = name.toLowerCase(java.util.Locale.ROOT);
            assertThat(methodOf(lower)).isEqualTo(lower + " OTHER " + lower);
            assertThat(methodOf(name + "S")).isEqualTo(name + "S OTHER " + name + "S");
            assertThat(methodOf(name.substring(1))).contains("OTHER");
        }
        assertThat(methodOf("POSH")).contains("OTHER");
    }

    private static String methodOf(String method) {
        return Outcome.ofRequest(Outcome.bytes(method + " / HTTP/1.1" + REST), Outcome.LIMITS).head().getFirst();
    }

    @Test
    void keepsNothingOfEmptyLinesBeforeARequest() {
        RequestHead head = new RequestHead();
        var in = io.netty.buffer.Unpooled.wrappedBuffer(Outcome.bytes("\r\n"));

        ParseStatus status = new HeadParser(Outcome.LIMITS).parseRequest(head, in);

        assertThat(status).isEqualTo(ParseStatus.INCOMPLETE);
        assertThat(head.started()).isFalse();
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void limitsTheLineWhileItIsRead() {
        HeadLimits limits = new HeadLimits(1000, 40, 128);
        Cases.Parse parse = (raw, cuts) -> Outcome.ofRequest(raw, limits, cuts);
        // GET, two spaces and the version are 13 bytes.
        byte[] fits = Outcome.bytes("GET /" + "a".repeat(26) + " HTTP/1.1" + REST);
        byte[] tooLong = Outcome.bytes("GET /" + "a".repeat(27) + " HTTP/1.1" + REST);
        byte[] unending = Outcome.bytes("GET /" + "a".repeat(28));

        assertThat(parse.with(fits).status()).isEqualTo(ParseStatus.COMPLETE);
        assertThat(parse.with(tooLong).error()).isEqualTo(ProxyError.TARGET_TOO_LONG);
        assertThat(parse.with(unending).error()).isEqualTo(ProxyError.TARGET_TOO_LONG);
        for (byte[] raw : new byte[][] {fits, tooLong, unending}) {
            Cases.assertSameHoweverCut(raw, parse.with(raw), parse);
        }
    }

    @Test
    void takesRequestLinesOf8000Octets() {
        // RFC 9112 §3.
        String target = "/" + "a".repeat(7_986);

        assertThat(Outcome.ofRequest(Outcome.bytes("GET " + target + " HTTP/1.1" + REST), Outcome.LIMITS).status())
                .isEqualTo(ParseStatus.COMPLETE);
    }
}
