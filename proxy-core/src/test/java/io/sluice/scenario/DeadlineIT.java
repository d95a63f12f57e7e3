package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.scenario.Message.Ending;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every deadline has its own status and word, and none strikes early. */
@BothRelays
final class DeadlineIT {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration TICK = Duration.ofMillis(10);
    private static final Duration MUCH_LATER = Duration.ofSeconds(3);

    @RegisterExtension
    final ProxyUnderTest proxy;

    DeadlineIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private long begun;

    private void begin() {
        begun = System.nanoTime();
    }

    private void tookAbout(Duration expected) {
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(expected.minusMillis(5), expected.plus(MUCH_LATER));
    }

    @OnlyHttp1("a head comes in frames, for which Http2AbuseIT.fieldsThatDoNotComeToTheirEnd says the same")
    @Test
    void answers408ToAHeadThatDrips() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start("timeouts: { requestHead: 300ms }\n", backend);
        RawConnection client = proxy.client();
        begin();
        client.send("G");

        // A byte now and then does not help: the deadline is for the whole head.
        Background drip = Background.run(() -> {
            client.send("ET / HTTP/1.1\r\nHost: site.test\r\nX-Drip: ");
            client.sendSlowly("d".repeat(1000), TICK);
        });
        Message answer = client.response();

        tookAbout(SHORT);
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.value("Connection")).isEqualToIgnoringCase("close");
        client.awaitEnd();
        client.close();
        drip.awaitEnd();
        proxy.awaitCounted("request_head_timeout");
        assertThat(backend.connections()).isZero();
    }

    @Test
    void closesAnUnusedConnectionSilently() throws Exception {
        proxy.start("timeouts: { keepAlive: 300ms }\n", proxy.backend(Script.silent()));
        RawConnection client = proxy.client();
        begin();

        client.awaitClose();

        tookAbout(SHORT);
    }

    @Test
    void closesAnIdleConnectionSilentlyAfterARequest() throws Exception {
        proxy.start("timeouts: { keepAlive: 300ms }\n", proxy.backend(Script.answering(Http.ok("one"))));
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        client.response();
        begin();

        client.awaitClose();

        tookAbout(SHORT.minusMillis(20));
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void answers408WhenTheBodyStalls() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.head();
            connection.awaitEnd();
        });
        proxy.start("timeouts: { requestBodyIdle: 300ms }\n", backend);
        RawConnection client = proxy.client();
        begin();
        client.send(Http.request("POST / HTTP/1.1", "Content-Length: 10") + "half");

        Message answer = client.response();

        tookAbout(SHORT);
        assertThat(answer.status()).isEqualTo(408);
        proxy.awaitLast(client, answer);
        backend.connection(0).awaitEnded();
        proxy.awaitCounted("request_body_timeout");
    }

    @Test
    void givesASlowBodyThatNeverStallsAllItsTime() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.echoing());
        proxy.start("timeouts: { requestBodyIdle: 400ms, responseHeaders: 400ms, keepAlive: 400ms }\n", backend);
        RawConnection client = proxy.client();
        String body = "0123456789";
        begin();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + body.length()));
        client.sendSlowly(body, Duration.ofMillis(100));

        assertThat(client.response().text()).isEqualTo(body);
    }

    @Test
    void answers504WhenTheBackendDoesNot() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start("timeouts: { responseHeaders: 300ms }\n", backend);
        RawConnection client = proxy.client();
        begin();
        client.send(Http.get("/"));

        Message answer = client.response();

        tookAbout(SHORT);
        assertThat(answer.status()).isEqualTo(504);
        backend.connection(0).awaitEnded();
        proxy.awaitCounted("response_head_timeout");
        // The client did nothing wrong.
        client.send(Http.get("/settle"));
        assertThat(client.response().text()).isEqualTo("settled");
    }

    @Test
    void answers504ToADrippingResponseHead() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nX-Drip: ");
            connection.sendSlowly("d".repeat(1000), TICK);
        });
        proxy.start("timeouts: { responseHeaders: 300ms }\n", backend);
        begin();

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(504);

        tookAbout(SHORT);
    }

    @Test
    void showsTheClientThatTheResponseBodyStalled() throws Exception {
        ScriptedBackend backend =
                proxy.backend(Script.answeringThenWaiting("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
        proxy.start("timeouts: { responseBodyIdle: 300ms }\n", backend);
        RawConnection client = proxy.client();
        begin();
        client.send(Http.get("/"));

        Message answer = client.truncatedResponse();

        tookAbout(SHORT);
        assertThat(answer.text()).isEqualTo("half");
        assertThat(answer.ending()).isIn(Ending.CLOSED, Ending.RESET);
        backend.connection(0).awaitEnded();
        proxy.awaitCounted("response_body_timeout");
    }

    @Test
    void doesNotBlameTheBackendForAClientThatReadsSlowly() throws Exception {
        int length = 4 << 20;
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
            connection.send(new byte[length]);
            connection.awaitEnd();
        });
        proxy.start("timeouts: { responseBodyIdle: 300ms, responseWriteIdle: 10s }\n"
                + "listeners: [{ name: web, address: \"127.0.0.1:0\", socket: { sendBuffer: 16KiB } }]\n", backend);
        RawConnection client = proxy.narrowClient(8 * 1024);
        client.send(Http.get("/"));
        client.head();

        // Nothing is read for much longer than responseBodyIdle.
        client.idle(Duration.ofSeconds(1));

        assertThat(client.crc(length)).isNotZero();
    }

    @Test
    void cutsAClientThatStopsReading() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            connection.send(new byte[64 * 1024], 16_000);
        });
        proxy.start("timeouts: { responseWriteIdle: 500ms }\n"
                + "listeners: [{ name: web, address: \"127.0.0.1:0\", socket: { sendBuffer: 16KiB } }]\n", backend);
        RawConnection client = proxy.narrowClient(8 * 1024);
        begin();
        client.send(Http.get("/"));

        proxy.awaitCounted("client_too_slow");

        tookAbout(Duration.ofMillis(500));
        proxy.awaitMetric(0, "sluice_pool_active");
        client.awaitEnd();
    }

    @Test
    void answers504WhenConnectingTakesTooLong() throws Exception {
        try (FullListener full = new FullListener()) {
            proxy.start("timeouts: { connect: 300ms }\n", List.of(full.address()));
            begin();

            assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(504);

            tookAbout(SHORT);
            proxy.awaitCounted("connect_timeout");
        }
    }

    @Test
    void goesOnToTheNextEndpointWhenConnectingTakesTooLong() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("up")));
        try (FullListener full = new FullListener()) {
            proxy.start("timeouts: { connect: 300ms }\n", List.of(full.address(), backend.address()));

            for (int i = 0; i < 2; i++) {
                assertThat(proxy.answerTo(Http.post("/", "order")).text()).isEqualTo("up");
            }
        }
    }

    /** A port whose queue of connections is full: Linux drops further SYNs, so that connecting hangs. */
    private static final class FullListener implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final List<Socket> queued = new ArrayList<>();

        FullListener() throws java.io.IOException {
            boolean full = false;
            for (int i = 0; i < 20 && !full; i++) {
                Socket socket = new Socket();
                queued.add(socket);
                try {
                    socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 100);
                } catch (SocketTimeoutException e) {
                    full = true;
                }
            }
            assertThat(full).as("the queue is full").isTrue();
        }

        String address() {
            return "127.0.0.1:" + server.getLocalPort();
        }

        @Override
        public void close() throws java.io.IOException {
            for (Socket socket : queued) {
                socket.close();
            }
            server.close();
        }
    }

    @Test
    void answers504WhenTheWholeExchangeTakesTooLong() throws Exception {
        proxy.start("timeouts: { request: 300ms }\n", proxy.backend(Script.silent()));
        begin();

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(504);

        tookAbout(SHORT);
        proxy.awaitCounted("request_timeout");
    }

    @Test
    void cutsAResponseThatTakesLongerThanTheWholeExchangeMay() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.sendSlowly(Http.chunk("t").repeat(1000), TICK);
        });
        proxy.start("timeouts: { request: 300ms }\n", backend);
        RawConnection client = proxy.client();
        begin();
        client.send(Http.get("/"));

        Message answer = client.truncatedResponse();

        tookAbout(SHORT);
        assertThat(answer.ending()).isNotEqualTo(Ending.COMPLETE);
        proxy.awaitCounted("request_timeout");
    }

    @Test
    void closesAnIdleBackendConnectionInTime() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(Http.ok("one")));
        proxy.start("services: { app: { endpoints: [${endpoints}], pool: { idleTimeout: 300ms } } }\n", backend);
        proxy.answerTo(Http.get("/"));
        begin();

        backend.connection(0).awaitEnded();

        tookAbout(SHORT.minusMillis(50));
        proxy.awaitMetric(0, "sluice_pool_idle");
    }

    @Test
    void keepsAnIdleBackendConnectionNoLongerThanTheBackendSays() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(Http.ok("one", "Keep-Alive: timeout=2")));
        proxy.start(backend);
        begin();
        proxy.answerTo(Http.get("/"));

        // A second less than it says.
        await().atMost(Duration.ofSeconds(4)).until(() -> backend.connection(0).hasEnded());

        tookAbout(Duration.ofMillis(900));
    }

    @OnlyHttp1("the stream is reset instead: Http2IT.resetsAStreamWhoseRestTakesTooLongToForget")
    @Test
    void leavesAForgottenBodyNoLongerThanItsDeadline() throws Exception {
        proxy.start("timeouts: { requestBodyIdle: 300ms }\n", proxy.backend(Script.silent()));
        RawConnection client = proxy.client();
        begin();
        client.send(Http.request("POST /settle HTTP/1.1", "Content-Length: 100") + "half");

        assertThat(client.response().text()).isEqualTo("settled");
        client.awaitEnd();

        tookAbout(SHORT);
    }
}
