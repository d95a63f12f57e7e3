package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.filter.Decoded;
import io.sluice.scenario.Message.Ending;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses of backends that are compressed on their way. */
@Scenario
@ParameterizedClass(name = "{0}")
@EnumSource(value = Relaying.class, names = {"DEFAULT", "ENCRYPTED", "HTTP2_ENCRYPTED"})
final class CompressionIT {
    private static final String TYPE = "Content-Type: application/json";
    private static final byte[] NOISE = Http.random(8 << 20);

    @RegisterExtension
    final ProxyUnderTest proxy;

    CompressionIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private static String json(int length) {
        Random random = new Random(length);
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append("{\"id\":").append(random.nextInt(1000)).append(",\"name\":\"item ").append(random.nextInt(50)).append("\"},");
        }
        return text.substring(0, length);
    }

    private static String filters(String more) {
        return """
                routes:
                  - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }
                  - { name: all, service: app, filters: [ %s{ compress: { types: [text/*, application/json], minSize: 100 } } ] }
                """.formatted(more);
    }

    private void start(Script... scripts) throws Exception {
        proxy.start(filters(""), proxy.backend(scripts));
    }

    private static String decoded(Message answer) throws IOException {
        return Http.text(Decoded.whole(answer.value("Content-Encoding"), answer.body()));
    }

    // ---- the whole of it ----

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd"})
    void compressesByEachCodingByteForByte(String coding) throws Exception {
        String body = json(300_000);
        start(Script.answering(Http.ok(body, TYPE, "ETag: \"v1\"", "Accept-Ranges: bytes", "X-Kept: yes")));
        RawConnection client = proxy.client();

        for (int i = 0; i < 3; i++) {
            client.send(Http.get("/", "Accept-Encoding: " + coding));
            Message answer = client.response();

            assertThat(answer.value("Content-Encoding")).isEqualTo(coding);
            assertThat(answer.values("Transfer-Encoding")).containsExactly("chunked");
            assertThat(answer.value("Vary")).isEqualTo("Accept-Encoding");
            assertThat(answer.value("ETag")).isEqualTo("W/\"v1\"");
            assertThat(answer.values("Accept-Ranges")).isEmpty();
            assertThat(answer.value("X-Kept")).isEqualTo("yes");
            assertThat(answer.body().length).isLessThan(body.length() / 3);
            assertThat(decoded(answer)).isEqualTo(body);
        }
        proxy.awaitMetric(3, "sluice_compressed_responses_total", "coding=" + coding);
        proxy.awaitMetric(3.0 * body.length(), "sluice_compression_bytes_total", "coding=" + coding, "side=in");
        assertThat(proxy.metric("sluice_bytes_total", "side=client", "direction=out"))
                .isEqualTo(proxy.metric("sluice_compression_bytes_total", "side=out"));
        proxy.awaitMetric(3, "sluice_relays_total", "kind=copied", "reason=filter");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "gzip, deflate, br, zstd | zstd", "br;q=1.0, gzip;q=0.9 | br", "*;q=0.5, zstd;q=0 | br", "GZIP;q=0.001 | gzip"})
    void takesWhatTheClientWantsMost(String accepts, String coding) throws Exception {
        start(Script.answering(Http.ok(json(5000), TYPE)));

        Message answer = proxy.answerTo(Http.get("/", "Accept-Encoding: " + accepts));

        assertThat(answer.value("Content-Encoding")).isEqualTo(coding);
        assertThat(decoded(answer)).isEqualTo(json(5000));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {
        "Accept-Encoding: deflate | 200 | Content-Type: text/css | Accept-Encoding",
        "Accept-Encoding: gzip;q=0 | 200 | Content-Type: text/css | Accept-Encoding",
        "X-Nothing: said | 200 | Content-Type: text/css | Accept-Encoding",
        "Accept-Encoding: gzip | 200 | Content-Type: image/png | none",
        "Accept-Encoding: gzip | 200 | Content-Encoding: br | none",
        "Accept-Encoding: gzip | 200 | Cache-Control: no-transform | none",
        "Accept-Encoding: gzip | 206 | Content-Range: bytes 0-4999/6000 | none",
        "Accept-Encoding: gzip | 200 | Content-Type: application/grpc | none"})
    void leavesABodyAsItIs(String request, int status, String field, String vary) throws Exception {
        String type = field.startsWith("Content-Type") ? "X-Type: none" : TYPE;
        start(Script.answering(Http.ok(json(5000), field, type, "ETag: \"v1\"").replace("200 OK", status + " OK")));

        Message answer = proxy.answerTo(Http.get("/", request));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(json(5000));
        assertThat(answer.value("Content-Length")).isEqualTo("5000");
        assertThat(answer.value("ETag")).isEqualTo("\"v1\"");
        assertThat(answer.value("Vary")).isEqualTo(vary);
    }

    @Test
    void leavesAShortBodyAsItIsUnlessItsLengthIsUnknown() throws Exception {
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + TYPE + "\r\n\r\n" + Http.chunk("short") + "0\r\n\r\n";
        start(Script.answeringOnce(Http.ok("x".repeat(99), TYPE)), Script.answering(chunked));

        Message known = proxy.answerTo(Http.get("/", "Accept-Encoding: gzip"));
        Message unknown = proxy.answerTo(Http.get("/", "Accept-Encoding: gzip"));

        assertThat(known.values("Content-Encoding")).isEmpty();
        assertThat(known.text()).hasSize(99);
        assertThat(decoded(unknown)).isEqualTo("short");
    }

    @Test
    void tellsHeadWhatItTellsGet() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n" + TYPE + "\r\nETag: \"v1\"\r\nDate: now\r\n\r\n";
        start(connection -> {
            while (true) {
                Message request = connection.request();
                connection.send(head + (request.startLine().startsWith("GET") ? json(5000) : ""));
            }
        });
        RawConnection client = proxy.client();
        client.send(Http.request("HEAD / HTTP/1.1", "Accept-Encoding: gzip"));
        Message told = client.bodilessResponse();
        client.send(Http.get("/", "Accept-Encoding: gzip"));
        Message got = client.response();

        assertThat(got.fields()).containsAll(told.fields());
        assertThat(told.value("Content-Encoding")).isEqualTo("gzip");
        assertThat(told.values("Content-Length")).isEmpty();
        assertThat(told.value("ETag")).isEqualTo("W/\"v1\"");
    }

    @Test
    void aClientThatHasItIsToldTheSameTag() throws Exception {
        start(Script.answering("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n"));
        RawConnection client = proxy.client();

        client.send(Http.get("/", "Accept-Encoding: gzip", "If-None-Match: W/\"v1\""));
        Message answer = client.bodilessResponse();

        assertThat(answer.value("ETag")).isEqualTo("W/\"v1\"");
        assertThat(answer.value("Vary")).isEqualTo("Accept-Encoding");
    }

    @Test
    void goesByWhatTheClientAcceptsAlsoWhereAFilterTakesThatOff() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok(json(5000), TYPE)));
        proxy.start(filters("{ requestHeaders: { remove: [Accept-Encoding] } }, "), backend);

        Message answer = proxy.answerTo(Http.get("/", "Accept-Encoding: gzip"));

        assertThat(backend.connection(0).received()).doesNotContainIgnoringCase("accept-encoding");
        assertThat(decoded(answer)).isEqualTo(json(5000));
    }

    // ---- framing ----

    @Test
    void passesTrailersOn() throws Exception {
        start(Script.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n" + TYPE + "\r\n\r\n"
                + Http.chunk(json(2000)) + Http.chunk(json(3000)) + "0\r\nX-T: 1\r\n\r\n"));

        Message answer = proxy.answerTo(Http.get("/", "Accept-Encoding: gzip"));

        assertThat(decoded(answer)).isEqualTo(json(2000) + json(3000));
        assertThat(answer.trailers()).containsExactly("X-T: 1");
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 50000", "Connection: close"})
    void lastsUntilTheCloseForAnOldClient(String framing) throws Exception {
        start(Script.answeringOnce("HTTP/1.1 200 OK\r\n" + framing + "\r\n" + TYPE + "\r\n\r\n" + json(50_000)));

        Message answer = proxy.answerTo("GET / HTTP/1.0\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n");

        assertThat(answer.values("Transfer-Encoding")).isEmpty();
        assertThat(answer.values("Content-Length")).isEmpty();
        assertThat(decoded(answer)).isEqualTo(json(50_000));
    }

    @OnlyHttp1("HTTP/2 has no 101 (RFC 9113 §8.6)")
    @Test
    void leavesAProtocolThatIsSwitchedToAlone() throws Exception {
        start(connection -> {
            connection.head();
            connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + TYPE + "\r\n\r\nhello");
            connection.awaitEnd();
        });
        RawConnection client = proxy.client();

        client.send(Http.get("/", "Upgrade: websocket", "Connection: Upgrade", "Accept-Encoding: gzip"));

        assertThat(client.head().values("Content-Encoding")).isEmpty();
        for (char each : "hello".toCharArray()) {
            assertThat(client.read()).isEqualTo(each);
        }
    }

    // ---- streaming ----

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd"})
    void eachEventIsThereWhenTheBackendHasSentIt(String coding) throws Exception {
        Signal[] read = {new Signal(), new Signal(), new Signal()};
        start(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n");
            for (int i = 0; i < read.length; i++) {
                connection.send(Http.chunk("data: event " + i + "\n\n"));
                read[i].await();
            }
            connection.send("0\r\n\r\n");
        });
        RawConnection client = proxy.client();
        client.send(Http.get("/", "Accept-Encoding: " + coding));
        assertThat(client.head().value("Content-Encoding")).isEqualTo(coding);

        try (InputStream events = Decoded.of(coding, new ChunkedInput(client))) {
            for (int i = 0; i < read.length; i++) {
                String event = "data: event " + i + "\n\n";
                // One by one: some decoders wait for more than they are asked for.
                for (char each : event.toCharArray()) {
                    assertThat(events.read()).isEqualTo(each);
                }
                read[i].raise();
            }
            assertThat(events.read()).isEqualTo(-1);
        }
    }

    @Test
    void aSlowReaderHoldsItsBackendBack() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + NOISE.length * 4L + "\r\n" + TYPE + "\r\n\r\n");
            connection.send(NOISE, 4);
        });
        proxy.start(filters(""), backend);
        RawConnection client = proxy.narrowClient(4096);
        client.send(Http.get("/", "Accept-Encoding: gzip"));
        await().until(client::readable);
        proxy.awaitMetric(1, "sluice_compressions_active");

        // It stands still: what both kernels and we hold is far less than the body.
        long[] before = {-1};
        await().pollInterval(Duration.ofMillis(300)).until(() -> {
            long now = backend.connection(0).bytesSent();
            boolean still = now == before[0];
            before[0] = now;
            return still;
        });
        assertThat(before[0]).isLessThan(NOISE.length * 4L - NOISE.length);
        Message answer = client.response();

        byte[] whole = Decoded.whole("gzip", answer.body());
        for (int i = 0; i < 4; i++) {
            assertThat(Arrays.equals(whole, i * NOISE.length, (i + 1) * NOISE.length, NOISE, 0, NOISE.length)).isTrue();
        }
    }

    // ---- endings ----

    @ParameterizedTest
    @CsvSource({"gzip, 1.1", "br, 1.1", "zstd, 1.1", "gzip, 1.0"})
    void aBackendThatEndsMidBodyNeverLooksComplete(String coding, String version) throws Exception {
        Signal arrived = new Signal();
        start(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n" + TYPE + "\r\n\r\n" + json(100_000));
            arrived.await();
        });
        RawConnection client = proxy.client();
        client.send("GET / HTTP/" + version + "\r\nHost: a\r\nAccept-Encoding: " + coding + "\r\n\r\n");
        await().until(client::readable);
        arrived.raise();

        Message answer = client.truncatedResponse();

        assertThat(answer.ending()).isEqualTo(version.equals("1.0") ? Ending.RESET : proxy.cut());
        assertThatThrownBy(() -> Decoded.whole(coding, answer.body())).isInstanceOf(IOException.class);
        proxy.awaitCounted("response_truncated");
        proxy.awaitMetric(0, "sluice_compressions_active");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd"})
    void aClientThatLeavesMidBodyLeavesNothing(String coding) throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + NOISE.length * 4L + "\r\n" + TYPE + "\r\n\r\n");
            connection.send(NOISE, 4);
        });
        proxy.start(filters(""), backend);
        RawConnection client = proxy.narrowClient(4096);
        client.send(Http.get("/", "Accept-Encoding: " + coding));
        await().until(client::readable);
        proxy.awaitMetric(1, "sluice_compressions_active", "coding=" + coding);

        client.reset();

        proxy.awaitMetric(0, "sluice_compressions_active");
        proxy.awaitMetric(1, "sluice_compressed_responses_total", "coding=" + coding);
        backend.connection(0).awaitEnded();
    }

    @Test
    void whatASpeechlessClientOrBackendLeavesIsGivenBackAtTheDeadline() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n" + TYPE + "\r\n\r\n" + json(100_000));
            connection.awaitEnd();
        });
        proxy.start(filters("") + "timeouts: { responseBodyIdle: 200ms }\n", backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/", "Accept-Encoding: gzip"));

        Message answer = client.truncatedResponse();

        assertThat(answer.ending()).isEqualTo(proxy.cut());
        proxy.awaitMetric(0, "sluice_compressions_active");
    }

    // ---- at random ----

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd"})
    void anyBodyInAnyPiecesIsTheSameBehindIt(String coding) throws Exception {
        Random random = new Random(coding.hashCode());
        byte[][] bodies = new byte[40][];
        for (int i = 0; i < bodies.length; i++) {
            int length = random.nextInt(i % 4 == 0 ? 400_000 : 4000);
            bodies[i] = random.nextBoolean() ? Http.bytes(json(length)) : Http.random(length);
        }
        start(connection -> {
            Random pieces = new Random(1);
            for (byte[] body : bodies) {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + TYPE + "\r\n\r\n");
                for (int at = 0; at < body.length; ) {
                    int count = Math.min(body.length - at, 1 + pieces.nextInt(pieces.nextBoolean() ? 50_000 : 500));
                    connection.send(Http.chunk(Http.text(Arrays.copyOfRange(body, at, at + count))));
                    at += count;
                }
                connection.send("0\r\n\r\n");
            }
            connection.awaitEnd();
        });
        RawConnection client = proxy.client();

        for (byte[] body : bodies) {
            client.send(Http.get("/", "Accept-Encoding: " + coding));
            assertThat(Decoded.whole(coding, client.response().body())).isEqualTo(body);
        }
    }
}
