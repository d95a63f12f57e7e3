package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.scenario.FrameClient.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What costs more than any use of a connection needs ends the connection, is counted, and costs nobody else anything. */
@Scenario
final class Http2AbuseIT {
    private static final int INITIAL_WINDOW_SIZE = 4;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    /** One step of an attack. */
    private interface Step {
        void take(int i) throws IOException;
    }

    private void calmed(FrameClient client, String word, Step step) throws Exception {
        FrameClient other = proxy.http2Client();
        other.answer(other.get("/settle"));
        try {
            for (int i = 0; i < 20_000; i++) {
                step.take(i);
            }
        } catch (IOException e) {
            // It was stopped.
        }
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=" + word);
        assertThat(other.answer(other.get("/settle")).text()).isEqualTo("settled");
        assertThat(endOf(client)).isIn(FrameClient.ENHANCE_YOUR_CALM, -1);
    }

    /** The code of its GOAWAY; -1 where a reset of the connection took that along. */
    private static int endOf(FrameClient client) {
        try {
            while (true) {
                Frame goAway = client.next(FrameClient.GO_AWAY);
                if (goAway == null) {
                    return -1;
                }
                if (goAway.code() != 0) {
                    return goAway.code();
                }
            }
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void rapidResets() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        calmed(client, "http2_rapid_reset", i -> client.reset(client.get("/"), FrameClient.CANCEL));
    }

    /** Fifty requests from this stream on, each followed by such a frame; and one that stays. */
    private static byte[] takenBack(int first, int type, int code) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int stream = first; stream < first + 100; stream += 2) {
            all.writeBytes(get(stream, "/"));
            all.writeBytes(FrameClient.frame(type, 0, stream, FrameClient.number(code)));
        }
        all.writeBytes(get(first + 100, "/last"));
        return all.toByteArray();
    }

    private static byte[] get(int stream, String path) {
        return FrameClient.frame(FrameClient.HEADERS, FrameClient.END_STREAM | FrameClient.END_HEADERS, stream,
                FrameClient.request("GET", path));
    }

    private void reachesNoBackend(int type, int code) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        client.settle();

        client.raw().send(takenBack(1, type, code));

        assertThat(client.answer(101).text()).isEqualTo("fine");
        assertThat(backend.connections()).isEqualTo(1);
        assertThat(backend.connection(0).received()).startsWith("GET /last");
    }

    @Test
    void whatIsResetInTheSameReadReachesNoBackend() throws Exception {
        reachesNoBackend(FrameClient.RST_STREAM, FrameClient.CANCEL);

        assertThat(proxy.metric("sluice_errors_total", "error=client_gone")).as("exchanges that ended so").isZero();
    }

    @Test
    void whatAClientMakesUsResetInTheSameReadReachesNoBackend() throws Exception {
        reachesNoBackend(FrameClient.WINDOW_UPDATE, 0);

        proxy.awaitMetric(50, "sluice_rejected_total", "reason=http2_protocol_error");
    }

    /** What the GOAWAY doesn't name its client may send again elsewhere (RFC 9113 §6.8). */
    @Test
    void whatComesBehindTooManyResetsReachesNoBackend() throws Exception {
        proxy.start("routes: [{ name: fast, match: { path: /last }, respond: { body: fine } }, { name: slow, service: app }]\n",
                proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();
        client.settle();

        // Each that is answered allows one more reset.
        int first = 1;
        for (; first < 4 * 102; first += 102) {
            client.raw().send(takenBack(first, FrameClient.RST_STREAM, FrameClient.CANCEL));
            assertThat(client.answer(first + 100).text()).isEqualTo("fine");
        }
        client.raw().send(takenBack(first, FrameClient.RST_STREAM, FrameClient.CANCEL));

        assertThat(endOf(client)).isEqualTo(FrameClient.ENHANCE_YOUR_CALM);
        client.close();
        proxy.awaitMetric(0, "sluice_connections");
        assertThat(proxy.metric("sluice_requests_total", "route=fast")).isEqualTo(4);
    }

    /** A browser that leaves a page, and comes to the next one; one whose user types, and each letter asks anew. */
    @Test
    void aClientThatCancelsAsOftenAsItIsAnsweredIsLeftAlone() throws Exception {
        proxy.start("routes: [{ name: fast, match: { path: /fast }, respond: { body: fine } }, { name: slow, service: app }]\n",
                proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        for (int page = 0; page < 10; page++) {
            List<Integer> images = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                images.add(client.get("/slow"));
                assertThat(client.answer(client.get("/fast")).text()).isEqualTo("fine");
            }
            proxy.awaitMetric(50, "sluice_requests_active");
            for (int image : images) {
                client.reset(image, FrameClient.CANCEL);
            }
            proxy.awaitMetric(0, "sluice_requests_active");
        }

        assertThat(client.answer(client.get("/fast")).text()).isEqualTo("fine");
    }

    @Test
    void framesThatAnswerWhatIsNeverRead() throws Exception {
        proxy.start(proxy.backend(
                connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + (1L << 30) + "\r\n\r\n");
                    byte[] part = new byte[1 << 16];
                    while (true) {
                        connection.send(part);
                    }
                },
                Script.silent()));
        FrameClient client = proxy.http2Client(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);
        client.window(0, 1 << 30);
        client.get("/fills");

        // Beyond a hundred each is refused by a frame that nobody reads.
        calmed(client, "http2_unread_frames", i -> client.get("/"));
    }

    @Test
    void resetsThatTheClientProvokes() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        calmed(client, "http2_provoked_resets", i -> client.window(client.get("/"), 0));
    }

    @Test
    void emptyContinuations() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();
        client.send(FrameClient.HEADERS, FrameClient.END_STREAM, 1, FrameClient.request("GET", "/"));

        calmed(client, "http2_continuation_flood", i -> client.send(FrameClient.CONTINUATION, 0, 1, new byte[0]));
    }

    @Test
    void longContinuations() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();
        client.send(FrameClient.HEADERS, FrameClient.END_STREAM, 1, FrameClient.request("GET", "/"));

        calmed(client, "http2_continuation_flood", i -> client.send(FrameClient.CONTINUATION, 0, 1, new byte[16_000]));
    }

    @Test
    void settings() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        calmed(client, "http2_frame_flood", i -> client.send(FrameClient.SETTINGS, 0, 0, new byte[0]));
    }

    @Test
    void pings() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        calmed(client, "http2_frame_flood", i -> client.send(FrameClient.PING, 0, 0, new byte[8]));
    }

    @Test
    void priorities() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        calmed(client, "http2_frame_flood", i -> client.send(FrameClient.PRIORITY, 0, 1, new byte[] {0, 0, 0, 3, 1}));
    }

    @Test
    void emptyData() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();
        int stream = client.post("/");

        calmed(client, "http2_frame_flood", i -> client.data(stream, new byte[0], false));
    }

    @Test
    void resetsOfAStreamThatIsOver() throws Exception {
        proxy.start(proxy.backend(Script.answering(Http.ok("fine"))));
        FrameClient client = proxy.http2Client();
        int over = client.get("/");
        client.answer(over);

        calmed(client, "http2_frame_flood", i -> client.reset(over, FrameClient.CANCEL));
    }

    @Test
    void bytesThatGoOnBehindTheGoodbye() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();
        client.send(FrameClient.DATA, 0, 7, new byte[1]);
        assertThat(endOf(client)).isEqualTo(FrameClient.PROTOCOL_ERROR);
        byte[] more = new byte[1 << 16];
        AtomicLong sent = new AtomicLong();

        // In the moment for which its last words wait, far more would come through.
        assertThatThrownBy(() -> {
            while (sent.addAndGet(more.length) < 1L << 32) {
                client.raw().send(more);
            }
        }).isInstanceOf(IOException.class);
        assertThat(sent).hasValueLessThan(64 << 20);
    }

    @Test
    void windowUpdates() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        calmed(client, "http2_frame_flood", i -> client.window(0, 1));
    }

    @Test
    void fieldsThatDoNotComeToTheirEnd() throws Exception {
        proxy.start("timeouts: { requestHead: 300ms }\n", proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();
        // What it reads first it acknowledges, which may not stand between fields.
        client.settle();

        client.send(FrameClient.HEADERS, FrameClient.END_STREAM, 1, FrameClient.request("GET", "/"));

        assertThat(endOf(client)).isEqualTo(FrameClient.ENHANCE_YOUR_CALM);
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=request_head_timeout");
    }

    @Test
    void moreStreamsThanItWasTold() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start(backend);
        FrameClient client = proxy.http2Client();

        int last = 0;
        for (int i = 0; i < 101; i++) {
            last = client.get("/");
        }

        assertThat(client.answer(last).reset).isEqualTo(FrameClient.REFUSED_STREAM);
        proxy.awaitMetric(100, "sluice_requests_active");
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=http2_too_many_streams");
    }

    @Test
    void breaksOfTheProtocolItself() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();

        client.send(FrameClient.DATA, 0, 7, new byte[1]);

        assertThat(endOf(client)).isEqualTo(FrameClient.PROTOCOL_ERROR);
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=http2_protocol_error");
    }
}
