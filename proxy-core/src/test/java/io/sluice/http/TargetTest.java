package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request targets (RFC 9112 §3.2) and what http.md §2.1 calls path confusion. */
final class TargetTest {
    private static final Cases.Parse PARSE = (raw, cuts) -> Outcome.ofRequest(raw, Outcome.LIMITS, cuts);

    private static String get(String target) {
        return request("GET", target);
    }

    private static String request(String method, String target) {
        return method + " " + target + " HTTP/1.1\r\nHost: received.example\r\n\r\n";
    }

    @TestFactory
    Stream<DynamicTest> refusesInvalidTargets() {
        return Cases.refused(PARSE, ProxyError.INVALID_TARGET,
                "no slash, RFC 9112 §3.2.1", get("a"),
                "query only", get("?a"),
                "backslash first", get("\\a"),
                "fragment, CVE-2023-45539", get("/a#b"),
                "fragment in the query", get("/a?b#c"),
                "DEL", get("/\u007f"),
                "byte from 0x80", get("/\u00fc"),
                "asterisk of GET, RFC 9112 §3.2.4", get("*"),
                "more than an asterisk", request("OPTIONS", "*a"),
                "authority-form, RFC 9112 §3.2.3", get("a.example:80"),
                "other scheme", get("ftp://a/"),
                "scheme only", get("http://"),
                "scheme without slashes", get("http:/a/"),
                "no authority", get("http:///a"),
                "user information, RFC 9110 §4.2.4", get("http://user@a/"),
                "user and password", get("http://u:p@a/"),
                "backslash in the authority", get("http://a\\b/"),
                "comma in the authority", get("http://a,b/"),
                "escape in the authority", get("http://a%2eb/"),
                "empty port", get("http://a:/"),
                "port too large", get("http://a:65536/"),
                "open bracket", get("http://[::1/"),
                "escaped NUL", get("/%00"),
                "escaped NUL in the query", get("/?%00"),
                "escape without digits", get("/%"),
                "escape with one digit", get("/%2"),
                "escape without hexadecimal digits", get("/%g1"),
                "escape with a wrong second digit", get("/%1g"),
                "escape that runs into the query", get("/%2?a"),
                "broken escape in the query", get("/?%zz"),
                "escape of another kind", get("/%u002e"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', nullValues = "-", value = {
        "/ / -",
        "/a/b?c=d /a/b ?c=d",
        "/? / ?",
        "/a?b?c /a ?b?c",
        "//a //a -",
        "/%41 /%41 -",
        "/a;b|c\"<>^`{}\\ /a;b|c\"<>^`{}\\ -",
    })
    void findsPathAndQueryOfOriginForm(String target, String path, String query) {
        assertTarget(get(target), path, query, "received.example");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', nullValues = "-", value = {
        "http://a.example/b?c /b ?c a.example",
        "HTTPS://A.example:8443/b /b - A.example",
        "hTTp://a:80 / - a",
        "http://a?b / ?b a",
        "http://a/?b / ?b a",
        "http://[::1]:80/b /b - [::1]",
        "http://127.0.0.1 / - 127.0.0.1",
    })
    void takesAuthorityPathAndQueryOfAbsoluteForm(String target, String path, String query, String host) {
        assertTarget(get(target), path, query, host);
    }

    private static void assertTarget(String raw, String path, String query, String host) {
        Outcome whole = PARSE.with(Outcome.bytes(raw));

        assertThat(whole.status()).isEqualTo(ParseStatus.COMPLETE);
        assertThat(whole.head().get(1)).startsWith("path " + path + " query " + (query == null ? "" : query));
        assertThat(whole.head().get(2)).isEqualTo("host " + host);
        Cases.assertSameHoweverCut(Outcome.bytes(raw), whole, PARSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET http://a:81/x?y", "GET http://a:81?y", "GET http://a:81", "OPTIONS http://a:81"})
    void forwardsTheAuthorityOfAbsoluteFormAsHost(String start) {
        // RFC 9112 §3.2.2: the received Host is replaced, also when it comes first.
        Outcome outcome = PARSE.with(
                Outcome.bytes(start + " HTTP/1.1\r\nX: 1\r\nHost: other.example\r\nY: 2\r\n\r\n"));

        assertThat(outcome.head()).filteredOn(line -> line.contains("(HOST)")).containsExactly("Host: a:81 (HOST)");
        assertThat(outcome.head()).contains("X: 1 (OTHER)", "Y: 2 (OTHER)", "host a");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {
        "http://a *", "http://a/ /", "http://a?b /", "* *",
    })
    void knowsWhenOptionsMeantTheWholeServer(String target, String path) {
        // RFC 9112 §3.2.4.
        assertThat(PARSE.with(Outcome.bytes(request("OPTIONS", target))).head().get(1)).startsWith("path " + path + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/", "/a", "/a/", "/a/b.c", "/...", "/.../", "/.a", "/..a", "/a..", "/a.", "/.a/b", "/?//", "/a?../.", "/a/?%2e",
        "/-", "http://a/b", "http://a",
    })
    void callsAPathPlainThatHasOneReading(String target) {
        assertThat(PARSE.with(Outcome.bytes(get(target))).head().get(1)).endsWith(" plain");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "//", "//a", "/a//", "/a//b", "/.", "/..", "/./", "/../", "/a/.", "/a/..", "/a/./b", "/a/../b", "/a/..?b", "/.?b",
        "/%41", "/%2e", "/a\\b", "//?a", "http://a//", "http://a/%2f",
    })
    void callsAPathNotPlainThatHasMore(String target) {
        // CVE-2019-9901, CVE-2021-29492.
        assertThat(PARSE.with(Outcome.bytes(get(target))).head().get(1)).doesNotEndWith("plain");
    }
}
