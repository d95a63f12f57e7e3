package io.sluice.scenario;

import java.util.List;
import java.util.stream.Stream;

/**
 * A request that is refused before anything is forwarded. <em>Immutable.</em>
 *
 * @param why    what is wrong with it
 * @param bytes  the request, a byte a character
 * @param status the answer
 * @param words  the words one of which it is counted under
 */
record Refusal(String why, String bytes, int status, List<String> words) {

    private static Refusal of(String why, String bytes, int status, String... words) {
        return new Refusal(why, bytes, status, List.of(words));
    }

    private static Refusal field(String why, String line, int status, String... words) {
        return of(why, Http.get("/", line), status, words);
    }

    private static Refusal post(String why, int status, String word, String... lines) {
        return of(why, Http.request("POST / HTTP/1.1", lines) + "body5", status, word);
    }

    @Override
    public String toString() {
        return why;
    }

    /** RFC 9112 §2 and §3: the request line and the target. */
    static Stream<Refusal> requestLines() {
        String fields = "\r\nHost: site.test\r\n\r\n";
        String line = "malformed_request_line";
        return Stream.of(
                of("line feeds alone", "GET / HTTP/1.1\nHost: site.test\n\n", 400, line),
                of("a carriage return alone", "GET / HTTP/1.1\rHost: site.test\r\n\r\n", 400, line),
                // Netty CVE-2026-50020: control bytes before a request were skipped.
                of("a NUL before the method", "\0GET / HTTP/1.1" + fields, 400, line),
                of("a space before the method", " GET / HTTP/1.1" + fields, 400, line),
                of("a bare line feed before the method", "\nGET / HTTP/1.1" + fields, 400, line),
                of("two spaces", "GET  / HTTP/1.1" + fields, 400, line, "invalid_target"),
                of("a tab for a space", "GET\t/\tHTTP/1.1" + fields, 400, line),
                of("a space behind the version", "GET / HTTP/1.1 " + fields, 400, line),
                of("a space in the target", "GET /a b HTTP/1.1" + fields, 400, line, "invalid_target"),
                of("no version", "GET /" + fields, 400, line),
                of("no target", "GET HTTP/1.1" + fields, 400, line, "invalid_target"),
                of("a method that is no token", "G(T / HTTP/1.1" + fields, 400, line),
                of("a version in lower case", "GET / http/1.1" + fields, 400, line),
                of("a version with two digits", "GET / HTTP/1.10" + fields, 400, line),
                of("another protocol", "GET / ICY/1.1" + fields, 400, line),
                of("a TLS handshake", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003abcdefgh", 400, line),
                of("the preface of HTTP/2, not quite", "PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"),
                of("HTTP/3.0", "GET / HTTP/3.0" + fields, 505, "unsupported_version"),
                of("HTTP/0.9 by name", "GET / HTTP/0.9" + fields, 400, line),
                of("a method of 1,000 bytes", "M".repeat(1000) + " / HTTP/1.1" + fields, 501, "method_too_long"),
                of("a target of 20,000 bytes", "GET /" + "t".repeat(20_000) + " HTTP/1.1" + fields, 414, "target_too_long"),
                of("a target that is no path", "GET path HTTP/1.1" + fields, 400, "invalid_target"),
                of("a fragment", "GET /a#b HTTP/1.1" + fields, 400, "invalid_target"),
                of("a control byte in the target", "GET /a\u0001b HTTP/1.1" + fields, 400, "invalid_target", line),
                of("DEL in the target", "GET /a\u007fb HTTP/1.1" + fields, 400, "invalid_target", line),
                of("a NUL in the target", "GET /a\0b HTTP/1.1" + fields, 400, "invalid_target", line),
                of("a star with GET", "GET * HTTP/1.1" + fields, 400, "invalid_target"),
                of("an authority with GET", "GET site.test:80 HTTP/1.1" + fields, 400, "invalid_target"),
                of("an absolute form without authority", "GET http:///x HTTP/1.1" + fields, 400, "invalid_target", "invalid_host"),
                of("an absolute form with user information", "GET http://u@site.test/ HTTP/1.1" + fields, 400,
                        "invalid_target", "invalid_host"),
                of("CONNECT", "CONNECT site.test:443 HTTP/1.1" + fields, 405, "method_not_allowed"),
                of("TRACE", "TRACE / HTTP/1.1" + fields, 405, "method_not_allowed"));
    }

    /** RFC 9112 §3.2 and §5: fields. */
    static Stream<Refusal> fields() {
        String bad = "malformed_field";
        String host = "invalid_host";
        return Stream.of(
                of("no Host", "GET / HTTP/1.1\r\nAccept: x\r\n\r\n", 400, host),
                of("two Hosts", Http.get("/", "Host: other.test"), 400, host),
                of("two equal Hosts", Http.get("/", "Host: site.test"), 400, host),
                of("a space in Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, host),
                of("a list in Host", "GET / HTTP/1.1\r\nHost: a.test,b.test\r\n\r\n", 400, host),
                of("user information in Host", "GET / HTTP/1.1\r\nHost: a@b.test\r\n\r\n", 400, host),
                of("a path in Host", "GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n", 400, host),
                of("a port that is none", "GET / HTTP/1.1\r\nHost: a.test:8x\r\n\r\n", 400, host),
                of("a port that is too high", "GET / HTTP/1.1\r\nHost: a.test:65536\r\n\r\n", 400, host),
                of("an open bracket in Host", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, host),
                of("a space before the first field", "GET / HTTP/1.1\r\n Host: site.test\r\n\r\n", 400, bad),
                of("a line feed behind a field", "GET / HTTP/1.1\r\nHost: site.test\nX: y\r\n\r\n", 400, bad),
                field("a space before the colon", "X-Field : v", 400, bad),
                field("a tab before the colon", "X-Field\t: v", 400, bad),
                field("a folded line", "X-Field: a\r\n b", 400, bad),
                field("a line without a colon", "X-Field", 400, bad),
                // HAProxy CVE-2023-25725: an empty name cut the list of fields.
                field("an empty name", ": v", 400, bad),
                field("a name that is no token", "X(Field): v", 400, bad),
                field("a byte above ASCII in a name", "X-Fi\u00e9ld: v", 400, bad),
                field("a NUL in a value", "X-Field: a\0b", 400, bad),
                field("a carriage return in a value", "X-Field: a\rb", 400, bad),
                field("a control byte in a value", "X-Field: a\u0001b", 400, bad),
                field("a vertical tab in a value", "X-Field: a\u000bb", 400, bad),
                field("DEL in a value", "X-Field: a\u007fb", 400, bad),
                field("a head of 40,000 bytes", "X-Field: " + "v".repeat(40_000), 431, "request_head_too_large"),
                of("200 fields", Http.get("/", Stream.generate(() -> "X: y").limit(200).toArray(String[]::new)), 431,
                        "too_many_fields"),
                field("an expectation nobody knows", "Expect: the-unexpected", 417, "expectation_failed"),
                field("100-continue among others", "Expect: 100-continue, x", 417, "expectation_failed"));
    }

    /** RFC 9112 §6, and the families of request smuggling in http.md §2.1. */
    static Stream<Refusal> framings() {
        String length = "invalid_content_length";
        String coding = "Transfer-Encoding: ";
        String unknown = "unsupported_transfer_encoding";
        String invalid = "invalid_transfer_encoding";
        return Stream.of(
                post("a length beside a coding", 400, "conflicting_framing", "Content-Length: 5", coding + "chunked"),
                post("a coding beside a length", 400, "conflicting_framing", coding + "chunked", "Content-Length: 5"),
                post("two lengths", 400, length, "Content-Length: 5", "Content-Length: 6"),
                post("a list of lengths", 400, length, "Content-Length: 5, 6"),
                post("a list of equal lengths", 400, length, "Content-Length: 5, 5"),
                post("a length with a sign", 400, length, "Content-Length: +5"),
                post("a negative length", 400, length, "Content-Length: -5"),
                post("a hexadecimal length", 400, length, "Content-Length: 0x5"),
                post("a length with a fraction", 400, length, "Content-Length: 5.0"),
                post("an empty length", 400, length, "Content-Length: "),
                post("a length with a space inside", 400, length, "Content-Length: 5 0"),
                // HAProxy CVE-2021-40346: an overflow made two readings of one length.
                post("a length that overflows", 400, length, "Content-Length: 18446744073709551621"),
                post("a length of 19 digits", 400, length, "Content-Length: 1000000000000000005"),
                post("gzip, then chunked", 501, unknown, coding + "gzip, chunked"),
                // RFC 9112 §6.3: without chunked at the end nobody knows where the request ends.
                post("gzip", 400, invalid, coding + "gzip"),
                post("identity", 400, invalid, coding + "identity"),
                post("something like chunked", 400, invalid, coding + "xchunked"),
                of("chunked, then gzip", posted(coding + "chunked, gzip"), 400, invalid, unknown),
                of("chunked twice", posted(coding + "chunked, chunked"), 400, invalid),
                of("chunked twice in two fields", posted(coding + "chunked", coding + "chunked"), 400, invalid),
                of("chunked with a parameter", posted(coding + "chunked;q=1"), 400, invalid, unknown),
                of("quoted chunked", posted(coding + "\"chunked\""), 400, invalid, unknown),
                of("an empty coding", posted(coding), 400, invalid),
                of("an empty element", posted(coding + ", chunked"), 400, invalid),
                // HAProxy CVE-2019-18277: a vertical tab hid the coding from one of two.
                of("a vertical tab before chunked", posted(coding + "\u000bchunked"), 400, "malformed_field"),
                of("a coding in HTTP/1.0",
                        "POST / HTTP/1.0\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
                        invalid, "conflicting_framing"),
                of("an upgrade with a body", Http.post("/", "body5", "Connection: Upgrade", "Upgrade: websocket"), 400,
                        "upgrade_with_body"));
    }

    private static String posted(String... lines) {
        return Http.request("POST / HTTP/1.1", lines) + "0\r\n\r\n";
    }
}
