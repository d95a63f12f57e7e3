package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.FrameClient.Answer;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What RFC 9113 §8 calls malformed ends in a reset and never reaches a backend; what HTTP/1.1 refuses too, in its answer. */
@Scenario
final class Http2ClientMalformedIT {
    private static final String[] METHOD = {":method", "GET"};
    private static final String[] SCHEME = {":scheme", "http"};
    private static final String[] PATH = {":path", "/"};
    private static final String[] AUTHORITY = {":authority", "test"};

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    static Stream<Arguments> malformed() {
        return Stream.of(
                of("no method", SCHEME, PATH, AUTHORITY),
                of("no scheme", METHOD, PATH, AUTHORITY),
                of("no path", METHOD, SCHEME, AUTHORITY),
                of("an empty path", METHOD, SCHEME, new String[] {":path", ""}, AUTHORITY),
                of("a path without a slash", METHOD, SCHEME, new String[] {":path", "a"}, AUTHORITY),
                of("two paths", METHOD, SCHEME, PATH, PATH, AUTHORITY),
                of("an unknown pseudo-header", METHOD, SCHEME, PATH, AUTHORITY, new String[] {":color", "red"}),
                of("a pseudo-header of responses", METHOD, SCHEME, PATH, AUTHORITY, new String[] {":status", "200"}),
                of("a pseudo-header behind a field", METHOD, SCHEME, PATH, new String[] {"a", "b"}, AUTHORITY),
                of("upper case", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"X-a", "b"}),
                of("an empty name", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"", "b"}),
                of("a space in a name", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"a b", "c"}),
                of("a colon in a name", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"a:b", "c"}),
                of("a line feed in a value", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"a", "b\nc: d"}),
                of("a carriage return in a value", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"a", "b\rc"}),
                of("a NUL in a value", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"a", "b\0c"}),
                of("a space before a value", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"a", " b"}),
                of("a tab behind a value", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"a", "b\t"}),
                of("a line feed in the path", METHOD, SCHEME, new String[] {":path", "/ HTTP/1.1\r\nx: y"}, AUTHORITY),
                of("a space in the method", new String[] {":method", "GET /x HTTP/1.1"}, SCHEME, PATH, AUTHORITY),
                of("connection", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"connection", "close"}),
                of("keep-alive", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"keep-alive", "1"}),
                of("proxy-connection", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"proxy-connection", "close"}),
                of("transfer-encoding", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"transfer-encoding", "chunked"}),
                of("upgrade", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"upgrade", "websocket"}),
                of("te", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"te", "gzip"}),
                of("another host", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"host", "other"}),
                of("a length, and no data", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"content-length", "1"}),
                of("CONNECT with a path", new String[] {":method", "CONNECT"}, SCHEME, PATH, AUTHORITY));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refusal(400, "no host", METHOD, SCHEME, PATH),
                refusal(400, "user information", METHOD, SCHEME, PATH, new String[] {":authority", "a@b"}),
                refusal(400, "another scheme", METHOD, new String[] {":scheme", "ftp"}, PATH, AUTHORITY),
                refusal(400, "a fragment", METHOD, SCHEME, new String[] {":path", "/#a"}, AUTHORITY),
                refusal(405, "CONNECT", new String[] {":method", "CONNECT"}, AUTHORITY),
                refusal(405, "TRACE", new String[] {":method", "TRACE"}, SCHEME, PATH, AUTHORITY),
                refusal(414, "a long path", METHOD, SCHEME, new String[] {":path", "/" + "a".repeat(17 << 10)}, AUTHORITY),
                refusal(417, "an expectation", METHOD, SCHEME, PATH, AUTHORITY, new String[] {"expect", "a"}));
    }

    private static Arguments of(String what, String[]... fields) {
        return Arguments.of(what, Stream.of(fields).flatMap(Stream::of).toArray(String[]::new));
    }

    private static Arguments refusal(int status, String what, String[]... fields) {
        return Arguments.of(status, what, Stream.of(fields).flatMap(Stream::of).toArray(String[]::new));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void resetsARequestWith(String what, String[] fields) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();

        Answer answer = client.answer(client.begin(FrameClient.END_STREAM, FrameClient.fields(fields)));

        assertThat(answer.status).isZero();
        assertThat(answer.reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
        assertThat(backend.connections()).isZero();
        assertThat(client.answer(client.get("/")).text()).as("the next one").isEqualTo("fine");
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=http2_malformed");
        proxy.awaitCounted("http2_malformed");
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("refused")
    void answersARequestWith(int status, String what, String[] fields) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();

        Answer answer = client.answer(client.begin(FrameClient.END_STREAM, FrameClient.fields(fields)));

        assertThat(answer.status).isEqualTo(status);
        assertThat(backend.connections()).isZero();
        assertThat(client.answer(client.get("/")).text()).as("the next one").isEqualTo("fine");
    }

    @Test
    void countsEveryCrumbOfACookie() throws Exception {
        proxy.start("limits: { headers: 20 }\n", proxy.backend(Script.answering(Http.ok("fine"))));
        FrameClient client = proxy.http2Client();
        String[] crumbs = new String[42];
        for (int i = 0; i < crumbs.length; i += 2) {
            crumbs[i] = "cookie";
            crumbs[i + 1] = "a";
        }

        assertThat(client.answer(client.get("/", crumbs)).status).isEqualTo(431);
    }

    @Test
    void countsWhatATableMakesCheap() throws Exception {
        proxy.start("limits: { requestHead: 4KiB }\n", proxy.backend(Script.answering(Http.ok("fine"))));
        FrameClient client = proxy.http2Client();
        byte[] request = FrameClient.request("GET", "/");
        // A field that enters the table (RFC 7541 §6.2.1), and then a byte for each time it is said again.
        byte[] field = FrameClient.fields("x", "y".repeat(100));
        field[0] = 0x40;
        byte[] block = Arrays.copyOf(request, request.length + field.length + 60);
        System.arraycopy(field, 0, block, request.length, field.length);
        Arrays.fill(block, request.length + field.length, block.length, (byte) (0x80 | 62));

        assertThat(client.answer(client.begin(FrameClient.END_STREAM, block)).status).isEqualTo(431);
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");
    }

    @ParameterizedTest
    @CsvSource({"5, 4, true", "5, 6, false", "0, 1, false"})
    void neverTellsABackendOfMoreOrLessDataThanAnnounced(int announced, int sent, boolean last) throws Exception {
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.head();
                    connection.awaitEnd();
                },
                Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.post("/", "content-length", "" + announced);
        backend.connection(0);

        client.data(stream, new byte[sent], last);

        assertThat(client.answer(stream).reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");
        proxy.awaitCounted("http2_malformed");
    }

    static Stream<Arguments> trailers() {
        return Stream.of(
                of("a pseudo-header", PATH),
                of("upper case", new String[] {"X-a", "b"}),
                of("an empty name", new String[] {"", "b"}),
                of("a space in a name", new String[] {"a b", "c"}),
                of("a line feed in a value", new String[] {"a", "b\nc: d"}),
                of("a NUL in a value", new String[] {"a", "b\0c"}),
                of("a field of the connection", new String[] {"transfer-encoding", "chunked"}),
                of("a long field", new String[] {"a", "b".repeat(40_000)}),
                of("many fields", Collections.nCopies(200, new String[] {"a", "b"}).toArray(String[][]::new)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trailers")
    void resetsAStreamWhoseTrailersHave(String what, String[] fields) throws Exception {
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.head();
                    connection.awaitEnd();
                },
                Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.post("/");
        client.data(stream, Http.bytes("hello"), false);
        backend.connection(0);

        new FramesOut(client.raw()).fields(stream, FrameClient.fields(fields), true);

        assertThat(client.answer(stream).reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
        backend.connection(0).awaitEnded();
        // It must never look complete there.
        assertThat(backend.connection(0).received()).doesNotContain("\r\n0\r\n");
        assertThat(client.answer(client.get("/")).text()).as("the next one").isEqualTo("fine");
    }
}
