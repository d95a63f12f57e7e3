package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.FrameClient.Answer;
import io.sluice.scenario.Message.Ending;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of gRPC-Web on a route that translates them. */
@Scenario
final class GrpcWebIT {
    private static final String CONFIG = """
            routes:
              - { service: app, match: { path: /app.Service/ }, filters: [{ compress: on }, { grpcWeb: on }]%s }
              - { match: { path: /settle }, respond: { status: 200, body: settled } }
            """;
    private static final String BINARY = "Content-Type: application/grpc-web+proto";
    private static final String TEXT = "Content-Type: application/grpc-web-text+proto";
    private static final String PATH = "/app.Service/Method";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private final List<Framed.Request> seen = new CopyOnWriteArrayList<>();

    /** A frame of gRPC; with flag 0x80 one that only gRPC-Web has. */
    private static String frame(int flag, String text) {
        return "" + (char) flag + "\0\0" + (char) (text.length() >> 8) + (char) (text.length() & 255) + text;
    }

    private static String message(String text) {
        return frame(0, text);
    }

    private static String coded(String text) {
        return Base64.getEncoder().encodeToString(Http.bytes(text));
    }

    private static String decoded(String text) {
        StringBuilder all = new StringBuilder();
        // Each quantum for itself, as there may be padding in the midst.
        for (int i = 0; i < text.length(); i += 4) {
            all.append(Http.text(Base64.getDecoder().decode(text.substring(i, i + 4))));
        }
        return all.toString();
    }

    /** Answers each call by its own body, and trailers. */
    private Script echoing() {
        return Framed.script(connection -> {
            while (true) {
                Framed.Request request = connection.request();
                seen.add(request);
                connection.head(request.stream(), false, 200, "content-type", "application/grpc", "x-own", "yes");
                if (!request.text().isEmpty()) {
                    connection.data(request.stream(), false, request.text());
                }
                connection.trailers(request.stream(), "grpc-status", "0", "x-last", "a b");
            }
        });
    }

    private void start(String more, Script... scripts) throws Exception {
        proxy.start(CONFIG.formatted(more) + Http2BackendIT.H2C, proxy.backend(scripts));
    }

    private static String web(String... fields) {
        return Http.request("POST " + PATH + " HTTP/1.1", fields);
    }

    // ---- well ----

    @Test
    void aBinaryCallCrosses() throws Exception {
        start("", echoing());
        RawConnection client = proxy.client();

        for (String text : List.of("one", "two", "")) {
            client.send(Http.post(PATH, message(text), BINARY, "Accept-Encoding: gzip", "X-Grpc-Web: 1"));
            Message answer = client.response();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.values("content-type")).containsExactly("application/grpc-web+proto");
            assertThat(answer.value("x-own")).isEqualTo("yes");
            assertThat(answer.value("content-encoding")).isNull();
            assertThat(answer.text())
                    .isEqualTo(message(text) + frame(0x80, "grpc-status: 0\r\nx-last: a b\r\n"));
            assertThat(answer.trailers()).isEmpty();
            assertThat(answer.ending()).isEqualTo(Ending.COMPLETE);
        }
        assertThat(seen).hasSize(3).allSatisfy(request -> {
            assertThat(request.field("content-type")).isEqualTo("application/grpc+proto");
            assertThat(request.field("te")).isEqualTo("trailers");
        });
        assertThat(seen.getFirst().field("content-length")).isEqualTo("8");
        assertThat(seen.getFirst().text()).isEqualTo(message("one"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 1000})
    void aTextCallCrossesHoweverItIsCut(int pieceLength) throws Exception {
        start("", echoing());
        String text = message("a message of some length") + message("") + message("\u00ff\0\u0080");
        RawConnection client = proxy.client();

        for (int i = 0; i < 3; i++) {
            proxy.sendInPieces(client, Http.post(PATH, coded(text), TEXT), pieceLength);
            Message answer = client.response();

            assertThat(answer.values("content-type")).containsExactly("application/grpc-web-text+proto");
            assertThat(decoded(answer.text())).isEqualTo(text + frame(0x80, "grpc-status: 0\r\nx-last: a b\r\n"));
            text = text.substring(1);
        }
        assertThat(seen).hasSize(3).allSatisfy(request -> {
            assertThat(request.field("content-type")).isEqualTo("application/grpc+proto");
            assertThat(request.field("content-length")).isNull();
        });
    }

    @Test
    void aTextCallInChunksWithPaddingInTheMidstCrosses() throws Exception {
        start("", echoing());
        RawConnection client = proxy.client();

        client.send(web(TEXT, "Transfer-Encoding: chunked") + Http.chunk("YQ==Y") + Http.chunk("mM") + Http.chunk("=")
                + Http.chunk("ZGVm") + "0\r\n\r\n");

        assertThat(decoded(client.response().text())).startsWith("abcdef\u0080");
        assertThat(seen.getFirst().text()).isEqualTo("abcdef");
    }

    @Test
    void aLongTextCallCrosses() throws Exception {
        start("", echoing());
        // What the script writes in one frame.
        String text = Http.text(Http.random(16_000));

        Message answer = proxy.answerTo(Http.post(PATH, coded(text), TEXT));

        assertThat(decoded(answer.text())).startsWith(text).endsWith(frame(0x80, "grpc-status: 0\r\nx-last: a b\r\n"))
                .hasSize(16_000 + 5 + 29);
        assertThat(seen.getFirst().text()).isEqualTo(text);
    }

    @Test
    void aClientOfHttp2CallsToo() throws Exception {
        start("", echoing());
        FrameClient client = proxy.http2Client();

        int binary = client.post(PATH, "content-type", "application/grpc-web+proto");
        client.data(binary, Http.bytes(message("one")), true);
        Answer answer = client.answer(binary);
        String body = coded(message("two"));
        int text = client.post(PATH, "content-type", "application/grpc-web-text", "content-length", "" + body.length());
        client.data(text, Http.bytes(body.substring(0, 3)), false);
        client.data(text, Http.bytes(body.substring(3)), true);
        Answer second = client.answer(text);

        assertThat(answer.fields).containsEntry("content-type", "application/grpc-web+proto");
        assertThat(answer.text()).isEqualTo(message("one") + frame(0x80, "grpc-status: 0\r\nx-last: a b\r\n"));
        assertThat(answer.trailers).isEmpty();
        assertThat(second.fields).containsEntry("content-type", "application/grpc-web-text");
        assertThat(decoded(second.text())).isEqualTo(message("two") + frame(0x80, "grpc-status: 0\r\nx-last: a b\r\n"));
    }

    @Test
    void aLengthThatIsNotKeptBreaksATextCallOfHttp2() throws Exception {
        start("", echoing());
        FrameClient client = proxy.http2Client();

        int stream = client.post(PATH, "content-type", "application/grpc-web-text", "content-length", "8");
        client.data(stream, Http.bytes("YWJj"), true);

        assertThat(client.answer(stream).reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
        assertThat(seen).isEmpty();
    }

    @Test
    void aTrailersOnlyAnswerBecomesABody() throws Exception {
        start("", Framed.script(connection -> {
            for (int i = 0; i < 2; i++) {
                connection.head(connection.request().stream(), true, 200, "content-type", "application/grpc",
                        "grpc-status", "5", "grpc-message", "none", "x-own", "yes");
            }
            connection.raw().awaitEnd();
        }));

        Message binary = proxy.answerTo(Http.post(PATH, message(""), BINARY));
        Message text = proxy.answerTo(Http.post(PATH, coded(message("")), TEXT));

        assertThat(binary.value("grpc-status")).isNull();
        assertThat(binary.value("x-own")).isEqualTo("yes");
        assertThat(binary.text()).isEqualTo(frame(0x80, "grpc-status: 5\r\ngrpc-message: none\r\n"));
        assertThat(decoded(text.text())).isEqualTo(binary.text());
        assertThat(text.ending()).isEqualTo(Ending.COMPLETE);
    }

    @Test
    void messagesOfAStreamCanBeReadAsTheyCome() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        start("", Framed.script(connection -> {
            Framed.Request request = connection.request();
            connection.head(request.stream(), false, 200, "content-type", "application/grpc");
            connection.data(request.stream(), false, message("12"));
            read.await();
            connection.data(request.stream(), false, message("3"));
            connection.trailers(request.stream(), "grpc-status", "0");
            connection.raw().awaitEnd();
        }));
        FrameClient client = proxy.http2Client();

        int stream = client.post(PATH, "content-type", "application/grpc-web-text");
        client.data(stream, Http.bytes(coded(message(""))), true);
        while (client.soFar(stream).text().length() < 12) {
            client.read();
        }
        String first = client.soFar(stream).text();
        read.countDown();
        String all = client.answer(stream).text();

        assertThat(first).endsWith("=");
        assertThat(decoded(first)).isEqualTo(message("12"));
        assertThat(decoded(all)).isEqualTo(message("12") + message("3") + frame(0x80, "grpc-status: 0\r\n"));
    }

    // ---- what is not translated ----

    @Test
    void otherRequestsAndAnswersPassAsTheyAre() throws Exception {
        start("", Framed.script(connection -> {
            while (true) {
                Framed.Request request = connection.request();
                seen.add(request);
                boolean call = request.field("content-type").startsWith("application/grpc");
                connection.answer(request.stream(), call ? 503 : 200, "as it is", "content-type", "text/plain");
            }
        }));

        assertThat(proxy.answerTo(Http.post(PATH, "YWJj", "Content-Type: text/plain")).text()).isEqualTo("as it is");
        Message refusal = proxy.answerTo(Http.post(PATH, "YWJj", TEXT));

        assertThat(seen.get(0).text()).isEqualTo("YWJj");
        assertThat(seen.get(1).text()).isEqualTo("abc");
        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal.text()).isEqualTo("as it is");
        assertThat(refusal.value("content-length")).isNull();
    }

    // ---- what goes wrong ----

    @Test
    void errorsOfTheProxyAreFrames() throws Exception {
        proxy.start(CONFIG.formatted("") + Http2BackendIT.H2C, List.of(proxy.nobody()));

        Message binary = proxy.answerTo(Http.post(PATH, message(""), BINARY));
        Message text = proxy.answerTo(Http.post(PATH, coded(message("")), TEXT));

        assertThat(binary.status()).isEqualTo(200);
        assertThat(binary.value("content-type")).isEqualTo("application/grpc-web+proto");
        assertThat(binary.text()).isEqualTo(frame(0x80, "grpc-status: 14\r\ngrpc-message: sluice: connect_failed\r\n"));
        assertThat(text.value("content-type")).isEqualTo("application/grpc-web-text+proto");
        assertThat(decoded(text.text())).isEqualTo(binary.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"YWJ", "YWJj\r\n", "YWJjYQ==YR==", "YWJ*", "Y"})
    void base64ThatIsNoneEndsTheCall(String body) throws Exception {
        start("", echoing());

        Message answer = proxy.answerTo(Http.post(PATH, body, TEXT));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(decoded(answer.text()))
                .isEqualTo(frame(0x80, "grpc-status: 13\r\ngrpc-message: sluice: malformed_base64\r\n"));
        proxy.awaitCounted("malformed_base64");
        assertThat(seen).as("the backend never saw an end").isEmpty();
    }

    @Test
    void aBodyThatIsTooLongIsToldSo() throws Exception {
        start(", limits: { requestBody: 8 }", echoing());

        assertThat(decoded(proxy.answerTo(Http.post(PATH, coded(message("long")), TEXT)).text()))
                .contains("grpc-status: 8\r\n");
        proxy.awaitCounted("request_body_too_large");
    }

    @Test
    void anAnswerThatBreaksOffIsNotWhole() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        start("", Framed.script(connection -> {
            Framed.Request request = connection.request();
            connection.head(request.stream(), false, 200, "content-type", "application/grpc");
            connection.data(request.stream(), false, message("12"));
            read.await();
            connection.reset(request.stream(), Framed.CANCEL);
            connection.raw().awaitEnd();
        }));
        FrameClient client = proxy.http2Client();

        int stream = client.post(PATH, "content-type", "application/grpc-web-text");
        client.data(stream, Http.bytes(coded(message(""))), true);
        while (client.soFar(stream).text().length() < 12) {
            client.read();
        }
        read.countDown();
        Answer answer = client.answer(stream);

        assertThat(answer.ended).isFalse();
        assertThat(answer.reset).isNotEqualTo(-1);
        assertThat(decoded(answer.text())).isEqualTo(message("12"));
    }
}
