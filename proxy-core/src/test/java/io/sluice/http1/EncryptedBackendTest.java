package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.sluice.config.BufferConfig;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.stream.HeardBackend;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketlessChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is different for a connection to a backend when what it reads came in records, and ends are told by TLS. */
final class EncryptedBackendTest {
    private static final HeadLimits LIMITS = new HeadLimits(1024, 1024, 20);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    private static final String LASTING = "HTTP/1.1 200 OK\r\n\r\nhi";

    private final SocketlessChannel channel = new SocketlessChannel();
    private final LoopBuffer buffer = new LoopBuffer(new UnpooledByteBufAllocator(true, true));
    private final SocketReading reading = new SocketReading(channel, new BufferConfig(16384, 65536, 32768), buffer);
    private final Http1BackendConnection backend =
            new Http1BackendConnection(channel, new HeadStore(buffer), new HeadParser(LIMITS), LIMITS, reading);
    private final HeardBackend heard = new HeardBackend();
    private final List<String> events = heard.events;

    EncryptedBackendTest() {
        reading.encrypted();
        backend.listener(heard);
        channel.accept(backend);
    }

    @AfterEach
    void closes() {
        backend.close();
        channel.runPendingTasks();
        channel.releaseOutbound();
    }

    private void asks() {
        RequestHead head = new RequestHead();
        ByteBuf bytes = bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        new HeadParser(LIMITS).parseRequest(head, bytes);
        bytes.release();
        backend.head(head);
        backend.end(Trailers.NONE);
        backend.flush();
        channel.sent();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private void record(String text) {
        channel.pipeline().fireChannelRead(bytes(text));
    }

    private void endOfRead() {
        channel.pipeline().fireChannelReadComplete();
    }

    @Test
    void tellsTheEndOfAResponseBehindTheReadItCameIn() {
        asks();
        record(OK);
        assertThat(events).containsExactly("200", "hi");

        endOfRead();

        assertThat(events).containsExactly("200", "hi", "end", "batch");
        assertThat(backend.reusable()).isTrue();
    }

    @Test
    void aRecordBehindTheResponseIsNobodysAnswer() {
        asks();
        record(OK);
        record(OK);
        endOfRead();

        assertThat(events).containsExactly("200", "hi", "end", "batch");
        assertThat(backend.reusable()).isFalse();
    }

    @Test
    void aRecordBehindAHeadWithoutABodyIsNobodysAnswerEither() {
        asks();
        record("HTTP/1.1 204 No Content\r\n\r\n");
        record("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        endOfRead();

        assertThat(events).containsExactly("204", "end", "batch");
        assertThat(backend.reusable()).isFalse();
    }

    @Test
    void aBodyUntilTheEndIsCompleteWhereThatWasAnnounced() {
        asks();
        record(LASTING);
        endOfRead();
        channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

        assertThat(events).containsExactly("200", "hi", "batch", "end");
    }

    @Test
    void aBodyUntilTheEndIsTruncatedWhereNobodyAnnouncedThat() {
        asks();
        record(LASTING);
        endOfRead();
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

        assertThat(events).containsExactly("200", "hi", "batch", "gone RESPONSE_TRUNCATED");
    }

    @Test
    void aFramedResponseNeedsNoAnnouncement() {
        asks();
        record(OK);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

        assertThat(events).containsExactly("200", "hi", "end");
        assertThat(backend.reusable()).isFalse();
    }

    @Test
    void anIdleConnectionEndsWithTheAnnouncement() {
        channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);

        assertThat(events).containsExactly("gone BACKEND_CLOSED");
    }

    @Test
    void whatOnlyTlsHearsOfAnIdleConnectionIsNoStrayByte() {
        endOfRead();

        assertThat(events).containsExactly("batch");
        assertThat(backend.reusable()).isTrue();
    }

    @Test
    void anAlertIsTlsThatBroke() {
        asks();
        channel.pipeline().fireExceptionCaught(new DecoderException(new SSLException("alert")));

        assertThat(events).containsExactly("gone BACKEND_TLS_BROKEN");
    }

    @Test
    void aWriteThatFailsIsToldByTheOutputsEnd() {
        RequestHead head = new RequestHead();
        ByteBuf bytes = bytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
        new HeadParser(LIMITS).parseRequest(head, bytes);
        bytes.release();
        backend.head(head);
        backend.flush();
        channel.pipeline().fireUserEventTriggered(ChannelOutputShutdownEvent.INSTANCE);
        assertThat(events).containsExactly("refused");

        record(OK);
        endOfRead();

        assertThat(events).containsExactly("refused", "200", "hi", "end", "batch");
        assertThat(backend.reusable()).isFalse();
    }
}
