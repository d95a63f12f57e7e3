package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.sluice.filter.GrpcWeb.Form;
import io.sluice.http.BodyFraming;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.HeaderName;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import io.sluice.http.ResponseHead;
import io.sluice.http.TrailerFields;
import io.sluice.http.Trailers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gRPC-Web call's heads and trailers become. */
final class GrpcWebTest {
    private static final HeadLimits LIMITS = new HeadLimits(1 << 16, 1 << 14, 100);

    private static RequestHead request(String... fields) {
        String[] lines = new String[fields.length + 1];
        lines[0] = "POST /a.B/C HTTP/1.1";
        System.arraycopy(fields, 0, lines, 1, fields.length);
        return RequestHeads.of(lines);
    }

    private static GrpcWeb call(String type) {
        return GrpcWeb.of(request("Content-Type: " + type));
    }

    private static ResponseHead response(int status, String... fields) {
        ResponseHead head = new ResponseHead();
        new HeadParser(LIMITS).parseResponse(head, Unpooled.copiedBuffer(
                "HTTP/1.1 " + status + " Ok\r\n" + String.join("\r\n", fields) + "\r\n\r\n", StandardCharsets.ISO_8859_1),
                Method.POST);
        assertThat(head.error()).isNull();
        return head;
    }

    private static Trailers trailers(String... namesAndValues) {
        TrailerFields fields = new TrailerFields(LIMITS);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.field(AsciiString.of(namesAndValues[i]), AsciiString.of(namesAndValues[i + 1]));
        }
        return fields.end();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String written(ResponseHead head) {
        byte[] out = new byte[head.length()];
        return new String(out, 0, head.copyFields(out, 0), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "application/grpc-web, BINARY, application/grpc",
        "application/grpc-web+proto, BINARY, application/grpc+proto",
        "Application/gRPC-Web+JSON; charset=utf-8, BINARY, application/grpc+JSON",
        "application/grpc-web;x=y, BINARY, application/grpc",
        "application/grpc-web-text, TEXT, application/grpc",
        "application/grpc-web-text+proto, TEXT, application/grpc+proto",
    })
    void aCallIsForwardedByItsTypeInGrpc(String type, Form form, String forwarded) {
        RequestHead head = request("Content-Type: " + type);

        GrpcWeb call = GrpcWeb.of(head);
        call.forward(head);

        assertThat(call.request()).isEqualTo(form);
        assertThat(call.response()).isEqualTo(form);
        assertThat(head.value(head.find(HeaderName.CONTENT_TYPE))).isEqualTo(forwarded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto", "application/grpc-webx", "application/grpc-web-texts",
            "application/grpc-we", "text/plain", "application/json, application/grpc-web"})
    void whatHasAnotherTypeIsNoCall(String type) {
        assertThat(call(type)).isNull();
    }

    @Test
    void whatIsNoPostIsNoCall() {
        assertThat(GrpcWeb.of(RequestHeads.of("GET / HTTP/1.1", "Content-Type: application/grpc-web"))).isNull();
        assertThat(GrpcWeb.of(request())).isNull();
    }

    @Test
    void base64CanBeAskedForByAccept() {
        GrpcWeb call = GrpcWeb.of(request("Content-Type: application/grpc-web+proto", "Accept: application/grpc-web-text"));

        assertThat(call.request()).isEqualTo(Form.BINARY);
        assertThat(call.response()).isEqualTo(Form.TEXT);
        assertThat(call.type()).isEqualTo("application/grpc-web-text+proto");
    }

    @ParameterizedTest
    @CsvSource({
        "application/grpc-web+proto, application/grpc, application/grpc-web+proto",
        "application/grpc-web+proto, application/grpc+json, application/grpc-web+json",
        "application/grpc-web-text, application/grpc, application/grpc-web-text",
        "application/grpc-web-text, Application/Grpc;x=y, application/grpc-web-text",
    })
    void aResponseGetsTheTypeThatTheCallerKnows(String asked, String came, String told) {
        ResponseHead head = response(200, "Content-Type: " + came, "Content-Length: 7", "Trailer: grpc-status", "X-Own: yes");

        assertThat(call(asked).translate(head)).isTrue();

        assertThat(written(head)).isEqualTo("X-Own: yes\r\nContent-Type: " + told + "\r\n");
        assertThat(head.framing()).isEqualTo(BodyFraming.CHUNKED);
        assertThat(head.contentLength()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"503, application/grpc", "200, text/html", "200, application/grpcx", "200, application/grpc-web"})
    void whatIsNotOfGrpcStays(int status, String type) {
        ResponseHead head = response(status, "Content-Type: " + type, "grpc-status: 1", "Content-Length: 7");
        String before = written(head);

        assertThat(call("application/grpc-web").translate(head)).isFalse();

        assertThat(written(head)).isEqualTo(before);
        assertThat(head.contentLength()).isEqualTo(7);
    }

    @Test
    void trailersBecomeAFrame() {
        byte[] frame = call("application/grpc-web").lastFrame(trailers("grpc-status", "0", "x-own", "a b"));

        assertThat(text(frame)).isEqualTo("\u0080\0\0\0\34grpc-status: 0\r\nx-own: a b\r\n");
    }

    @Test
    void theOutcomeInAHeadBecomesAFrame() {
        GrpcWeb call = call("application/grpc-web");
        ResponseHead head = response(200, "Content-Type: application/grpc", "Grpc-Message: none", "X-Own: yes",
                "Grpc-Status: 5", "Content-Length: 0");

        call.translate(head);

        assertThat(written(head)).isEqualTo("X-Own: yes\r\nContent-Type: application/grpc-web\r\n");
        assertThat(head.framing()).isEqualTo(BodyFraming.CHUNKED);
        assertThat(text(call.lastFrame(Trailers.NONE)))
                .isEqualTo("\u0080\0\0\0\44grpc-status: 5\r\ngrpc-message: none\r\n");
        assertThat(text(call.lastFrame(trailers("grpc-status", "7"))))
                .as("trailers know better").isEqualTo("\u0080\0\0\0\20grpc-status: 7\r\n");
    }

    @Test
    void whereNobodySaidAnythingThereIsNoFrame() {
        GrpcWeb call = call("application/grpc-web");
        call.translate(response(200, "Content-Type: application/grpc"));

        assertThat(call.lastFrame(Trailers.NONE)).isEmpty();
    }
}
