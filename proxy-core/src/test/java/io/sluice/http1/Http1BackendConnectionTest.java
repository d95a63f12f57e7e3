package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.sluice.config.BufferConfig;
import io.sluice.config.ServiceConfig;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ParseStatus;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.stream.HeardBackend;
import io.sluice.transport.AddressPair;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketlessChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Http1BackendConnectionTest {
    private static final HeadLimits LIMITS = new HeadLimits(1024, 1024, 20);

    private final SocketlessChannel channel = new SocketlessChannel();
    private final SocketReading reading = new SocketReading(
            channel, new BufferConfig(16384, 65536, 32768), new LoopBuffer(new UnpooledByteBufAllocator(true, true)));
    private final HeardBackend heard = new HeardBackend();
    private boolean reusableAtEnd;
    private final Http1BackendConnection backend =
            new Http1BackendConnection(channel, new HeadStore(new LoopBuffer(new UnpooledByteBufAllocator(true, true))), new HeadParser(LIMITS), LIMITS, reading);

    Http1BackendConnectionTest() {
        backend.listener(heard);
        heard.atEnd = () -> reusableAtEnd = backend.reusable();
        channel.accept(backend);
    }

    @AfterEach
    void closes() {
        backend.close();
        channel.runPendingTasks();
        channel.releaseOutbound();
        assertThat(channel.isOpen()).isFalse();
    }

    private static RequestHead request(String line, String... fields) {
        RequestHead head = new RequestHead();
        ByteBuf bytes = text(line + " HTTP/1.1\r\nHost: a\r\n" + String.join("", List.of(fields)) + "\r\n");
        assertThat(new HeadParser(LIMITS).parseRequest(head, bytes)).isEqualTo(ParseStatus.COMPLETE);
        bytes.release();
        return head;
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    /** Sends a whole request without a body. */
    private void asks(String method) {
        backend.head(request(method + " /"));
        backend.end(Trailers.NONE);
        backend.flush();
    }

    @Test
    void saysInOneWriteWhomItIsForAndServesNobodyElse() {
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 80);
        backend.introduce(new ProxyHeader(ServiceConfig.ProxyProtocol.V1, new AddressPair(address, address)));
        asks("GET");
        assertThat(channel.outboundMessages()).hasSize(1);
        assertThat(channel.sent()).isEqualTo("PROXY TCP4 192.0.2.7 192.0.2.7 80 80\r\n"
                + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        channel.receives("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertThat(backend.reusable()).isFalse();
    }

    @Test
    void passesARequestAndReportsItsResponse() {
        asks("GET");
        assertThat(channel.sent()).isEqualTo("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        channel.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        channel.receives("lo");

        assertThat(heard.events).containsExactly("200", "hel", "batch", "lo", "end", "batch");
        assertThat(backend.reusable()).isTrue();
    }

    @Test
    void reportsInterimResponsesAndGoesOnReading() {
        asks("GET");
        channel.receives("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");

        assertThat(heard.events).containsExactly("100", "103", "204", "end", "batch");
        assertThat(backend.reusable()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Content-Length: 2|ok|true",
        "Content-Length: 0||true",
        "Transfer-Encoding: chunked|2~ok~0~~|true",
        "Content-Length: 2~Connection: close|ok|false",
        "Content-Length: 2|ok!|false",
        "Content-Length: 0|!|false",
        "Transfer-Encoding: chunked|2~ok~0~~!|false",
    })
    void mayBeUsedAgainOnlyIfNothingIsDoubtful(String fields, String body, boolean reusable) {
        // RFC 9112 §9.3; bytes that nobody asked for would answer the next request.
        asks("GET");
        channel.receives(("HTTP/1.1 200 OK~" + fields + "~~" + (body == null ? "" : body)).replace("~", "\r\n"));

        assertThat(heard.events).contains("end");
        assertThat(reusableAtEnd).isEqualTo(reusable);
    }

    @Test
    void mayNotBeUsedAgainBeforeTheRequestIsWhole() {
        backend.head(request("POST /", "Content-Length: 9\r\n"));
        backend.flush();
        channel.receives("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");

        assertThat(heard.events).contains("end");
        assertThat(backend.reusable()).isFalse();
    }

    @Test
    void mayNotBeUsedAgainWhileBytesOfTheRequestWait() {
        channel.full = true;
        backend.head(request("POST /", "Content-Length: 9000\r\n"));
        backend.body(text("x".repeat(9000)));
        backend.end(Trailers.NONE);
        backend.flush();
        channel.receives("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertThat(heard.events).contains("end");
        assertThat(reusableAtEnd).isFalse();

        channel.drains();

        assertThat(backend.reusable()).as("all is said").isTrue();
    }

    @Test
    void takesTheEndOfTheConnectionForTheEndOfABodyWithoutAFrame() {
        asks("GET");
        channel.receives("HTTP/1.1 200 OK\r\n\r\nall");
        channel.receivesEnd();

        assertThat(heard.events).containsExactly("200", "all", "batch", "end");
        assertThat(backend.reusable()).isFalse();
    }

    @Test
    void doesNotTakeAResetForTheEndOfABodyWithoutAFrame() {
        asks("GET");
        channel.receives("HTTP/1.1 200 OK\r\n\r\nsome");
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));

        assertThat(heard.events).endsWith("gone RESPONSE_TRUNCATED");
    }

    @ParameterizedTest
    @CsvSource({
        "'', BACKEND_CLOSED",
        "'HTTP/1.1 2', MALFORMED_RESPONSE",
        "'HTTP/1.1 200 OK~Content-Length: 5~~hel', RESPONSE_TRUNCATED",
        "'HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~', RESPONSE_TRUNCATED",
        "'HTTP/1.1 100 Continue~~', BACKEND_CLOSED",
    })
    void tellsAnEndFromABrokenOne(String received, ProxyError why) {
        asks("GET");
        if (!received.isEmpty()) {
            channel.receives(received.replace("~", "\r\n"));
        }
        channel.receivesEnd();

        assertThat(heard.events).endsWith("gone " + why).doesNotContain("end");
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'SSH-2.0-OpenSSH~~', MALFORMED_RESPONSE",
        "'HTTP/1.1 200 OK~Content-Length: 1~Content-Length: 2~~', INVALID_RESPONSE_FRAMING",
        "'HTTP/1.1 200 OK~Transfer-Encoding: chunked~~zz~', INVALID_RESPONSE_FRAMING",
    })
    void closesAConnectionThatSpeaksNoHttp(String received, ProxyError why) {
        asks("GET");
        channel.receives(received.replace("~", "\r\n"));

        assertThat(heard.events).contains("gone " + why).doesNotContain("end");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void limitsTheHead() {
        asks("GET");
        channel.receives("HTTP/1.1 200 OK\r\nX: " + "a".repeat(1100));

        assertThat(heard.events).contains("gone RESPONSE_HEAD_TOO_LARGE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"})
    void closesAnIdleConnectionThatSaysAnything(String stray) {
        // RFC 9112 §9.2; response queue poisoning
        asks("GET");
        channel.receives("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        channel.receives(stray);

        assertThat(heard.events).containsExactly("200", "end", "batch", "gone MALFORMED_RESPONSE");
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"timeout=5, 5", "'timeout=5, max=100', 5", "max=100, -1"})
    void notesHowLongTheBackendKeepsIt(String value, int seconds) {
        asks("GET");
        channel.receives("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: " + value + "\r\n\r\n");

        assertThat(backend.keepAliveNanos()).isEqualTo(seconds < 0 ? -1 : Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void readsNoBodyOfAnAnswerToHead() {
        asks("HEAD");
        channel.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");

        assertThat(heard.events).containsExactly("200", "end", "batch");
        assertThat(backend.reusable()).isTrue();
    }

    @Test
    void stillHearsABackendThatTakesNoMoreOfTheRequest() {
        backend.head(request("POST /", "Content-Length: 9\r\n"));
        backend.flush();
        channel.pipeline().fireExceptionCaught(new IOException("Broken pipe"));
        // Every write that waited fails with it, and what is written from now on.
        channel.pipeline().fireExceptionCaught(new ChannelOutputShutdownException("Channel output shutdown"));
        channel.pipeline().fireExceptionCaught(new ClosedChannelException());
        assertThat(heard.events).containsExactly("refused");
        assertThat(backend.writable()).as("what comes is dropped").isTrue();
        ByteBuf slice = text("abc");
        backend.body(slice);
        assertThat(slice.refCnt()).isZero();

        channel.receives("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");

        assertThat(heard.events).containsExactly("refused", "413", "no", "end", "batch");
        assertThat(backend.reusable()).isFalse();
    }

    @Test
    void saysOnceThatWritesFailedWhichWaitedTogether() {
        backend.head(request("POST /", "Content-Length: 9\r\n"));
        backend.flush();
        channel.pipeline().fireExceptionCaught(new ChannelOutputShutdownException("Channel output shutdown"));
        channel.pipeline().fireExceptionCaught(new ChannelOutputShutdownException("Channel output shutdown"));

        assertThat(heard.events).containsExactly("refused");
    }

    @Test
    void isGoneIfReadingFailsAfterWritingDid() {
        backend.head(request("POST /", "Content-Length: 9\r\n"));
        backend.flush();
        channel.pipeline().fireExceptionCaught(new IOException("Broken pipe"));
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));

        assertThat(heard.events).containsExactly("refused", "gone BACKEND_RESET");
    }

    @Test
    void readsOnOfItselfOnceTheResponseEndedWhileItWasHeldBack() {
        asks("GET");
        channel.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        backend.pause();
        backend.pace(SocketReading.Pace.LONG);
        channel.pipeline().fireChannelRead(text("lo"));

        assertThat(heard.events).contains("end");
        assertThat(channel.config().isAutoRead()).as("an idle connection is watched").isTrue();
        assertThat(reading.guess()).as("a head is awaited").isEqualTo(16384);
    }

    @Test
    void tellsWhenItWantsMore() {
        channel.full = true;
        backend.head(request("POST /", "Content-Length: 900000\r\n"));
        backend.body(text("x".repeat(200_000)));
        backend.flush();
        assertThat(backend.writable()).isFalse();
        assertThat(backend.pendingBytes()).isGreaterThan(200_000);

        channel.drains();
        channel.runPendingTasks();

        assertThat(heard.events).contains("writable");
        assertThat(backend.pendingBytes()).isZero();
    }

    @Test
    void reportsNothingOnceClosed() {
        asks("GET");
        backend.close();
        backend.close();
        channel.pipeline().fireChannelRead(text("HTTP/1.1 200 OK\r\n\r\n"));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.pipeline().fireExceptionCaught(new IOException("late"));

        assertThat(heard.events).isEmpty();
    }

    @Test
    void aPauseIsNoFailure() {
        asks("GET");
        channel.config().setAutoRead(false);
        reading.reset(channel.config());
        try {
            reading.allocate(channel.alloc());
        } catch (RuntimeException paused) {
            channel.pipeline().fireExceptionCaught(paused);
        }

        assertThat(heard.events).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aDefectOfOursEndsIt() {
        asks("GET");
        channel.pipeline().fireExceptionCaught(new IllegalStateException("thrown by a test"));

        assertThat(heard.events).containsExactly("gone INTERNAL");
    }
}
