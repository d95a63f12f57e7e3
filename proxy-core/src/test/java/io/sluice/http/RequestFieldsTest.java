package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Field lines of requests: their grammar, their limits, and Host (http.md §1.1). */
final class RequestFieldsTest {
    private static final Cases.Parse PARSE = (raw, cuts) -> Outcome.ofRequest(raw, Outcome.LIMITS, cuts);

    private static String with(String lines) {
        return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n";
    }

    private static String host(String value) {
        return "GET / HTTP/1.1\r\nHost:" + value + "\r\n\r\n";
    }

    @TestFactory
    Stream<DynamicTest> acceptsWhatTheGrammarAllows() {
        return Cases.accepted(PARSE,
                "white space around the value, RFC 9112 §5", with("A: \t b \t "),
                "no white space", with("A:b"),
                "empty value", with("A:"),
                "value of white space", with("A:  \t"),
                "tab within the value, RFC 9110 §5.5", with("A: b\tc"),
                "bytes from 0x80 in the value, RFC 9110 §5.5", with("A: \u00e4\u0080\u00ff"),
                "all kinds of token characters", with("!#$%&'*+-.^_`|~09aZ: b"),
                "colons in the value", with("A: b:c:"),
                "the same name twice, RFC 9110 §5.3", with("A: 1\r\nA: 2"),
                "long value", with("A: " + "b".repeat(300)),
                "long value with tabs", with("A: " + "bbbbbbbbbbbb\t".repeat(20)));
    }

    @TestFactory
    Stream<DynamicTest> refusesMalformedFields() {
        return Cases.refused(PARSE, ProxyError.MALFORMED_FIELD,
                "space before the colon, RFC 9112 §5.1, CVE-2019-16869", with("A : b"),
                "tab before the colon, RFC 9112 §5.1", with("A\t: b"),
                "space before the name, RFC 9112 §2.2", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                "tab before the name, RFC 9112 §2.2", "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n",
                "folded line, RFC 9112 §5.2", with("A: b\r\n c"),
                "folded line with a tab, RFC 9112 §5.2", with("A: b\r\n\tc"),
                "line of white space", with(" "),
                "no name, CVE-2023-25725", with(": b"),
                "no colon", with("A"),
                "no colon before the empty line", "GET / HTTP/1.1\r\nHost\r\n\r\n",
                "space within the name", with("A b: c"),
                "separator in the name", with("A(b): c"),
                "byte from 0x80 in the name", with("\u00e4: b"),
                "NUL in the name", with("A\0: b"),
                "NUL in the value, RFC 9110 §5.5", with("A: b\0c"),
                "vertical tab in the value, CVE-2019-18277", with("Transfer-Encoding: \u000bchunked"),
                "escape character in the value", with("A: \u001b[31m"),
                "DEL in the value", with("A: b\u007f"),
                "DEL behind eight bytes", with("A: bbbbbbbb\u007fbbbbbbbb"),
                "control behind a byte from 0x80", with("A: \u00a0\u00ff\u0080\u0001"),
                "bare CR in the value, RFC 9112 §2.2", with("A: b\rc"),
                "bare CR before CRLF", with("A: b\r"),
                "bare LF in the value, RFC 9112 §2.2", with("A: b\nc: d"),
                "bare LF at the end of the head", "GET / HTTP/1.1\r\nHost: a\r\n\n",
                "bare CR at the end of the head", "GET / HTTP/1.1\r\nHost: a\r\n\rX",
                "65 options in Connection", with("Connection: " + "a,".repeat(64) + "a"),
                "65 options in many Connection fields", with(("Connection: a,b,c,d,e\r\n").repeat(13) + "A: b"));
    }

    @TestFactory
    Stream<DynamicTest> acceptsValidHosts() {
        return Cases.accepted(PARSE,
                "name", host(" a.example"), "name and port", host(" a.example:8080"), "trailing dot", host("a."),
                "underscore and tilde", host("a_b~c-d"), "IPv4", host("127.0.0.1:80"), "port 65535", host("a:65535"),
                "port 0", host("a:0"), "IPv6", host("[2001:db8:0:0:1:2:3:4]"), "IPv6 with gap", host("[2001:db8::1]:80"),
                "any IPv6", host("[::]"), "loopback", host("[::1]"), "gap at the end", host("[1::]"),
                "IPv4 in IPv6", host("[::ffff:10.0.0.1]"), "IPv4 in full IPv6", host("[1:2:3:4:5:6:1.2.3.4]"),
                "seven groups and a gap", host("[1:2:3:4:5:6:7::]"),
                "none from HTTP/1.0", "GET / HTTP/1.0\r\n\r\n",
                "absolute form from HTTP/1.0 without Host", "GET http://a/ HTTP/1.0\r\n\r\n");
    }

    @TestFactory
    Stream<DynamicTest> refusesMissingDoubleAndInvalidHosts() {
        return Cases.refused(PARSE, ProxyError.INVALID_HOST,
                "none, RFC 9112 §3.2", "GET / HTTP/1.1\r\n\r\n",
                "none with absolute form", "GET http://a/ HTTP/1.1\r\n\r\n",
                "two, RFC 9112 §3.2", with("Host: b"), "two equal", with("Host: a"), "two in other case", with("hOST: a"),
                "two from HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
                "invalid with absolute form", "GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n",
                "two with absolute form", "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "empty", host(""), "empty from HTTP/1.0", "GET / HTTP/1.0\r\nHost:\r\n\r\n",
                "comma, http.md §2.1", host("a,b"), "space", host("a b"), "slash, CVE-2023-29406", host("a/b"),
                "question mark", host("a?b"), "user information", host("u@a"), "escape", host("a%41"),
                "backslash", host("a\\b"), "byte from 0x80", host("\u00e4"), "sub-delimiter", host("a;b"),
                "port only", host(":80"), "empty port", host("a:"), "port too large", host("a:65536"),
                "port of six digits", host("a:000080"), "port with a sign", host("a:+80"), "two ports", host("a:1:2"),
                "IPv6 without brackets", host("::1"), "empty brackets", host("[]"), "open bracket", host("[::1"),
                "something behind the bracket", host("[::1]a"), "zone", host("[fe80::1%25eth0]"),
                "two gaps", host("[1::2::3]"), "three colons", host("[:::1]"), "colon at the start", host("[:1:2]"),
                "colon at the end", host("[1:2:3:4:5:6:7:]"), "nine groups", host("[1:2:3:4:5:6:7:8:9]"),
                "eight groups and a gap", host("[1:2:3:4:5:6:7:8::]"), "seven groups", host("[1:2:3:4:5:6:7]"),
                "five digits", host("[12345::]"), "no hexadecimal digit", host("[g::]"),
                "short IPv4 in IPv6", host("[::1.2.3]"), "long IPv4 in IPv6", host("[::1.2.3.4.5]"),
                "IPv4 octet too large", host("[::1.2.3.256]"), "IPv4 with leading zero", host("[::1.2.3.04]"),
                "IPv4 with hexadecimal digit", host("[::a.2.3.4]"), "IPv4 ends in a dot", host("[::1.2.3.4.]"),
                "IPv4 not last", host("[::1.2.3.4:5]"), "future address", host("[v1.a]"));
    }

    @Test
    void limitsTheHeadWhileItIsRead() {
        String head = with("A: " + "b".repeat(60));
        HeadLimits fits = new HeadLimits(head.length(), 40, 128);
        HeadLimits less = new HeadLimits(head.length() - 1, 40, 128);
        byte[] raw = Outcome.bytes(head);

        assertThat(Outcome.ofRequest(raw, fits).status()).isEqualTo(ParseStatus.COMPLETE);
        Outcome refused = Outcome.ofRequest(raw, less);

        assertThat(refused.error()).isEqualTo(ProxyError.REQUEST_HEAD_TOO_LARGE);
        Cases.assertSameHoweverCut(raw, refused, (bytes, cuts) -> Outcome.ofRequest(bytes, less, cuts));
        byte[] unending = Outcome.bytes(head.substring(0, head.length() - 5));
        assertThat(Outcome.ofRequest(unending, new HeadLimits(unending.length, 40, 128)).error())
                .as("without waiting for a byte more").isEqualTo(ProxyError.REQUEST_HEAD_TOO_LARGE);
    }

    @Test
    void limitsTheNumberOfFieldsWhileTheyAreRead() {
        HeadLimits limits = new HeadLimits(1000, 40, 3);
        Cases.Parse parse = (bytes, cuts) -> Outcome.ofRequest(bytes, limits, cuts);
        byte[] three = Outcome.bytes(with("A: 1\r\nB: 2"));
        byte[] beginsFourth = Outcome.bytes("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC");

        assertThat(parse.with(three).status()).isEqualTo(ParseStatus.COMPLETE);
        Outcome refused = parse.with(beginsFourth);

        assertThat(refused.error()).isEqualTo(ProxyError.TOO_MANY_FIELDS);
        Cases.assertSameHoweverCut(beginsFourth, refused, parse);
    }

    @Test
    void trimsValuesAndKeepsOrder() {
        Outcome outcome = PARSE.with(Outcome.bytes(with("Set-Cookie:  a=1 \r\nA:\r\nset-cookie:\tb=2\t")));

        assertThat(outcome.head()).endsWith(
                "Set-Cookie: a=1 (OTHER)", "A:  (OTHER)", "set-cookie: b=2 (OTHER)");
    }

    @Test
    void leavesWhatFollowsTheHeadInTheBuffer() {
        byte[] raw = Outcome.bytes(with("Content-Length: 2000") + "x".repeat(2_000));

        Outcome outcome = PARSE.with(raw);

        assertThat(outcome.consumed()).isEqualTo(raw.length - 2_000);
    }

    @Test
    void readsALargeHeadLikeASmallOne() {
        StringBuilder lines = new StringBuilder("X-First: 1");
        for (int i = 0; i < 100; i++) {
            lines.append("\r\nX-").append(i).append(": ").append("v".repeat(i * 3));
        }
        byte[] raw = Outcome.bytes(with(lines.toString()));

        Outcome whole = PARSE.with(raw);

        assertThat(whole.status()).isEqualTo(ParseStatus.COMPLETE);
        assertThat(whole.consumed()).isEqualTo(raw.length);
        assertThat(whole.head()).hasSize(6 + 102).contains("X-99: " + "v".repeat(297) + " (OTHER)");
        assertThat(PARSE.with(raw, Outcome.drip(raw))).isEqualTo(whole);
        assertThat(PARSE.with(raw, 1023, 1024, 1025, 2047, 4096)).isEqualTo(whole);
    }
}
