package io.sluice.http;

import static io.sluice.http.ProxyError.HTTP2_MALFORMED;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What RFC 9113 §8 demands of fields, and the head that those become. */
final class FieldSectionTest {
    private static final HeadLimits LIMITS = new HeadLimits(1000, 200, 10);
    private static final String[] GET = {":method", "GET", ":scheme", "https", ":authority", "site.test", ":path", "/a?b"};

    private final FieldSection section = new FieldSection();
    private final RequestHead head = new RequestHead();

    private void add(String name, String value) {
        byte[] n = name.getBytes(StandardCharsets.ISO_8859_1);
        byte[] v = value.getBytes(StandardCharsets.ISO_8859_1);
        section.add(n, 0, n.length, v, 0, v.length);
    }

    private void addAll(String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            add(namesAndValues[i], namesAndValues[i + 1]);
        }
    }

    /** What becomes of a GET with these fields besides. */
    private ProxyError get(String... more) {
        return request(true, joined(GET, more));
    }

    private ProxyError request(boolean bodiless, String... namesAndValues) {
        head.clear();
        section.begin(head, LIMITS);
        addAll(namesAndValues);
        return section.end(bodiless);
    }

    private static String[] joined(String[] first, String... second) {
        List<String> all = new ArrayList<>(Arrays.asList(first));
        all.addAll(Arrays.asList(second));
        return all.toArray(String[]::new);
    }

    /** The fields of a GET without one, or with another value of it. */
    private static String[] getBut(String name, String value) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < GET.length; i += 2) {
            if (!GET[i].equals(name)) {
                all.addAll(List.of(GET[i], GET[i + 1]));
            } else if (value != null) {
                all.addAll(List.of(name, value));
            }
        }
        return all.toArray(String[]::new);
    }

    @Test
    void makesAHeadAsIfItHadComeByHttp1() {
        assertThat(get("accept", "text/html", "x-own", "1")).isNull();

        assertThat(head.method()).isEqualTo(Method.GET);
        assertThat(RequestHeads.forwardedPath(head)).isEqualTo("/a");
        assertThat(RequestHeads.kept(head)).containsExactlyInAnyOrder("Host: site.test", "accept: text/html", "x-own: 1");
        assertThat(head.framing()).isEqualTo(BodyFraming.NONE);
    }

    @Test
    void tellsTheFramingByTheStreamsEndAndTheLength() {
        assertThat(request(false, getBut(":method", "POST"))).isNull();
        assertThat(head.framing()).isEqualTo(BodyFraming.CHUNKED);

        assertThat(request(false, joined(getBut(":method", "POST"), "content-length", "5"))).isNull();
        assertThat(head.framing()).isEqualTo(BodyFraming.LENGTH);
        assertThat(head.contentLength()).isEqualTo(5);

        assertThat(request(true, joined(getBut(":method", "POST"), "content-length", "0"))).isNull();
        assertThat(head.framing()).isEqualTo(BodyFraming.NONE);
    }

    @Test
    void refusesALengthOfABodyThatDoesNotCome() {
        assertThat(get("content-length", "5")).isEqualTo(HTTP2_MALFORMED);
        assertThat(head.framing()).isEqualTo(BodyFraming.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {":method", ":scheme", ":path"})
    void refusesARequestWithoutOneOfThese(String name) {
        assertThat(request(true, getBut(name, null))).isEqualTo(HTTP2_MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {":method", ":scheme", ":authority", ":path"})
    void refusesAnyOfThemThatIsEmptyOrDoubled(String name) {
        assertThat(request(true, getBut(name, ""))).isEqualTo(HTTP2_MALFORMED);
        assertThat(request(true, joined(new String[] {name, "GET"}, GET))).isEqualTo(HTTP2_MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {":status", ":other", ":", ":METHOD", ":Method"})
    void refusesPseudoHeadersThatRequestsDoNotHave(String name) {
        assertThat(request(true, joined(new String[] {name, "200"}, GET))).isEqualTo(HTTP2_MALFORMED);
    }

    @Test
    void refusesAPseudoHeaderBehindAField() {
        String[] late = joined(getBut(":path", null), "accept", "*/*", ":path", "/");

        assertThat(request(true, late)).isEqualTo(HTTP2_MALFORMED);
    }

    @ParameterizedTest
    @CsvSource(ignoreLeadingAndTrailingWhitespace = false, value = {
        "X-Upper,1", "a b,1", "a:b,1", "'',1", "x, leading", "x,trailing ", "x,a\u0001b", "x,a\u0000b", "x,a\u007fb",
        "connection,close", "keep-alive,timeout=5", "proxy-connection,close", "transfer-encoding,chunked", "upgrade,h2c",
        "te,gzip"
    })
    void refusesFieldsThatAreNoneOfHttp2(String name, String value) {
        assertThat(get(name, value)).isEqualTo(HTTP2_MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "a\nb", "a\rb", "\ta", "a\t"})
    void refusesValuesThatWouldBecomeLines(String value) {
        assertThat(get("x", value)).isEqualTo(HTTP2_MALFORMED);
    }

    @Test
    void takesTeTrailersAndPassesItNotOn() {
        assertThat(get("te", "trailers")).isNull();

        assertThat(RequestHeads.kept(head)).containsExactly("Host: site.test");
    }

    @Test
    void takesAHostThatAgreesAndRefusesOneThatDoesNot() {
        assertThat(get("host", "SITE.test")).isNull();
        assertThat(RequestHeads.kept(head)).containsExactly("Host: site.test");

        assertThat(get("host", "site.tess")).isEqualTo(HTTP2_MALFORMED);
        assertThat(get("host", "site.test.other")).isEqualTo(HTTP2_MALFORMED);
    }

    @Test
    void takesAHostInPlaceOfTheAuthorityOnce() {
        assertThat(request(true, joined(getBut(":authority", null), "host", "site.test"))).isNull();
        assertThat(RequestHeads.kept(head)).containsExactly("host: site.test");

        String[] doubled = joined(getBut(":authority", null), "host", "site.test", "host", "site.test");
        assertThat(request(true, doubled)).isEqualTo(HTTP2_MALFORMED);
    }

    @Test
    void joinsTheCrumbsOfACookie() {
        assertThat(get("cookie", "a=1", "x", "y", "cookie", "b=2", "cookie", "c=3")).isNull();

        assertThat(RequestHeads.kept(head)).containsExactlyInAnyOrder("Host: site.test", "x: y", "cookie: a=1; b=2; c=3");
    }

    @Test
    void countsCrumbsAsFields() {
        String[] ten = new String[20];
        for (int i = 0; i < 20; i += 2) {
            ten[i] = "cookie";
            ten[i + 1] = "a";
        }

        assertThat(get(ten)).isNull();
        assertThat(get(joined(ten, "cookie", "b"))).isEqualTo(ProxyError.TOO_MANY_FIELDS);
    }

    @Test
    void countsThirtyTwoBytesForEachFieldBesides() {
        // 4 fields of a GET have 38 + 4 * 32 bytes; this one may have as many as are left.
        int fixed = 0;
        for (String text : GET) {
            fixed += text.length();
        }
        int left = LIMITS.headBytesMax() - fixed - 4 * 32 - 32 - 1;

        assertThat(get("x", "a".repeat(left))).isNull();
        assertThat(get("x", "a".repeat(left + 1))).isEqualTo(ProxyError.REQUEST_HEAD_TOO_LARGE);
    }

    @ParameterizedTest
    @CsvSource({"ftp,/", "https,/a b", "https,/a#b"})
    void refusesTargetsThatHttp1WouldNotHave(String scheme, String path) {
        assertThat(request(true, ":method", "GET", ":scheme", scheme, ":authority", "a", ":path", path))
                .isEqualTo(ProxyError.INVALID_TARGET);
    }

    @Test
    void refusesAPathThatIsNone() {
        assertThat(request(true, getBut(":path", "a"))).isEqualTo(HTTP2_MALFORMED);
        assertThat(request(true, getBut(":path", "/" + "a".repeat(200)))).isEqualTo(ProxyError.TARGET_TOO_LONG);
    }

    @Test
    void refusesMethodsThatAreNoneOrTooLong() {
        assertThat(request(true, getBut(":method", "G T"))).isEqualTo(HTTP2_MALFORMED);
        assertThat(request(true, getBut(":method", "M".repeat(33)))).isEqualTo(ProxyError.METHOD_TOO_LONG);
        assertThat(request(true, getBut(":method", "M".repeat(32)))).isNull();
    }

    @Test
    void refusesConnectInTheWordsOfHttp1() {
        assertThat(request(true, ":method", "CONNECT", ":authority", "a:1")).isEqualTo(ProxyError.METHOD_NOT_ALLOWED);
        assertThat(request(true, ":method", "CONNECT", ":authority", "a:1", ":path", "/")).isEqualTo(HTTP2_MALFORMED);
        assertThat(request(true, ":method", "CONNECT")).isEqualTo(HTTP2_MALFORMED);
    }

    @Test
    void keepsTheFirstReasonAndForgetsItWithTheNextRequest() {
        assertThat(request(true, joined(new String[] {":other", "x"}, joined(GET, "x", "a".repeat(2000)))))
                .isEqualTo(HTTP2_MALFORMED);

        assertThat(get()).isNull();
        assertThat(RequestHeads.kept(head)).containsExactly("Host: site.test");
    }

    @Test
    void makesTrailersOfFields() {
        section.beginTrailers(LIMITS);
        add("x-checksum", "abc");
        add("grpc-status", "0");

        assertThat(new String(section.trailers().lines(), StandardCharsets.ISO_8859_1))
                .isEqualTo("x-checksum: abc\r\ngrpc-status: 0\r\n");
    }

    @Test
    void refusesTrailersWithPseudoHeaders() {
        section.beginTrailers(LIMITS);
        add(":path", "/");

        assertThat(section.trailers()).isNull();
    }

    @Test
    void passesOnNoTrailersThatFrameOrRoute() {
        section.beginTrailers(LIMITS);
        add("content-length", "5");
        add("host", "other.test");
        add("x-checksum", "abc");

        assertThat(new String(section.trailers().lines(), StandardCharsets.ISO_8859_1)).isEqualTo("x-checksum: abc\r\n");
    }
}
