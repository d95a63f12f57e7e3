package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.FrameClient.Answer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 from clients, as RFC 9113 has it: requests and answers in good order. */
@Scenario
final class Http2IT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @Test
    void answersOneRequestAfterTheOther() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("hello", "X-Of: Backend")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();

        for (int i = 0; i < 1000; i++) {
            Answer answer = client.answer(client.get("/" + i));

            assertThat(answer.status).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("hello");
            assertThat(answer.fields).containsEntry("x-of", "Backend").containsEntry("content-length", "5").containsKey("date");
        }
        assertThat(backend.connections()).isOne();
        proxy.awaitMetric(1000, "sluice_requests_total", "protocol=HTTP/2.0", "route=all");
    }

    @Test
    void aStreamWhoseEndTheClientHasReadMakesRoomForAnother() throws Exception {
        proxy.start("""
                listeners: [{ name: web, address: "127.0.0.1:0", socket: { sendBuffer: 16KiB } }]
                routes: [{ name: page, respond: { status: 200, body: %s } }]
                """.formatted("x".repeat(4000)), proxy.backend(Script.silent()));
        try (FrameClient client = new FrameClient(RawConnection.narrowTo(proxy.address(), 4096))) {
            for (int i = 0; i < 100; i++) {
                client.get("/");
            }
            // What is written at once to a client that takes little reaches it in pieces, ends of responses among them.
            for (int ended = 0; ended < 2000; ) {
                FrameClient.Frame frame = client.read();
                assertThat(frame.type()).as("stream %s, after %s", frame.stream(), ended).isNotEqualTo(FrameClient.RST_STREAM);
                if (frame.type() == FrameClient.DATA && (frame.flags() & FrameClient.END_STREAM) != 0) {
                    ended++;
                    client.get("/");
                }
            }
        }
        assertThat(proxy.metric("sluice_rejected_total")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20, 30})
    void recognisesThePrefaceHoweverItComes(int pieceLength) throws Exception {
        proxy.start(proxy.backend(Script.answering(Http.ok("hello"))));
        RawConnection client = proxy.client();

        proxy.sendInPieces(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", pieceLength);

        byte[] header = new byte[9];
        for (int i = 0; i < header.length; i++) {
            header[i] = (byte) client.read();
        }
        assertThat(header[3]).as("SETTINGS").isEqualTo((byte) FrameClient.SETTINGS);
    }

    @Test
    void refusesHttp2WhereItIsSwitchedOff() throws Exception {
        proxy.start("listeners: [{ name: web, address: \"127.0.0.1:0\", http2: false }]\n",
                proxy.backend(Script.answering(Http.ok(""))));
        RawConnection client = proxy.client();

        client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

        assertThat(client.response().status()).isEqualTo(505);
        client.awaitClose();
    }

    @Test
    void makesAnHttp1RequestOfTheFields() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();

        client.answer(client.get("/a?b", "cookie", "a=1", "te", "trailers", "x-one", "1", "cookie", "b=2", "host", "TEST"));

        assertThat(backend.connection(0).received())
                .startsWith("GET /a?b HTTP/1.1\r\nHost: test\r\nx-one: 1\r\ncookie: a=1; b=2\r\n")
                .contains("Via: 2.0 sluice\r\n")
                .doesNotContainIgnoringCase("te: ", "transfer-encoding");
    }

    @Test
    void carriesInterleavedUploads() throws Exception {
        proxy.start(proxy.backend(Script.echoing()));
        FrameClient client = proxy.http2Client();
        int first = client.post("/", "content-length", "10");
        int second = client.post("/");

        client.data(first, Http.bytes("01234"), false);
        client.data(second, Http.bytes("abc"), false);
        client.data(first, Http.bytes("56789"), true);
        client.data(second, Http.bytes("def"), true);

        assertThat(client.answer(second).text()).isEqualTo("abcdef");
        assertThat(client.answer(first).text()).isEqualTo("0123456789");
    }

    @Test
    void carriesALongUploadAndGivesItsBytesBackToTheWindows() throws Exception {
        byte[] body = Http.random(3 << 20);
        proxy.start(proxy.backend(Script.echoing()));
        FrameClient client = proxy.http2Client();
        int stream = client.post("/");
        int streamWindow = 65_535;
        int connectionWindow = 65_535;

        for (int at = 0; at < body.length; ) {
            int count = Math.min(16_384, body.length - at);
            while (Math.min(streamWindow, connectionWindow) < count) {
                FrameClient.Frame frame = client.read();
                if (frame.type() == FrameClient.WINDOW_UPDATE && frame.stream() == 0) {
                    connectionWindow += frame.code();
                } else if (frame.type() == FrameClient.WINDOW_UPDATE) {
                    streamWindow += frame.code();
                } else if (frame.type() == FrameClient.SETTINGS && frame.flags() == 0) {
                    streamWindow += 256 * 1024 - 65_535;
                }
            }
            byte[] piece = Arrays.copyOfRange(body, at, at + count);
            at += count;
            client.data(stream, piece, at == body.length);
            streamWindow -= count;
            connectionWindow -= count;
        }

        assertThat(client.answer(stream).body.toByteArray()).isEqualTo(body);
    }

    @Test
    void carriesTrailersBothWays() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n0\r\nX-Check: ok\r\n\r\n"));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        int stream = client.post("/");

        client.data(stream, Http.bytes("body"), false);
        client.send(FrameClient.HEADERS, FrameClient.END_STREAM | FrameClient.END_HEADERS, stream,
                FrameClient.fields("x-sum", "42"));
        Answer answer = client.answer(stream);

        assertThat(answer.text()).isEqualTo("abc");
        assertThat(answer.trailers).containsEntry("x-check", "ok");
        assertThat(backend.connection(0).received()).endsWith("4\r\nbody\r\n0\r\nx-sum: 42\r\n\r\n");
    }

    @Test
    void passesInterimAnswersOn() throws Exception {
        proxy.start(proxy.backend(Script.answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Http.ok("done"))));
        FrameClient client = proxy.http2Client();

        Answer answer = client.answer(client.get("/"));

        assertThat(answer.interim).containsExactly(103);
        assertThat(answer.text()).isEqualTo("done");
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content\r\n", "304 Not Modified\r\nETag: \"a\"\r\n", "200 OK\r\nContent-Length: 0\r\n"})
    void endsAnAnswerWithoutABodyWithItsHead(String head) throws Exception {
        proxy.start(proxy.backend(Script.answering("HTTP/1.1 " + head + "\r\n")));
        FrameClient client = proxy.http2Client();

        Answer answer = client.answer(client.get("/"));

        assertThat(answer.status).isEqualTo(Integer.parseInt(head.substring(0, 3)));
        assertThat(answer.body.size()).isZero();
    }

    @Test
    void answersAHeadRequestWithTheLengthAndNoBody() throws Exception {
        proxy.start(proxy.backend(Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")));
        FrameClient client = proxy.http2Client();

        Answer answer = client.answer(client.begin(FrameClient.END_STREAM, FrameClient.request("HEAD", "/")));

        assertThat(answer.fields).containsEntry("content-length", "1000");
        assertThat(answer.body.size()).isZero();
    }

    @Test
    void writesALongHeadInSeveralFrames() throws Exception {
        proxy.start(proxy.backend(Script.answering(Http.ok("x", "X-Long: " + "y".repeat(40_000)))));
        FrameClient client = proxy.http2Client();

        int stream = client.get("/");

        FrameClient.Frame head = client.next(FrameClient.CONTINUATION);
        assertThat(head.stream()).isEqualTo(stream);
        assertThat(head.payload()).hasSize(16_384);
        assertThat(client.answer(stream).fields.get("x-long")).hasSize(40_000);
    }

    @Test
    void answersItselfWhereNobodyElseDoes() throws Exception {
        proxy.start("routes: [{ match: { path: /only }, respond: { status: 200 } }]\nservices: {}\n");
        FrameClient client = proxy.http2Client();

        Answer answer = client.answer(client.get("/else"));

        assertThat(answer.status).isEqualTo(404);
        assertThat(answer.text()).isEqualTo("404 no_route\n");
    }

    @Test
    void answersEarlyAndForgetsWhatStillComesOfTheRequest() throws Exception {
        proxy.start("limits: { requestBody: 1KiB }\n", proxy.backend(Script.answering(Http.ok("next"))));
        FrameClient client = proxy.http2Client();
        int stream = client.post("/");

        client.data(stream, new byte[2000], false);
        assertThat(client.answer(stream).status).isEqualTo(413);
        client.data(stream, new byte[2000], true);

        assertThat(client.answer(client.get("/")).text()).isEqualTo("next");
        assertThat(client.soFar(stream).reset).isNegative();
    }

    @Test
    void resetsAStreamWhoseRestTakesTooLongToForget() throws Exception {
        proxy.start("limits: { requestBody: 1KiB }\n", proxy.backend(Script.answering(Http.ok("next"))));
        FrameClient client = proxy.http2Client();
        int stream = client.post("/");

        client.data(stream, new byte[2000], false);
        assertThat(client.answer(stream).status).isEqualTo(413);
        for (int i = 0; i < 5; i++) {
            client.data(stream, new byte[16_000], false);
        }
        client.next(FrameClient.RST_STREAM);

        assertThat(client.soFar(stream).reset).isEqualTo(FrameClient.NO_ERROR);
        assertThat(client.answer(client.get("/")).text()).isEqualTo("next");
    }
}
