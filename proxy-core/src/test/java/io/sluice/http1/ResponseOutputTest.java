package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketlessChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseOutputTest {
    private static final HeadParser PARSER = new HeadParser(new HeadLimits(65536, 65536, 100));
    private static final RequestHead HTTP_11 = request("HTTP/1.1");
    private static final RequestHead HTTP_10 = request("HTTP/1.0");

    private final SocketlessChannel channel = new SocketlessChannel();
    private int sent;
    private final ResponseOutput output = new ResponseOutput(channel, new HeadStore(new LoopBuffer(new UnpooledByteBufAllocator(true, true))), () -> sent++);

    @AfterEach
    void closes() {
        output.release();
        channel.close();
        channel.releaseOutbound();
    }

    private static RequestHead request(String version) {
        RequestHead head = new RequestHead();
        PARSER.parseRequest(head, text("GET / " + version + "\r\nHost: a\r\n\r\n"));
        return head;
    }

    private static ResponseHead response(String status, String field) {
        ResponseHead head = new ResponseHead();
        PARSER.parseResponse(head, text("HTTP/1.1 " + status + "\r\n" + field + "\r\n\r\n"), Method.GET);
        return head;
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private void head(RequestHead request, String field, boolean closing) {
        ResponseHead head = response("200 OK", field);
        output.head(head, request, ResponseOutput.framing(head, request), closing);
    }

    @Test
    void tellsWhenTheKernelTookTheLastByte() {
        head(HTTP_11, "Content-Length: 2", false);
        output.flush();
        output.body(text("ok"));
        output.flush();
        assertThat(sent).as("it has not ended").isZero();

        output.end(Trailers.NONE);
        assertThat(sent).isZero();
        output.flush();
        output.flush();

        assertThat(sent).isEqualTo(1);
    }

    @Test
    void tellsItLaterIfTheKernelIsFull() {
        channel.full = true;
        head(HTTP_11, "Content-Length: 2", false);
        output.body(text("ok"));
        output.end(Trailers.NONE);
        output.flush();
        assertThat(sent).isZero();
        assertThat(output.pendingBytes()).isPositive();

        channel.drains();

        assertThat(sent).isEqualTo(1);
        assertThat(channel.sent()).endsWith("\r\n\r\nok");
    }

    @Test
    void doesNotTellItOfAConnectionThatClosed() {
        channel.full = true;
        head(HTTP_11, "Content-Length: 0", false);
        output.end(Trailers.NONE);
        output.flush();
        channel.close();

        assertThat(sent).isZero();
    }

    @Test
    void tellsItOfEachResponse() {
        for (int i = 1; i <= 2; i++) {
            output.next();
            head(HTTP_11, "Content-Length: 0", false);
            output.end(Trailers.NONE);
            output.flush();
            assertThat(sent).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, true", "HTTP/1.0, false"})
    void passesInterimHeadsOnlyToThoseWhoKnowThem(String version, boolean passed) {
        // RFC 9110 §15.2
        output.interim(response("103 Early Hints", "Link: </a>"), version.endsWith("0") ? HTTP_10 : HTTP_11);
        output.flush();

        assertThat(channel.sent().startsWith("HTTP/1.1 103 ")).isEqualTo(passed);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1, false, ''",
        "HTTP/1.0, false, Connection: keep-alive",
        "HTTP/1.1, true, Connection: close",
        "HTTP/1.0, true, Connection: close",
    })
    void tellsTheClientWhatBecomesOfTheConnection(String version, boolean closing, String field) {
        head(version.endsWith("0") ? HTTP_10 : HTTP_11, "Content-Length: 0", closing);
        output.flush();

        String head = channel.sent();
        assertThat(head.lines().filter(line -> line.startsWith("Connection")))
                .containsExactlyElementsOf(field.isEmpty() ? List.of() : List.of(field));
    }

    @Test
    void knowsWhenACloseWouldLookLikeTheEnd() {
        head(HTTP_10, "X-A: b", true);
        assertThat(output.endsByClose()).isTrue();

        output.next();
        assertThat(output.endsByClose()).isFalse();
        head(HTTP_11, "X-A: b", false);
        assertThat(output.endsByClose()).isFalse();
    }

    @Test
    void takesBackAHeadThatHasNotLeft() {
        assertThat(output.retract()).as("there is none").isFalse();
        head(HTTP_11, "Content-Length: 9", false);
        output.body(text("abc"));
        assertThat(output.retract()).isTrue();
        assertThat(output.pendingBytes()).isZero();

        head(HTTP_11, "Content-Length: 0", false);
        output.flush();
        assertThat(output.retract()).as("it has left").isFalse();
        output.end(Trailers.NONE);

        assertThat(channel.sent()).startsWith("HTTP/1.1 200 OK").doesNotContain("abc").doesNotContain("Length: 9");
    }
}
