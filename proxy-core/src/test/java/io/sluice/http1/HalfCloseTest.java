package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.config.AccessLogConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Observers;
import io.sluice.exchange.Snapshot;
import io.sluice.exchange.Worker;
import io.sluice.pool.BackendPools;
import io.sluice.pool.FakeConnector;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.AccessLog;
import io.sluice.telemetry.Metrics;
import io.sluice.transport.AddressPair;
import io.sluice.transport.HandWheel;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketlessChannel;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that pipelines, and then sends its FIN, at a listener that answers such clients. */
class HalfCloseTest {
    private static final String YAML = """
            listeners: [{ name: web, address: 127.0.0.1:8080, halfClose: answer }]
            routes:
              - { match: { path: / }, service: app }
              - { match: { path: /hello }, respond: { status: 200, body: hello } }
            services: { app: { endpoints: ["127.0.0.1:9001"] } }
            accessLog: { path: off }
            """;

    private final HandWheel time = new HandWheel();
    private final FakeConnector connector = new FakeConnector();
    private final SocketlessChannel channel = new SocketlessChannel();
    private final Worker worker;
    private FakeBackend backend;

    HalfCloseTest() throws ConfigException, IOException {
        Metrics metrics = new Metrics("test");
        Snapshot snapshot = Snapshot.of(new ConfigReader(Map.of()).read("test.yaml", YAML), metrics);
        worker = new Worker(
                time.loop(), time.wheel(), new BackendPools(connector, FakeConnector.UNSHARED, time.wheel(), metrics, 1), () -> snapshot,
                new Observers(AccessLog.open(new AccessLogConfig("off", AccessLogConfig.Format.JSON, 1), metrics), null), null);
        ListenerFacts facts = new ListenerFacts(0, "web", HalfClose.ANSWER, metrics.listener("web"));
        LoopBuffer shared = new LoopBuffer(new UnpooledByteBufAllocator(true, true));
        channel.accept(new Http1ClientConnection(
                channel, worker, facts, new HeadStore(shared),
                new SocketReading(channel, snapshot.config().buffers(), shared), worker.peer(AddressPair.of(channel), null)));
    }

    @AfterEach
    void endsWithNothingLeft() {
        assertThat(channel.isOpen()).isFalse();
        channel.runPendingTasks();
        channel.releaseOutbound();
        assertThat(worker.active()).isZero();
        assertThat(worker.connections()).isZero();
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    /** The backend answers what it was asked; what that was. */
    private String answered() {
        if (backend == null) {
            backend = connector.last().opens();
        }
        String target = backend.target;
        backend.says("HTTP/1.1 200 OK", "Content-Length: 0");
        backend.saysEnd();
        return target;
    }

    @Test
    void answersAllRequestsInFrontOfTheFinInOrder() {
        channel.receives(get("/a") + get("/hello") + get("/b"));
        channel.receivesEnd();

        assertThat(answered()).isEqualTo("GET /a");
        assertThat(channel.sent()).contains("200 OK").endsWith("hello").doesNotContain("Connection: close");
        assertThat(channel.isOpen()).isTrue();
        assertThat(answered()).isEqualTo("GET /b");

        assertThat(channel.sent()).contains("200 OK", "Connection: close\r\n");
    }

    @Test
    void endsOnceTheLastOneWasAnsweredHere() {
        channel.receives(get("/") + get("/hello"));
        channel.receivesEnd();

        assertThat(answered()).isEqualTo("GET /");

        assertThat(channel.sent()).endsWith("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET /b HTTP/1.1\r\nHo", "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc"
    })
    void leavesARequestThatTheFinCutsOff(String half) {
        channel.receives(get("/a") + half);
        channel.receivesEnd();

        assertThat(answered()).isEqualTo("GET /a");

        assertThat(channel.sent()).containsOnlyOnce("HTTP/1.1 ");
    }
}
