package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.awaitStalled;
import static io.sluice.scenario.Tunnelled.crc;
import static io.sluice.scenario.Tunnelled.text;
import static io.sluice.scenario.WebSockets.accept;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.FrameClient.Answer;
import io.sluice.scenario.FrameClient.Frame;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream of HTTP/2 becomes a WebSocket's tunnel to a backend of HTTP/1.1 (RFC 8441). */
@Scenario
final class Http2TunnelIT {
    /** More MiB than a stream's window and the kernel's buffers take together. */
    private static final int MANY = 96;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @Test
    void clientsAreToldThatTheyMayAsk() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        ByteBuffer settings = ByteBuffer.wrap(client.next(FrameClient.SETTINGS).payload());

        boolean told = false;
        while (settings.hasRemaining()) {
            told |= settings.getShort() == 8 & settings.getInt() == 1;
        }
        assertThat(told).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asksTheBackendForAnUpgradeAndThenPassesEveryByteBothWays(boolean clientEndsFirst) throws Exception {
        proxy.start(proxy.backend(connection -> {
            Message request = connection.request();
            assertThat(request.startLine()).isEqualTo("GET /chat?a=b HTTP/1.1");
            assertThat(request.values("Host")).containsExactly("test");
            assertThat(request.values("Connection")).containsExactly("upgrade");
            assertThat(request.values("Upgrade")).containsExactly("websocket");
            assertThat(request.values("Sec-WebSocket-Version")).containsExactly("13");
            assertThat(request.values("Sec-WebSocket-Protocol")).containsExactly("chat");
            assertThat(request.values("Transfer-Encoding")).isEmpty();
            assertThat(Base64.getDecoder().decode(request.value("Sec-WebSocket-Key"))).hasSize(16);
            connection.send(WebSockets.switched(request.value("Sec-WebSocket-Key")) + "first");
            assertThat(text(connection, 9)).isEqualTo("earlyping");
            connection.send("pong");
            if (clientEndsFirst) {
                assertThat(connection.rest()).isEqualTo("bye");
                connection.send("goodbye");
            } else {
                connection.halfClose();
                assertThat(connection.rest()).isEqualTo("bye");
            }
        }));
        FrameClient client = proxy.http2Client();

        int stream = client.webSocket("/chat?a=b", "sec-websocket-protocol", "chat", "sec-websocket-key", "theirs");
        client.data(stream, Http.bytes("early"), false);
        Answer answer = client.head(stream);
        client.data(stream, Http.bytes("ping"), false);

        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.fields).containsEntry("x-kept", "1")
                .doesNotContainKeys("connection", "upgrade", "sec-websocket-accept", "content-length");
        assertThat(client.data(stream, 9).text()).isEqualTo("firstpong");
        if (!clientEndsFirst) {
            assertThat(client.answer(stream).text()).isEqualTo("firstpong");
        }
        client.data(stream, Http.bytes("bye"), true);
        if (clientEndsFirst) {
            assertThat(client.answer(stream).text()).isEqualTo("firstponggoodbye");
        }
        proxy.awaitMetric(0, "sluice_requests_active");
        assertThat(answer.reset).isNegative();
        assertThat(proxy.metric("sluice_errors_total")).isZero();
        proxy.awaitMetric(12, "sluice_bytes_total", "side=client", "direction=in");
        proxy.awaitMetric(clientEndsFirst ? 16 : 9, "sluice_bytes_total", "side=client", "direction=out");
        proxy.awaitMetric(1, "sluice_relays_total", "kind=copied", "reason=http2");
    }

    @Test
    void aClientThatHasSaidAllWithItsRequestStillHears() throws Exception {
        proxy.start(proxy.backend(connection -> {
            accept(connection);
            assertThat(connection.rest()).isEmpty();
            connection.send("news");
        }));
        FrameClient client = proxy.http2Client();

        int stream = client.begin(FrameClient.END_STREAM, FrameClient.fields(
                ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/", ":authority", "test"));

        assertThat(client.answer(stream).text()).isEqualTo("news");
    }

    @Test
    void theEndMayComeBeforeTheAnswer() throws Exception {
        Signal go = new Signal();
        proxy.start(proxy.backend(connection -> {
            Message request = connection.request();
            go.await();
            assertThat(connection.readable()).as("before the backend has agreed").isFalse();
            connection.send(WebSockets.switched(request.value("Sec-WebSocket-Key")));
            assertThat(connection.rest()).isEqualTo("all there is");
            connection.send("heard");
        }));
        FrameClient client = proxy.http2Client();

        int stream = client.webSocket("/");
        client.data(stream, Http.bytes("all there is"), true);
        client.settle();
        go.raise();

        assertThat(client.answer(stream).text()).isEqualTo("heard");
    }

    @ParameterizedTest
    @CsvSource({"PLAIN", "TLS"})
    void largeAmountsCrossBothWaysAtOnce(String behind) throws Exception {
        byte[] block = Http.random(1 << 20);
        int blocks = 12;
        boolean tls = behind.equals("TLS");
        Script script = connection -> {
            accept(connection);
            Background sending = Background.run(() -> connection.send(block, blocks));
            assertThat(connection.crc((long) blocks << 20)).isEqualTo(crc(block, blocks));
            sending.awaitEnd();
            connection.halfClose();
            connection.awaitClose();
        };
        ScriptedBackend backend = tls
                ? proxy.owned(ScriptedBackend.secure(BackendSecrets.GOOD, script)) : proxy.backend(script);
        proxy.start(tls ? "services: { app: { " + BackendSecrets.YAML + ", endpoints: [${endpoints}] } }\n" : "", backend);
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.head(stream).status).isEqualTo(200);

        long streamCredit = 256 * 1024;
        long credit = 65_535;
        int part = 16_384;
        for (long sent = 0; sent < (long) blocks << 20; ) {
            if (Math.min(credit + client.credit(0), streamCredit + client.credit(stream)) - sent < part) {
                assertThat(client.read()).isNotNull();
                continue;
            }
            int at = (int) (sent & (1 << 20) - 1);
            byte[] bytes = java.util.Arrays.copyOfRange(block, at, at + part);
            sent += part;
            client.data(stream, bytes, sent == (long) blocks << 20);
        }

        CRC32 crc = new CRC32();
        crc.update(client.answer(stream).body.toByteArray());
        assertThat(crc.getValue()).isEqualTo(crc(block, blocks));
    }

    @Test
    void aClientThatTakesNothingHoldsItsBackendBackAndNobodyElse() throws Exception {
        byte[] block = Http.random(1 << 20);
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    accept(connection);
                    connection.send(block, MANY);
                },
                Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        client.keepsWindows();
        int stream = client.webSocket("/");
        assertThat(client.head(stream).status).isEqualTo(200);

        awaitStalled(backend);
        assertThat(backend.connection(0).bytesSent()).isLessThan((long) MANY << 20);
        assertThat(proxy.metric("sluice_buffered_bytes")).isLessThan(1 << 20);
        client.window(0, 1 << 20);
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");

        client.reset(stream, FrameClient.CANCEL);
        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
    }

    @Test
    void aBackendThatTakesNothingHoldsItsStreamBackAndNoOther() throws Exception {
        Signal reading = new Signal();
        long most = 64L << 20;
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    accept(connection);
                    reading.await();
                    connection.awaitReset();
                },
                Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.webSocket("/");
        assertThat(client.head(stream).status).isEqualTo(200);

        // Until pings are answered while nothing more is given back.
        long sent = 0;
        int part = 16_384;
        for (boolean room = true; room; ) {
            long windows = Math.min(65_535 + client.credit(0), 256 * 1024 + client.credit(stream));
            if (windows - sent >= part) {
                client.data(stream, new byte[part], false);
                sent += part;
            } else {
                long before = client.credit(stream);
                client.settle();
                room = client.credit(stream) > before;
            }
        }
        assertThat(sent).isLessThan(most);
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");

        client.reset(stream, FrameClient.CANCEL);
        reading.raise();
        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
    }
}
