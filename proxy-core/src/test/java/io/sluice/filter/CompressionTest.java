package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.config.FilterConfig.Coding;
import io.sluice.config.FilterConfig.Compress;
import io.sluice.config.FilterConfig.Levels;
import io.sluice.http.AcceptEncoding;
import io.sluice.http.BodyFraming;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import io.sluice.http.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which responses are compressed, and what their heads say. */
final class CompressionTest {
    private static final List<Coding> ALL = List.of(Coding.values());
    private static final String JSON = "Content-Type: application/json";
    private static final String LONG = "Content-Length: 5000";
    private static final String ANYTHING = "zstd, br, gzip";

    private static Compression rules(List<Coding> wanted, List<Coding> here) {
        List<String> types = List.of("text/*", "application/json", "application/*+json", "application/grpc");
        return new Compression(new Compress(wanted, types, 1024, new Levels(5, 4, 3)), here);
    }

    private static RequestHead request(String method, String... fields) {
        String[] lines = new String[fields.length + 1];
        lines[0] = method + " / HTTP/1.1";
        System.arraycopy(fields, 0, lines, 1, fields.length);
        return RequestHeads.of(lines);
    }

    private static ResponseHead response(Method method, int status, String... fields) {
        ResponseHead head = new ResponseHead();
        ByteBuf bytes = Unpooled.copiedBuffer(
                "HTTP/1.1 " + status + " Ok\r\n" + String.join("\r\n", fields) + "\r\n\r\n", StandardCharsets.ISO_8859_1);
        new HeadParser(new HeadLimits(1 << 16, 1 << 14, 100)).parseResponse(head, bytes, method);
        assertThat(head.error()).isNull();
        return head;
    }

    private static String written(ResponseHead head) {
        byte[] out = new byte[head.length()];
        return new String(out, 0, head.copyFields(out, 0), StandardCharsets.ISO_8859_1);
    }

    private static Coding prepare(ResponseHead head, String accepts) {
        RequestHead request = request("GET", "Accept-Encoding: " + accepts);
        return rules(List.of(), ALL).prepare(head, request, AcceptEncoding.of(request));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "gzip, deflate, br, zstd | ZSTD", "gzip, br | BR", "gzip | GZIP", "gzip, br;q=0.9 | GZIP", "deflate | -", "identity | -",
        "gzip;q=0.5, identity;q=0.6 | -", "gzip;q=0.5, identity;q=0.5 | GZIP", "*;q=0.1 | ZSTD", "identity;q=0, *;q=0 | -",
        "zstd;q=0, * | BR"})
    void choosesWhatTheClientWantsMostAndThenByOurOrder(String accepts, Coding expected) {
        assertThat(prepare(response(Method.GET, 200, JSON, LONG), accepts)).isEqualTo(expected);
    }

    @Test
    void choosesByTheOrderThatIsConfiguredAmongWhatTheSystemHas() {
        AcceptEncoding all = AcceptEncoding.of(request("GET", "Accept-Encoding: " + ANYTHING));
        List<Coding> wanted = List.of(Coding.BR, Coding.GZIP);

        assertThat(rules(wanted, ALL).choose(all)).isEqualTo(Coding.BR);
        assertThat(rules(wanted, List.of(Coding.ZSTD, Coding.GZIP)).choose(all)).isEqualTo(Coding.GZIP);
        assertThat(rules(wanted, List.of(Coding.GZIP)).missing()).containsExactly(Coding.BR);
        assertThat(rules(List.of(), List.of(Coding.GZIP)).missing()).containsExactly(Coding.ZSTD, Coding.BR);
        assertThat(rules(List.of(Coding.BR), List.of(Coding.GZIP)).choose(all)).isNull();
    }

    @Test
    void saysSoInTheHead() {
        ResponseHead head = response(Method.GET, 200, JSON, LONG, "ETag: \"v1\"", "Accept-Ranges: bytes", "Content-Encoding: identity");

        prepare(head, "gzip");

        assertThat(written(head)).isEqualTo(
                JSON + "\r\nVary: Accept-Encoding\r\nContent-Encoding: gzip\r\nETag: W/\"v1\"\r\n");
        assertThat(head.framing()).isEqualTo(BodyFraming.CHUNKED);
        assertThat(head.contentLength()).isEqualTo(-1);
    }

    @Test
    void tellsAHeadRequestWhatGetWouldBeTold() {
        ResponseHead head = response(Method.HEAD, 200, JSON, LONG, "ETag: \"v1\"");
        RequestHead request = request("HEAD", "Accept-Encoding: br");

        rules(List.of(), ALL).prepare(head, request, AcceptEncoding.of(request));

        assertThat(written(head)).isEqualTo(JSON + "\r\nVary: Accept-Encoding\r\nContent-Encoding: br\r\nETag: W/\"v1\"\r\n");
        assertThat(head.framing()).isEqualTo(BodyFraming.NONE);
        assertThat(head.contentLength()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "200 | Content-Type: application/json | Content-Length: 1023", "200 | Content-Type: image/png | Content-Length: 5000",
        "200 | X: y | Content-Length: 5000", "200 | Content-Type: application/json | Content-Length: 0",
        "204 | Content-Type: application/json | X: y", "205 | Content-Type: application/json | Transfer-Encoding: chunked",
        "206 | Content-Type: application/json | Content-Range: bytes 0-4999/10000",
        "200 | Content-Type: application/json | Content-Range: bytes 0-4999/10000",
        "200 | Content-Type: application/json | Content-Encoding: gzip", "200 | Content-Type: text/css | Content-Encoding: x-any",
        "200 | Content-Type: application/json | Cache-Control: public, No-Transform ,max-age=5",
        "200 | Content-Type: application/json | Content-Digest: sha-256=:abc=:", "200 | Content-Type: text/css | Content-MD5: abc",
        "200 | Content-Type: text/css | Repr-Digest: sha-256=:a=:", "200 | Content-Type: text/css | Digest: sha-256=a",
        "200 | Content-Type: application/grpc | X: y", "200 | Content-Type: application/grpc+json | X: y"})
    void leavesTheseAsTheyAre(int status, String one, String other) {
        ResponseHead head = response(Method.GET, status, one, other, "ETag: \"v1\"");
        String before = written(head);

        assertThat(prepare(head, ANYTHING)).isNull();

        assertThat(written(head)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "application/json", "Application/JSON; charset=utf-8", "application/json ;x", "text/html", "text/event-stream",
        "application/problem+json", "application/a.b+JSON;v=1"})
    void knowsTypesWhateverTheirParametersAndCase(String type) {
        assertThat(prepare(response(Method.GET, 200, "Content-Type: " + type, LONG), "gzip")).isEqualTo(Coding.GZIP);
        assertThat(prepare(response(Method.GET, 500, "Content-Type: " + type, "Transfer-Encoding: chunked"), "gzip"))
                .isEqualTo(Coding.GZIP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/jsonx", "xapplication/json", "text/", "textx/html", "application/+json", "application/xml", "json"})
    void knowsWhatIsNoneOfItsTypes(String type) {
        assertThat(prepare(response(Method.GET, 200, "Content-Type: " + type, LONG), "gzip")).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "X: y | X: y\\r\\nVary: Accept-Encoding", "Vary: Origin | Vary: Origin, Accept-Encoding", "Vary: * | Vary: *",
        "Vary: Origin, ACCEPT-encoding | Vary: Origin, ACCEPT-encoding", "Vary: X-Accept-Encoding | Vary: X-Accept-Encoding, Accept-Encoding",
        "Vary: | Vary:\\r\\nVary: Accept-Encoding"})
    void mergesVaryWhetherItCompressesOrNot(String before, String after) {
        ResponseHead head = response(Method.GET, 200, JSON, LONG, before);

        assertThat(prepare(head, "deflate")).isNull();

        assertThat(written(head)).isEqualTo(JSON + "\r\n" + after.replace("\\r\\n", "\r\n") + "\r\n");
    }

    @Test
    void aTagThatIsWeakAlreadyStaysSo() {
        ResponseHead head = response(Method.GET, 200, JSON, LONG, "ETag: W/\"v1\"");

        prepare(head, "gzip");

        assertThat(written(head)).contains("ETag: W/\"v1\"\r\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "W/\"v1\" | W/\"v1\"", "\"v0\", W/\"v1\" | W/\"v1\"", "\"v1\" | \"v1\"", "W/\"v2\" | \"v1\"", "* | \"v1\""})
    void confirmsTheTagThatTheClientHas(String asked, String told) {
        ResponseHead head = response(Method.GET, 304, "ETag: \"v1\"");
        RequestHead request = request("GET", "Accept-Encoding: gzip", "If-None-Match: " + asked);

        assertThat(rules(List.of(), ALL).prepare(head, request, AcceptEncoding.of(request))).isNull();

        assertThat(written(head)).contains("ETag: " + told + "\r\n");
        assertThat(written(head).contains("Vary: Accept-Encoding")).isEqualTo(told.startsWith("W/"));
    }
}
