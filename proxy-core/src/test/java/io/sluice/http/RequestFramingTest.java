package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Framing, expectation, upgrade and persistence of requests (http.md §1.2, §1.4, §2.1). */
final class RequestFramingTest {
    private static final Cases.Parse PARSE = (raw, cuts) -> Outcome.ofRequest(raw, Outcome.LIMITS, cuts);

    private static String post(String lines) {
        return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n";
    }

    private static String post10(String lines) {
        return "POST / HTTP/1.0\r\nHost: a\r\n" + lines + "\r\n\r\n";
    }

    @TestFactory
    Stream<DynamicTest> refusesContentLengthBesideTransferEncoding() {
        // CVE-2019-20444, CVE-2019-20445, CVE-2026-42581, CVE-2026-2835.
        return Cases.refused(PARSE, ProxyError.CONFLICTING_FRAMING,
                "CL.TE, RFC 9112 §6.1", post("Content-Length: 5\r\nTransfer-Encoding: chunked"),
                "TE.CL, RFC 9112 §6.1", post("Transfer-Encoding: chunked\r\nContent-Length: 5"),
                "length 0", post("Transfer-Encoding: chunked\r\nContent-Length: 0"),
                "both invalid", post("Transfer-Encoding: x\r\nContent-Length: y"),
                "in HTTP/1.0", post10("Transfer-Encoding: chunked\r\nContent-Length: 5"),
                "length named by Connection", post("Connection: content-length\r\nContent-Length: 1\r\nTransfer-Encoding: chunked"));
    }

    @TestFactory
    Stream<DynamicTest> refusesTransferEncodingsThatAreNotExactlyChunked() {
        return Cases.refused(PARSE, ProxyError.INVALID_TRANSFER_ENCODING,
                "in HTTP/1.0, RFC 9112 §6.1, CVE-2026-42581", post10("Transfer-Encoding: chunked"),
                "identity in HTTP/1.0", post10("Transfer-Encoding: identity"),
                "chunked twice, RFC 9112 §7", post("Transfer-Encoding: chunked, chunked"),
                "two fields, RFC 9112 §6.1", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                "two fields, the first one gzip", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"),
                "chunked then identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
                "not last, RFC 9112 §6.3", post("Transfer-Encoding: chunked, gzip"),
                "gzip only, RFC 9112 §6.3", post("Transfer-Encoding: gzip"),
                "identity, RFC 9112 §7", post("Transfer-Encoding: identity"),
                "identity before", post("Transfer-Encoding: identity, chunked"),
                "longer word", post("Transfer-Encoding: xchunked"),
                "word behind", post("Transfer-Encoding: chunkedx"),
                "two words", post("Transfer-Encoding: chunked chunked"),
                "parameter", post("Transfer-Encoding: chunked;a"),
                "parameter of another", post("Transfer-Encoding: gzip;q=1, chunked"),
                "quoted", post("Transfer-Encoding: \"chunked\""),
                "empty", post("Transfer-Encoding:"),
                "comma before", post("Transfer-Encoding: ,chunked"),
                "comma behind", post("Transfer-Encoding: chunked,"),
                "unknown and chunked", post("Transfer-Encoding: a, chunked"),
                "a tab within", post("Transfer-Encoding: chun\tked"));
    }

    @TestFactory
    Stream<DynamicTest> saysWhichTransferEncodingsItDoesNotSupport() {
        return Cases.refused(PARSE, ProxyError.UNSUPPORTED_TRANSFER_ENCODING,
                "gzip, RFC 9112 §6.1", post("Transfer-Encoding: gzip, chunked"),
                "no space", post("Transfer-Encoding: gzip,chunked"),
                "two", post("Transfer-Encoding: deflate , x-gzip,\tCHUNKED"));
    }

    @TestFactory
    Stream<DynamicTest> refusesContentLengthsThatAreNotDigits() {
        return Cases.refused(PARSE, ProxyError.INVALID_CONTENT_LENGTH,
                "empty, CVE-2023-40225", post("Content-Length:"),
                "white space only", post("Content-Length:  "),
                "19 digits, CVE-2021-40346", post("Content-Length: 1000000000000000000"),
                "2^64 + 1", post("Content-Length: 18446744073709551617"),
                "plus, RFC 9110 §8.6", post("Content-Length: +1"),
                "minus", post("Content-Length: -1"),
                "hexadecimal", post("Content-Length: 0x1"),
                "decimal point", post("Content-Length: 1.0"),
                "underscore", post("Content-Length: 1_0"),
                "space within", post("Content-Length: 1 0"),
                "list", post("Content-Length: 1, 2"),
                "list of equals, RFC 9110 §8.6", post("Content-Length: 5, 5"),
                "comma behind", post("Content-Length: 5,"),
                "two fields, RFC 9112 §6.3", post("Content-Length: 5\r\nContent-Length: 6"),
                "two equal fields, http.md CL.0", post("Content-Length: 5\r\nContent-Length: 5"),
                "second one invalid", post("Content-Length: 5\r\ncontent-length: x"),
                "other digits", post("Content-Length: \u00b2"),
                "invalid in HTTP/1.0", post10("Content-Length: x"));
    }

    @TestFactory
    Stream<DynamicTest> refusesExpectationsItDoesNotKnow() {
        return Cases.refused(PARSE, ProxyError.EXPECTATION_FAILED,
                "other, RFC 9110 §10.1.1", post("Expect: 200-ok"),
                "empty", post("Expect:"),
                "list, http.md 0.CL", post("Expect: 100-continue, x"),
                "two fields", post("Expect: 100-continue\r\nExpect: 100-continue"),
                "word before, http.md 0.CL", post("Expect: y 100-continue"),
                "parameter", post("Expect: 100-continue;a=b"),
                "other from HTTP/1.0", post10("Expect: x"));
    }

    @TestFactory
    Stream<DynamicTest> refusesAnUpgradeWithABody() {
        return Cases.refused(PARSE, ProxyError.UPGRADE_WITH_BODY,
                "length, CVE-2026-58055", post("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1"),
                "chunked", post("Connection: a, upgrade\r\nUpgrade: foo\r\nTransfer-Encoding: chunked"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Content-Length: 5|LENGTH 5",
        "Content-Length: 0|NONE 0",
        "Content-Length: 007|LENGTH 7",
        "Content-Length: 999999999999999999|LENGTH 999999999999999999",
        "content-length:5|LENGTH 5",
        "Transfer-Encoding: chunked|CHUNKED -1",
        "transfer-ENCODING:\tChUnKeD|CHUNKED -1",
        "A: b|NONE -1",
        // http.md CL.0: nothing but the framing fields decides.
        "Content-Type: multipart/byteranges; boundary=a|NONE -1",
        "Connection: Upgrade\\r\\nUpgrade: websocket|NONE -1",
        "Connection: Upgrade, HTTP2-Settings\\r\\nUpgrade: h2c\\r\\nContent-Length: 1|LENGTH 1",
        "Upgrade: websocket\\r\\nContent-Length: 1|LENGTH 1",
        "Connection: Upgrade\\r\\nContent-Length: 1|LENGTH 1",
    })
    void framesByLengthOrChunksOrNotAtAll(String lines, String framing) {
        byte[] raw = Outcome.bytes(post(lines.replace("\\r\\n", "\r\n")));

        Outcome whole = PARSE.with(raw);

        assertThat(whole.head().get(5)).isEqualTo(framing);
        Cases.assertSameHoweverCut(raw, whole, PARSE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1.1|Content-Length: 1|true|true",
        "1.1|Transfer-Encoding: chunked|true|true",
        "1.1|Content-Length: 0|false|false",
        "1.1|A: b|false|false",
        // RFC 9110 §10.1.1: a 100 is not for HTTP/1.0.
        "1.0|Content-Length: 1|false|false",
    })
    void waitsForAContinueOnlyWhereItHasAMeaning(String version, String framing, boolean expects, boolean forwarded) {
        Outcome outcome = PARSE.with(Outcome.bytes("POST / HTTP/" + version + "\r\nHost: a\r\nExpect: 100-Continue\r\n"
                + framing + "\r\n\r\n"));

        assertThat(outcome.head().get(3)).isEqualTo("expects " + expects);
        assertThat(outcome.head().contains("Expect: 100-Continue (EXPECT)")).isEqualTo(forwarded);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "1.1|-|keep-alive",
        "1.1|Connection: close|close",
        "1.1|Connection: CLOSE|close",
        "1.1|Connection: keep-alive, close|close",
        "1.1|Connection: keep-alive\\r\\nConnection: close|close",
        "1.1|Connection: a,,close|close",
        "1.1|Connection: , keep-alive ,|keep-alive",
        "1.1|Connection: closed|keep-alive",
        "1.1|Connection:|keep-alive",
        // What we can't read may have meant close.
        "1.1|Connection: close;a|close",
        "1.1|Connection: keep alive|close",
        "1.1|Connection: \"x\"|close",
        "1.0|-|close",
        "1.0|Connection: keep-alive|keep-alive",
        "1.0|Connection: Keep-Alive, close|close",
        "1.0|Connection: a|close",
    })
    void persistsByVersionAndConnection(String version, String connection, String persistence) {
        // RFC 9112 §9.3.
        String line = connection == null ? "" : connection.replace("\\r\\n", "\r\n") + "\r\n";
        Outcome outcome = PARSE.with(Outcome.bytes("GET / HTTP/" + version + "\r\nHost: a\r\n" + line + "\r\n"));

        assertThat(outcome.head().get(4)).isEqualTo(version + " " + persistence);
    }
}
