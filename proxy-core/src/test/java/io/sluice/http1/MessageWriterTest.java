package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.http1.MessageWriter.Persistence;
import io.sluice.http.BodyFraming;
import io.sluice.http.ChunkedDecoder;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.HeaderName;
import io.sluice.http.HopByHop;
import io.sluice.http.Method;
import io.sluice.http.ParseStatus;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketlessChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands on the wire, and in how many writes it gets there. Also {@link ResponseOutput}, which decides its framing. */
class MessageWriterTest {
    private static final HeadLimits LIMITS = new HeadLimits(65536, 65536, 100);

    private final SocketlessChannel channel = new SocketlessChannel();
    private final HeadStore store = new HeadStore(new LoopBuffer(new UnpooledByteBufAllocator(true, true)));
    private final MessageWriter writer = new MessageWriter(channel, store);

    @AfterEach
    void closes() {
        writer.release();
        channel.close();
        channel.releaseOutbound();
    }

    private static RequestHead request(String text) {
        RequestHead head = new RequestHead();
        ByteBuf bytes = text(text.replace("~", "\r\n"));
        assertThat(new HeadParser(LIMITS).parseRequest(head, bytes)).isEqualTo(ParseStatus.COMPLETE);
        return head;
    }

    private static ResponseHead response(String text) {
        ResponseHead head = new ResponseHead();
        ByteBuf bytes = text(text.replace("~", "\r\n"));
        assertThat(new HeadParser(LIMITS).parseResponse(head, bytes, Method.GET)).isEqualTo(ParseStatus.COMPLETE);
        return head;
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private String flushed() {
        writer.flush();
        return channel.sent().replace("\r\n", "~");
    }

    private int writes() {
        writer.flush();
        int writes = channel.outboundMessages().size();
        channel.sent();
        return writes;
    }

    // ---- requests ----

    @Test
    void writesTheRequestLineAndTheKeptFields() {
        RequestHead head = request("PURGE /a/b?c=d HTTP/1.0~Host: a~X-A: b~X-B:  c ~~");
        head.dropAll(HeaderName.HOST);
        head.path("/other".getBytes(StandardCharsets.US_ASCII));
        writer.request(head, Persistence.DEFAULT);
        writer.end(Trailers.NONE);

        assertThat(flushed()).as("our own version").isEqualTo("PURGE /other?c=d HTTP/1.1~X-A: b~X-B:  c ~~");
    }

    @ParameterizedTest
    @CsvSource({
        "'Content-Length: 0005~', 'Content-Length: 5~'",
        "'Content-Length: 0~', 'Content-Length: 0~'",
        "'Transfer-Encoding: Chunked~', 'Transfer-Encoding: chunked~'",
        "'', ''",
    })
    void makesTheFramingOfARequestItself(String received, String sent) {
        RequestHead head = request("POST / HTTP/1.1~Host: a~" + received + "~");
        HopByHop.strip(head);
        writer.request(head, Persistence.DEFAULT);

        assertThat(flushed()).isEqualTo("POST / HTTP/1.1~Host: a~" + sent + "~");
    }

    @Test
    void chunksABodyAnewAndNeverPassesAChunkLineOn() {
        writer.request(request("POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~"), Persistence.DEFAULT);
        flushed();
        writer.body(text("hello"));
        writer.body(Unpooled.EMPTY_BUFFER);
        writer.body(text("x".repeat(17)));
        writer.end(Trailers.NONE);

        assertThat(flushed()).isEqualTo("5~hello~11~" + "x".repeat(17) + "~0~~");
    }

    @Test
    void passesTrailersBehindTheLastChunk() {
        ChunkedDecoder decoder = new ChunkedDecoder(LIMITS);
        ByteBuf in = text("0\r\nX-Sum: 1\r\n\r\n");
        decoder.next(in);
        writer.request(request("POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~"), Persistence.DEFAULT);
        flushed();
        writer.end(decoder.trailers());

        assertThat(flushed()).isEqualTo("0~X-Sum: 1~~");
        in.release();
    }

    @Test
    void doesNotChunkTheMessageBehindAChunkedOne() {
        writer.request(request("POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~"), Persistence.DEFAULT);
        writer.end(Trailers.NONE);
        flushed();
        writer.request(request("POST / HTTP/1.1~Host: a~Content-Length: 2~~"), Persistence.DEFAULT);
        writer.body(text("ok"));
        writer.end(Trailers.NONE);

        assertThat(flushed()).endsWith("~~ok");
    }

    // ---- responses ----

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 Fine, HTTP/1.1 200 Fine",
        "HTTP/1.0 200 OK, HTTP/1.1 200 OK",
        "HTTP/1.1 404, HTTP/1.1 404 Not Found",
        "HTTP/1.1 599, 'HTTP/1.1 599 '",
    })
    void writesAStatusLine(String received, String sent) {
        ResponseHead head = response(received + "~Date: now~Content-Length: 0~~");
        writer.response(head, head.framing(), MessageWriter.Persistence.DEFAULT);

        assertThat(flushed()).isEqualTo(sent + "~Date: now~Content-Length: 0~~");
    }

    @Test
    void addsADateWhereThereIsNone() {
        ResponseHead head = response("HTTP/1.1 200 OK~Content-Length: 0~~");
        writer.response(head, head.framing(), MessageWriter.Persistence.DEFAULT);

        // RFC 9110 §5.6.7, §6.6.1
        assertThat(flushed()).matches(
                "HTTP/1.1 200 OK~Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT~"
                        + "Content-Length: 0~~");
    }

    @ParameterizedTest
    @EnumSource(MessageWriter.Persistence.class)
    void saysWhatBecomesOfTheConnection(MessageWriter.Persistence persistence) {
        ResponseHead head = response("HTTP/1.1 204 No Content~Date: now~~");
        writer.response(head, head.framing(), persistence);

        assertThat(flushed()).isEqualTo("HTTP/1.1 204 No Content~Date: now~" + switch (persistence) {
            case DEFAULT -> "~";
            case KEEP_ALIVE -> "Connection: keep-alive~~";
            case CLOSE -> "Connection: close~~";
        });
    }

    @Test
    void writesAnInterimHeadWithNothingOfOurs() {
        writer.interim(response("HTTP/1.1 103 Early Hints~Link: </a>~~"));

        assertThat(flushed()).isEqualTo("HTTP/1.1 103 Early Hints~Link: </a>~~");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length: 3, HTTP/1.1, LENGTH",
        "Content-Length: 3, HTTP/1.0, LENGTH",
        "Transfer-Encoding: chunked, HTTP/1.1, CHUNKED",
        "Transfer-Encoding: chunked, HTTP/1.0, UNTIL_CLOSE",
        "X-A: b, HTTP/1.1, CHUNKED",
        "X-A: b, HTTP/1.0, UNTIL_CLOSE",
        "Content-Length: 0, HTTP/1.0, NONE",
    })
    void framesABodySoThatThisClientKnowsItsEnd(String field, String version, BodyFraming framing) {
        // RFC 9112 §6.1: chunks are not for HTTP/1.0.
        assertThat(ResponseOutput.framing(
                response("HTTP/1.1 200 OK~" + field + "~~"), request("GET / " + version + "~Host: a~~")))
                .isEqualTo(framing);
    }

    @Test
    void writesNoLengthOfABodyThatTheCloseEnds() {
        ResponseHead head = response("HTTP/1.1 200 OK~Date: now~Transfer-Encoding: chunked~~");
        writer.response(head, BodyFraming.UNTIL_CLOSE, MessageWriter.Persistence.CLOSE);
        writer.body(text("all"));
        writer.end(Trailers.NONE);

        assertThat(flushed()).doesNotContain("Content-Length").doesNotContain("chunked").endsWith("close~~all");
    }

    // ---- how many writes ----

    @ParameterizedTest
    @CsvSource({"1, 1", "4096, 1", "4097, 2"})
    void putsASmallBodyBehindItsHead(int bytes, int writes) {
        ResponseHead head = response("HTTP/1.1 200 OK~Content-Length: " + bytes + "~~");
        writer.response(head, head.framing(), MessageWriter.Persistence.DEFAULT);
        writer.body(text("x".repeat(bytes)));
        writer.end(Trailers.NONE);

        assertThat(writes()).isEqualTo(writes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 480, 520, 4095, 4096, 4097, 70_000})
    void loosesNoByteOfAChunkOfAnySize(int bytes) {
        String body = "x".repeat(bytes);
        ResponseHead head = response("HTTP/1.1 200 OK~Date: now~Transfer-Encoding: chunked~~");
        writer.response(head, head.framing(), MessageWriter.Persistence.DEFAULT);
        writer.body(text(body));
        writer.body(text(body));
        writer.end(Trailers.NONE);

        String chunk = Integer.toHexString(bytes) + "~" + body + "~";
        assertThat(flushed()).isEqualTo("HTTP/1.1 200 OK~Date: now~Transfer-Encoding: chunked~~" + chunk + chunk + "0~~");
    }

    @Test
    void writesHeadsOfAnySize() {
        String value = "v".repeat(30_000);
        writer.request(request("GET / HTTP/1.1~Host: a~X-A: " + value + "~~"), Persistence.DEFAULT);

        assertThat(flushed()).isEqualTo("GET / HTTP/1.1~Host: a~X-A: " + value + "~~");
    }

    @Test
    void countsWhatTheKernelHasNotTaken() {
        channel.full = true;
        writer.request(request("GET / HTTP/1.1~Host: a~~"), Persistence.DEFAULT);
        assertThat(writer.pendingBytes()).as("gathered").isEqualTo(27);
        writer.flush();
        assertThat(writer.pendingBytes()).as("written").isGreaterThanOrEqualTo(27);

        channel.drains();

        assertThat(writer.pendingBytes()).isZero();
    }

    @Test
    void takesBackOnlyWhatHasNotBeenWritten() {
        ResponseHead head = response("HTTP/1.1 200 OK~Date: now~Transfer-Encoding: chunked~~");
        writer.response(head, head.framing(), MessageWriter.Persistence.DEFAULT);
        writer.body(text("gone"));
        assertThat(writer.retract()).isTrue();
        ResponseHead other = response("HTTP/1.1 502 Bad Gateway~Date: now~Content-Length: 2~~");
        writer.response(other, other.framing(), MessageWriter.Persistence.DEFAULT);
        writer.body(text("no"));

        assertThat(flushed()).isEqualTo("HTTP/1.1 502 Bad Gateway~Date: now~Content-Length: 2~~no");
        assertThat(writer.retract()).isFalse();
    }

    @Test
    void forgetsWhatWasGathered() {
        writer.request(request("GET / HTTP/1.1~Host: a~~"), Persistence.DEFAULT);
        writer.release();
        writer.release();

        assertThat(flushed()).isEmpty();
    }
}
