package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.text;
import static io.sluice.scenario.WebSockets.accept;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.scenario.FrameClient.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a WebSocket over HTTP/2 ends, or does not begin (RFC 8441). */
@Scenario
final class Http2TunnelEndIT {
    private static final String[] CONNECT = {":method", "CONNECT"};
    private static final String[] PROTOCOL = {":protocol", "websocket"};
    private static final String[] SCHEME = {":scheme", "http"};
    private static final String[] PATH = {":path", "/"};
    private static final String[] AUTHORITY = {":authority", "test"};

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    static Stream<Arguments> malformed() {
        return Stream.of(
                of("another method", new String[] {":method", "GET"}, PROTOCOL, SCHEME, PATH, AUTHORITY),
                of("no scheme", CONNECT, PROTOCOL, PATH, AUTHORITY),
                of("no path", CONNECT, PROTOCOL, SCHEME, AUTHORITY),
                of("only an authority", CONNECT, PROTOCOL, AUTHORITY),
                of("two protocols", CONNECT, PROTOCOL, PROTOCOL, SCHEME, PATH, AUTHORITY),
                of("no protocol's name", CONNECT, new String[] {":protocol", ""}, SCHEME, PATH, AUTHORITY),
                of("an upgrade besides", CONNECT, PROTOCOL, SCHEME, PATH, AUTHORITY, new String[] {"upgrade", "websocket"}),
                of("a length", CONNECT, PROTOCOL, SCHEME, PATH, AUTHORITY, new String[] {"content-length", "5"}));
    }

    private static Arguments of(String what, String[]... fields) {
        return Arguments.of(what, Stream.of(fields).flatMap(Stream::of).toArray(String[]::new));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void resetsAnExtendedConnectWith(String what, String[] fields) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();

        Answer answer = client.answer(client.begin(0, FrameClient.fields(fields)));

        assertThat(answer.status).isZero();
        assertThat(answer.reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
        assertThat(backend.connections()).isZero();
        assertThat(client.answer(client.get("/")).text()).as("the next one").isEqualTo("fine");
    }

    @Test
    void anotherProtocolThanWebSocketIsNotImplemented() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start(backend);
        FrameClient client = proxy.http2Client();

        int stream = client.begin(0, FrameClient.fields(
                ":method", "CONNECT", ":protocol", "connect-udp", ":scheme", "http", ":path", "/", ":authority", "test"));

        assertThat(client.answer(stream).status).isEqualTo(501);
        assertThat(backend.connections()).isZero();
        proxy.awaitCounted("connect_unsupported");
    }

    @Test
    void whatIsAnsweredHereIsNoTunnel() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        assertThat(client.answer(client.webSocket("/settle")).status).isEqualTo(501);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "h2"})
    void aServiceOfHttp2IsNoTunnelYet(String protocol) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        String tls = protocol.equals("h2") ? ", " + BackendSecrets.YAML : "";
        proxy.start("services: { app: { protocol: " + protocol + tls + ", endpoints: [${endpoints}] } }\n", backend);
        FrameClient client = proxy.http2Client();

        assertThat(client.answer(client.webSocket("/")).status).isEqualTo(501);
        assertThat(backend.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"403 Forbidden", "426 Upgrade Required", "302 Found"})
    void aRefusalIsPassedOnAndWhatWasSentIsForgotten(String status) throws Exception {
        Signal go = new Signal();
        proxy.start(proxy.backend(
                connection -> {
                    connection.request();
                    go.await();
                    connection.send("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nno");
                    assertThat(connection.rest()).isEmpty();
                },
                Script.answering(Http.ok("fine"))));
        FrameClient client = proxy.http2Client();

        int stream = client.webSocket("/");
        client.data(stream, new byte[16_000], false);
        client.settle();
        go.raise();
        Answer answer = client.answer(stream);

        assertThat(answer.status).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        assertThat(answer.text()).isEqualTo("no");
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");
    }

    @Test
    void windowsAreGivenBackOfTunnelsThatWereRefused() throws Exception {
        Signal go = new Signal();
        proxy.start(proxy.backend(
                connection -> {
                    connection.request();
                    go.await();
                    connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
                    connection.awaitEnd();
                }));
        FrameClient client = proxy.http2Client();
        int[] streams = new int[4];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = client.webSocket("/");
        }
        client.settle();
        for (int stream : streams) {
            for (int i = 0; i < 15; i++) {
                client.data(stream, new byte[16_000], false);
            }
        }
        client.settle();
        long held = client.credit(0);
        go.raise();
        for (int stream : streams) {
            assertThat(client.answer(stream).status).isEqualTo(403);
        }

        // The window of 1 MiB is nearly used up by what no backend took; more than half of that is told at once.
        while (client.credit(0) - held < 500_000) {
            assertThat(client.read()).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "204 No Content"})
    void aSuccessThatIsNoUpgradeIsNotPassedOn(String status) throws Exception {
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 " + status + "\r\n" + (status.startsWith("200") ? "Content-Length: 2\r\n\r\nno" : "\r\n"));
            connection.awaitEnd();
        }));
        FrameClient client = proxy.http2Client();

        assertThat(client.answer(client.webSocket("/")).status).isEqualTo(502);
        proxy.awaitCounted("upgrade_ignored");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Upgrade: websocket\r\n",
        "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
        "Upgrade: other\r\n"})
    void aSwitchThatDoesNotAnswerOurKeyIsRefused(String fields) throws Exception {
        proxy.start(proxy.backend(Script.answeringThenWaiting(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n" + fields + "\r\n")));
        FrameClient client = proxy.http2Client();

        assertThat(client.answer(client.webSocket("/")).status).isEqualTo(502);
        proxy.awaitCounted("unrequested_upgrade");
    }

    @Test
    void aResetOfTheStreamIsAResetOfTheBackend() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            accept(connection);
            connection.awaitReset();
        });
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.head(stream).status).isEqualTo(200);

        client.reset(stream, FrameClient.CANCEL);

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
    }

    @Test
    void aResetBehindTheBackendsEndIsStillOne() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            accept(connection);
            connection.halfClose();
            connection.awaitReset();
        });
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.answer(stream).ended).isTrue();

        client.reset(stream, FrameClient.CANCEL);

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
    }

    @Test
    void aResetBeforeTheAnswerLeavesNothing() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        client.data(stream, new byte[1000], false);
        backend.connection(0);

        client.reset(stream, FrameClient.CANCEL);

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
    }

    @Test
    void aClientThatLeavesResetsItsBackends() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            accept(connection);
            connection.awaitReset();
        });
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        assertThat(client.head(client.webSocket("/")).status).isEqualTo(200);

        client.close();

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
    }

    /** Its connection's FIN is no end of a stream, and nothing can be one behind it. */
    @Test
    void aClientThatCanSayNoMoreEndsItsTunnelsAndHearsItsAnswers() throws Exception {
        Signal left = new Signal();
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    accept(connection);
                    connection.awaitReset();
                },
                connection -> {
                    connection.request();
                    left.await();
                    connection.send(Http.ok("fine"));
                });
        proxy.start("listeners: [{ name: web, address: \"127.0.0.1:0\", halfClose: answer }]\n", backend);
        FrameClient client = proxy.http2Client();
        client.keepsWindows();
        int tunnel = client.webSocket("/");
        client.head(tunnel);
        int request = client.get("/");
        backend.connection(1);

        client.raw().halfClose();

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
        left.raise();
        assertThat(client.answer(request).text()).isEqualTo("fine");
        assertThat(client.soFar(tunnel).reset).isEqualTo(FrameClient.CANCEL);
    }

    @Test
    void aResetByTheBackendCancelsTheStreamAndNoOther() throws Exception {
        Signal reset = new Signal();
        proxy.start(proxy.backend(
                connection -> {
                    accept(connection);
                    connection.send("x");
                    reset.await();
                    connection.reset();
                },
                Script.answering(Http.ok("fine"))));
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.data(stream, 1).text()).isEqualTo("x");

        reset.raise();

        assertThat(client.answer(stream).reset).isEqualTo(FrameClient.CANCEL);
        proxy.awaitCounted("backend_reset");
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");
    }

    @Test
    void trailersInATunnelAreMalformed() throws Exception {
        proxy.start(proxy.backend(connection -> {
            accept(connection);
            connection.awaitReset();
        }));
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.head(stream).status).isEqualTo(200);

        client.send(FrameClient.HEADERS, FrameClient.END_HEADERS | FrameClient.END_STREAM, stream,
                FrameClient.fields("a", "b"));

        assertThat(client.answer(stream).reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
        proxy.awaitCounted("http2_malformed");
    }

    @Test
    void anIdleTunnelIsCut() throws Exception {
        proxy.start("timeouts: { tunnel: 300ms, request: 200ms, keepAlive: 200ms }\n", proxy.backend(connection -> {
            accept(connection);
            for (int i = 0; i < 5; i++) {
                connection.idle(Duration.ofMillis(150));
                connection.send("x");
            }
            connection.awaitReset();
        }));
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.data(stream, 5).text()).isEqualTo("xxxxx");

        assertThat(client.answer(stream).reset).isEqualTo(FrameClient.CANCEL);
        proxy.awaitCounted("tunnel_idle");
    }

    @Test
    void aDrainLetsTunnelsRunAndThenCutsThem() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            accept(connection);
            while (true) {
                connection.send(text(connection, 1));
            }
        });
        proxy.start("timeouts: { drain: { accepting: 0s, exchanges: 600ms } }\n", backend);
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.head(stream).status).isEqualTo(200);

        CompletableFuture<Integer> drained = proxy.server().drain();
        await("not ready").until(() -> proxy.server().notReady() != null);
        client.data(stream, Http.bytes("a"), false);
        assertThat(client.data(stream, 1).text()).isEqualTo("a");

        while (client.read() != null) {
            assertThat(client.soFar(stream).ended).isFalse();
        }
        assertThat(drained.get(5, TimeUnit.SECONDS)).isEqualTo(1);
        backend.connection(0).awaitEnded();
        proxy.awaitCounted("shutting_down");
    }

    @Test
    void aDrainIsOverWhenTheLastTunnelEnds() throws Exception {
        proxy.start("timeouts: { drain: { accepting: 0s, exchanges: 30s } }\n", proxy.backend(connection -> {
            accept(connection);
            connection.awaitClose();
        }));
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.head(stream).status).isEqualTo(200);
        CompletableFuture<Integer> drained = proxy.server().drain();
        await("not ready").until(() -> proxy.server().notReady() != null);

        client.data(stream, new byte[0], true);
        assertThat(client.answer(stream).reset).isNegative();
        client.settle();
        client.close();

        assertThat(drained.get(5, TimeUnit.SECONDS)).isZero();
    }
}
