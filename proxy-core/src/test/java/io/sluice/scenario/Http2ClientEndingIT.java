package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.scenario.FrameClient.Answer;
import io.sluice.scenario.FrameClient.Frame;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every way a stream, or its connection, can end before its time: it costs nobody else anything. */
@Scenario
final class Http2ClientEndingIT {
    private static final String LONG = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegin";
    private static final int INITIAL_WINDOW_SIZE = 4;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @Test
    void freesTheBackendOfAStreamThatItsClientResetsMidResponse() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(LONG), Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.get("/");
        client.next(FrameClient.DATA);

        client.reset(stream, FrameClient.CANCEL);

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");
    }

    @Test
    void freesTheBackendOfAStreamThatItsClientResetsMidUpload() throws Exception {
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.head();
                    connection.awaitEnd();
                },
                Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.post("/", "content-length", "100");
        client.data(stream, new byte[50], false);
        backend.connection(0);

        client.reset(stream, FrameClient.CANCEL);

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");
    }

    @Test
    void resetsOnlyTheStreamWhoseBackendDies() throws Exception {
        Signal dies = new Signal();
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.request();
                    connection.send(LONG);
                    dies.await();
                },
                Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.get("/");
        client.next(FrameClient.DATA);

        dies.raise();
        Answer cut = client.answer(stream);

        assertThat(cut.reset).isEqualTo(FrameClient.INTERNAL_ERROR);
        assertThat(cut.text()).isEqualTo("begin");
        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");
        proxy.awaitCounted("response_truncated");
    }

    @Test
    void answers502WhereABackendDiesRightBehindItsHead() throws Exception {
        proxy.start(proxy.backend(Script.answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")));
        FrameClient client = proxy.http2Client();

        Answer answer = client.answer(client.get("/"));

        // Whether its end came along with the head is the kernel's doing.
        assertThat(answer.status == 502 || answer.reset == FrameClient.INTERNAL_ERROR).isTrue();
    }

    @Test
    void endsEveryExchangeOfAClientThatLeaves() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        client.get("/");
        client.get("/");
        backend.connection(1);

        client.raw().reset();

        backend.connection(0).awaitEnded();
        backend.connection(1).awaitEnded();
        proxy.awaitMetric(2, "sluice_errors_total", "error=client_gone");
    }

    @Test
    void servesTheOthersWhileOneStreamIsNotRead() throws Exception {
        byte[] body = Http.random(1 << 20);
        proxy.start(proxy.backend(connection -> {
            while (true) {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                connection.send(body);
            }
        }));
        FrameClient client = proxy.http2Client(INITIAL_WINDOW_SIZE, 0);
        int slow = client.get("/");

        for (int i = 0; i < 5; i++) {
            int fast = client.get("/");
            client.window(fast, body.length);
            assertThat(client.answer(fast).body.toByteArray()).isEqualTo(body);
        }

        assertThat(client.soFar(slow).status).isEqualTo(200);
        assertThat(client.soFar(slow).body.size()).isZero();
        client.window(slow, body.length);
        assertThat(client.answer(slow).body.toByteArray()).isEqualTo(body);
    }

    @Test
    void goesOnBehindAResetOfAStreamThatWaitedForTheConnectionsWindow() throws Exception {
        byte[] body = Http.random(1 << 20);
        proxy.start(proxy.backend(
                connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                    connection.send(body);
                },
                Script.answering(Http.ok("fine"))));
        FrameClient client = proxy.http2Client(INITIAL_WINDOW_SIZE, 2 * body.length);
        client.keepsWindows();
        int waiting = client.get("/");
        while (client.soFar(waiting).body.size() < 65_535) {
            client.read();
        }

        client.reset(waiting, FrameClient.CANCEL);
        client.window(0, body.length);

        assertThat(client.answer(client.get("/")).text()).isEqualTo("fine");
        proxy.awaitCounted("client_gone");
    }

    @Test
    void resetsAStreamWhoseWindowStaysShut() throws Exception {
        proxy.start("timeouts: { responseWriteIdle: 400ms }\n", proxy.backend(Script.answering(Http.ok("never read"))));
        FrameClient client = proxy.http2Client(INITIAL_WINDOW_SIZE, 0);

        Answer answer = client.answer(client.get("/"));

        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.reset).isEqualTo(FrameClient.CANCEL);
        proxy.awaitCounted("client_too_slow");
    }

    @Test
    void givesNoMoreBackThanTheBackendTakes() throws Exception {
        Signal reads = new Signal();
        ScriptedBackend backend = proxy.owned(ScriptedBackend.narrow(4096, proxy.secrets(), connection -> {
            connection.head();
            reads.await();
            connection.rest();
        }));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.post("/");
        client.settle();
        long window = 256 * 1024;
        long sent = 0;

        // Sends as long as it may; the stream's window comes to its end when nobody takes more.
        while (window >= 16_384) {
            client.data(stream, new byte[16_384], false);
            sent += 16_384;
            window -= 16_384;
            if (sent % (128 * 1024) == 0) {
                window += givenBack(client, stream);
            }
            if (sent > 64 << 20) {
                throw new AssertionError("nobody holds the client back");
            }
        }
        client.reset(stream, FrameClient.CANCEL);
        reads.raise();

        assertThat(sent).isLessThan(16 << 20);
        // What the stream had of the connection's window came back with the reset.
        int next = client.post("/");
        client.data(next, new byte[16_384], true);
        client.settle();
    }

    private static long givenBack(FrameClient client, int stream) throws Exception {
        client.send(FrameClient.PING, 0, 0, new byte[8]);
        long given = 0;
        while (true) {
            Frame frame = client.read();
            if (frame.type() == FrameClient.PING) {
                return given;
            }
            if (frame.type() == FrameClient.WINDOW_UPDATE && frame.stream() == stream) {
                given += frame.code();
            }
        }
    }

    @Test
    void saysGoodbyeTwiceAndFinishesWhatIsOn() throws Exception {
        Signal answer = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("to the end"));
            connection.awaitEnd();
        });
        proxy.start("timeouts: { drain: { accepting: 0s } }\n", backend);
        FrameClient client = proxy.http2Client();
        int stream = client.get("/");
        await().until(() -> backend.connection(0).received().contains("\r\n\r\n"));

        CompletableFuture<Integer> drained = proxy.server().drain();
        Frame first = client.next(FrameClient.GO_AWAY);
        Frame ping = client.next(FrameClient.PING);
        client.send(FrameClient.PING, FrameClient.ACK, 0, ping.payload());
        Frame second = client.next(FrameClient.GO_AWAY);
        answer.raise();

        assertThat(lastStream(first)).isEqualTo(Integer.MAX_VALUE);
        assertThat(lastStream(second)).isEqualTo(stream);
        assertThat(client.answer(stream).text()).isEqualTo("to the end");
        client.next(-1);
        client.close();
        assertThat(drained.get(5, TimeUnit.SECONDS)).isZero();
    }

    private static int lastStream(Frame goAway) {
        return ByteBuffer.wrap(goAway.payload()).getInt();
    }

    @Test
    void answersRequestsThatComeBetweenTheTwo() throws Exception {
        proxy.start("timeouts: { drain: { accepting: 0s } }\n", proxy.backend(Script.answering(Http.ok("still"))));
        FrameClient client = proxy.http2Client();
        client.answer(client.get("/"));

        CompletableFuture<Integer> drained = proxy.server().drain();
        client.next(FrameClient.PING);

        assertThat(client.answer(client.get("/")).text()).isEqualTo("still");
        assertThat(client.next(-1)).as("the connection ends").isNull();
        assertThat(drained.get(5, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void endsAnIdleConnectionWithAGoodbye() throws Exception {
        proxy.start("timeouts: { keepAlive: 300ms }\n", proxy.backend(Script.answering(Http.ok("x"))));
        FrameClient client = proxy.http2Client();
        client.answer(client.get("/"));

        assertThat(client.next(FrameClient.GO_AWAY).code()).isEqualTo(FrameClient.NO_ERROR);
        assertThat(client.next(-1)).isNull();
    }
}
