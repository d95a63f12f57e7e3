package io.sluice.http1;

import io.netty.buffer.UnpooledByteBufAllocator;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AccessLogConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Observers;
import io.sluice.exchange.Snapshot;
import io.sluice.exchange.Worker;
import io.sluice.http.ProxyError;
import io.sluice.pool.BackendPools;
import io.sluice.pool.FakeConnector;
import io.sluice.service.Service;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.AccessLog;
import io.sluice.telemetry.Metrics;
import io.sluice.transport.AddressPair;
import io.sluice.transport.HandWheel;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketlessChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Http1ClientConnectionTest {
    private static final String YAML = """
            listeners: [{ name: web, address: 127.0.0.1:8080 }]
            routes:
              - { match: { path: / }, service: app }
              - { match: { path: /hello }, respond: { status: 200, body: hello, contentType: text/x } }
            services: { app: { endpoints: ["127.0.0.1:9001"] } }
            timeouts: { requestHead: 10s, keepAlive: 75s, requestBodyIdle: 30s, responseHeaders: 60s }
            accessLog: { path: off }
            """;
    private static final String OK = "HTTP/1.1 200 OK";

    private final HandWheel time = new HandWheel();
    private final Metrics metrics = new Metrics("test");
    private final FakeConnector connector = new FakeConnector();
    private final Snapshot snapshot;
    private final Worker worker;
    private final SocketlessChannel channel = new SocketlessChannel();

    Http1ClientConnectionTest() throws ConfigException, IOException {
        snapshot = Snapshot.of(new ConfigReader(Map.of()).read("test.yaml", YAML), metrics);
        worker = new Worker(
                time.loop(), time.wheel(), new BackendPools(connector, FakeConnector.UNSHARED, time.wheel(), metrics, 1), () -> snapshot,
                new Observers(AccessLog.open(new AccessLogConfig("off", AccessLogConfig.Format.JSON, 1), metrics), null), null);
        accept(HalfClose.ABORT);
    }

    private void accept(HalfClose halfClose) {
        ListenerFacts facts = new ListenerFacts(0, "web", halfClose, metrics.listener("web"));
        channel.accept(new Http1ClientConnection(
                channel, worker, facts, new HeadStore(new LoopBuffer(new UnpooledByteBufAllocator(true, true))), new SocketReading(channel, snapshot.config().buffers(), new LoopBuffer(new UnpooledByteBufAllocator(true, true))),
                worker.peer(AddressPair.of(channel), null)));
    }

    @AfterEach
    void endsWithNothingLeft() {
        channel.close();
        channel.runPendingTasks();
        channel.releaseOutbound();
        assertThat(worker.active()).isZero();
        assertThat(worker.connections()).isZero();
        Service service = snapshot.services().getFirst();
        assertThat(service.endpoints().getFirst().active()).isZero();
    }

    private FakeBackend answers(String... head) {
        FakeBackend backend = connector.last().opens();
        backend.says(head);
        return backend;
    }

    // ---- one request and the next ----

    @Test
    void keepsTheConnectionForTheNextRequest() {
        channel.receives("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        FakeBackend backend = answers(OK, "Content-Length: 2", "Date: now");
        backend.saysBody("ok");
        backend.saysEnd();
        assertThat(channel.sent()).isEqualTo("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\nok");

        channel.receives("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(channel.sent()).startsWith(OK).endsWith("\r\n\r\nhello").doesNotContain("Connection");
        assertThat(channel.isOpen()).isTrue();
        assertThat(worker.active()).isZero();
    }

    @Test
    void answersPipelinedRequestsInOrder() {
        channel.receives("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(channel.sent()).isEmpty();
        assertThat(channel.config().isAutoRead()).as("more of them wait in the kernel").isFalse();
        FakeBackend backend = answers(OK, "Content-Length: 2");
        backend.saysBody("ok");
        backend.saysEnd();

        assertThat(channel.sent()).contains("\r\n\r\nokHTTP/1.1 200 OK").endsWith("\r\n\r\nhello");
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aPipelinedRequestWhoseBodyIsStillToComeIsSentAtOnceAndHasADeadline() {
        channel.receives("GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
        FakeBackend backend = answers(OK, "Content-Length: 0");
        backend.events.clear();
        // The connection goes back to the pool and is taken by the second request within the same event.
        backend.saysEnd();
        assertThat(backend.body).isEqualTo("abc");
        assertThat(backend.events).as("the backend must see it").contains("head", "flush");

        time.pass(Duration.ofSeconds(30));

        assertThat(channel.sent()).contains("HTTP/1.1 408 ");
    }

    @Test
    void readsTheClientAgainOnceItsHeldBodyIsWhole() {
        // A body that came before there was a connection stops reading; its end must not leave the client unwatched.
        channel.receives("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        assertThat(channel.config().isAutoRead()).isTrue();
        FakeBackend backend = connector.last().opens();
        assertThat(backend.body).isEqualTo("abc");

        channel.receivesEnd();

        assertThat(backend.closed).as("a client that leaves frees the backend").isTrue();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void readsTheClientAgainAfterABodyThatTheBackendWasSlowToTake() {
        channel.receives("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n");
        FakeBackend backend = connector.last().opens();
        backend.writable = false;
        channel.receives("abc");
        assertThat(channel.config().isAutoRead()).isFalse();
        backend.writable = true;
        backend.listener.onBackendWritable();
        backend.writable = false;
        channel.receives("def");

        assertThat(backend.ended).isTrue();
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.receivesEnd();
        assertThat(backend.closed).isTrue();
    }

    @Test
    void forgetsAShortRestOfABodyNobodyWants() {
        channel.receives("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
        assertThat(channel.sent()).contains(OK).doesNotContain("close");
        channel.receives("defGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(channel.sent()).contains(OK);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void doesNotWaitForeverForTheRestOfABodyNobodyWants() {
        channel.receives("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
        time.pass(Duration.ofSeconds(30));

        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 70000", "Transfer-Encoding: chunked", "Content-Length: 3\r\nExpect: 100-continue"})
    void closesBehindAnAnswerIfTheRestIsLongOrUnknown(String field) {
        channel.receives("POST /hello HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n");

        assertThat(channel.sent()).contains("Connection: close\r\n");
        assertThat(channel.outputShut).as("our side is closed").isTrue();
        assertThat(channel.isOpen()).as("unread bytes must not reset it").isTrue();
        channel.receivesEnd();
        assertThat(channel.isOpen()).isFalse();
    }

    // ---- endings ----

    @Test
    void closesAtOnceWhenTheClientAskedForItAndAllIsRead() {
        channel.receives("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        FakeBackend backend = answers(OK, "Content-Length: 2");
        backend.saysBody("ok");
        backend.saysEnd();

        assertThat(channel.sent()).contains("Connection: close\r\n").endsWith("ok");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void lingersBehindTheAnswerToAHeadItRefused() {
        channel.receives("GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n and more");

        assertThat(channel.sent()).contains("HTTP/1.1 400 ").contains("Connection: close\r\n");
        assertThat(channel.outputShut).isTrue();
        assertThat(channel.isOpen()).isTrue();
        channel.receives("x".repeat(1000));
        time.pass(Duration.ofSeconds(1));
        assertThat(channel.isOpen()).as("a second later").isFalse();
    }

    @Test
    void lingersBehindTheAnswerToABodyItCouldNotRead() {
        channel.receives("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
        connector.last().opens();
        channel.receives("zz\r\nand more");

        assertThat(channel.sent()).contains("HTTP/1.1 400 ");
        assertThat(channel.isOpen()).as("what the client still sends must not take the answer with it").isTrue();
    }

    @Test
    void doesNotReadForeverWhileLingering() {
        channel.receives("BAD\r\n\r\n");
        for (int i = 0; i < 5 && channel.isOpen(); i++) {
            channel.receives("x".repeat(16 * 1024));
        }

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesAnIdleConnectionAfterAWhile() {
        channel.receives("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        channel.sent();
        time.pass(Duration.ofSeconds(74));
        assertThat(channel.outputShut).isFalse();
        time.pass(Duration.ofSeconds(1));

        assertThat(channel.outputShut).isTrue();
        assertThat(channel.sent()).as("nothing was asked").isEmpty();
    }

    @Test
    void givesAHeadItsTimeHoweverItDrips() {
        channel.receives("GET / HT");
        time.pass(Duration.ofSeconds(6));
        channel.receives("TP/1.1\r\nHost");
        time.pass(Duration.ofSeconds(4));

        assertThat(channel.sent()).startsWith("HTTP/1.1 408 ").contains("Connection: close\r\n");
    }

    @Test
    void resetsWhereACloseWouldLookLikeTheEnd() {
        channel.receives("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        FakeBackend backend = answers(OK);
        backend.saysBody("some");
        backend.isGone(ProxyError.RESPONSE_TRUNCATED);

        assertThat(channel.sent()).endsWith("\r\n\r\nsome");
        assertThat(channel.resets).isTrue();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesWhereTheFramingTellsThatTheEndIsMissing() {
        channel.receives("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        FakeBackend backend = answers(OK);
        backend.saysBody("some");
        backend.isGone(ProxyError.RESPONSE_TRUNCATED);

        assertThat(channel.sent()).contains("Transfer-Encoding: chunked").endsWith("4\r\nsome\r\n");
        assertThat(channel.resets).isFalse();
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(HalfClose.class)
    void takesAFinForLeavingUnlessToldOtherwise(HalfClose halfClose) {
        channel.pipeline().removeFirst();
        worker.abandon();
        SocketlessChannel other = new SocketlessChannel();
        ListenerFacts facts = new ListenerFacts(0, "web", halfClose, metrics.listener("web"));
        other.accept(new Http1ClientConnection(
                other, worker, facts, new HeadStore(new LoopBuffer(new UnpooledByteBufAllocator(true, true))), new SocketReading(other, snapshot.config().buffers(), new LoopBuffer(new UnpooledByteBufAllocator(true, true))),
                worker.peer(AddressPair.of(other), null)));
        other.receives("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        FakeBackend backend = connector.last().opens();
        other.receivesEnd();

        assertThat(backend.closed).isEqualTo(halfClose == HalfClose.ABORT);
        if (halfClose == HalfClose.ANSWER) {
            backend.says(OK, "Content-Length: 0");
            backend.saysEnd();
            assertThat(other.sent()).contains("Connection: close\r\n");
        }
        assertThat(other.isOpen()).isFalse();
        other.releaseOutbound();
    }

    @Test
    void aFinWithinARequestsBodyIsLeaving() {
        channel.receives("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
        FakeBackend backend = connector.last().opens();
        channel.receivesEnd();

        assertThat(backend.closed).isTrue();
        assertThat(backend.ended).isFalse();
        assertThat(channel.sent()).isEmpty();
    }

    @Test
    void endsTheExchangeOnlyWhenTheKernelTookTheResponse() {
        channel.full = true;
        channel.receives("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(worker.active()).isEqualTo(1);

        channel.drains();

        assertThat(worker.active()).isZero();
        assertThat(channel.sent()).endsWith("hello");
    }

    @Test
    void aFailureOfTheChannelIsTheClientLeaving() {
        channel.receives("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        FakeBackend backend = connector.last().opens();
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));

        assertThat(backend.closed).isTrue();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aDefectOfOursIsAnswered() {
        channel.receives("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        FakeBackend backend = connector.last().opens();
        channel.pipeline().fireExceptionCaught(new IllegalStateException("thrown by a test"));

        assertThat(channel.sent()).startsWith("HTTP/1.1 500 ").contains("Connection: close");
        assertThat(backend.closed).isTrue();
    }

    @Test
    void drainingClosesAnIdleConnectionNowAndABusyOneWithItsResponse() {
        channel.receives("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        boolean[] empty = new boolean[1];
        worker.drain(() -> empty[0] = true);
        assertThat(channel.outputShut).isFalse();
        FakeBackend backend = answers(OK, "Content-Length: 0");
        backend.saysEnd();

        assertThat(channel.sent()).contains("Connection: close\r\n");
        assertThat(channel.outputShut).isTrue();
        assertThat(backend.closed).as("nothing is pooled any more").isTrue();
        channel.receivesEnd();
        assertThat(empty[0]).isTrue();
    }
}
