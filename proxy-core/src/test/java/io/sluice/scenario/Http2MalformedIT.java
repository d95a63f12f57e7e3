package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.sluice.scenario.Framed.Frames;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What of an HTTP/2 backend is no HTTP: its stream ends, and no client takes it for an answer (RFC 9113 §8.1.1). */
@Scenario
final class Http2MalformedIT extends Http2BackendScenario {
    static Stream<Named<Frames>> malformed() {
        return Stream.of(
                Named.of("no status", connection ->
                        connection.fields(connection.request().stream(), false, new DefaultHttp2Headers(false), "a", "b")),
                Named.of("a status that is none", connection ->
                        connection.head(connection.request().stream(), false, 99)),
                Named.of("a status of four digits", connection ->
                        connection.head(connection.request().stream(), false, 2000)),
                Named.of("a 101", connection -> connection.head(connection.request().stream(), false, 101)),
                Named.of("an upper case name", connection ->
                        connection.head(connection.request().stream(), false, 200, "X-Upper", "1")),
                Named.of("a space in a name", connection ->
                        connection.head(connection.request().stream(), false, 200, "x a", "1")),
                Named.of("a line feed in a value", connection ->
                        connection.head(connection.request().stream(), false, 200, "x", "1\r\nset-cookie: a=b")),
                Named.of("white space around a value", connection ->
                        connection.head(connection.request().stream(), false, 200, "x", " 1")),
                Named.of("a field of the connection", connection ->
                        connection.head(connection.request().stream(), false, 200, "connection", "close")),
                Named.of("a transfer coding", connection ->
                        connection.head(connection.request().stream(), false, 200, "transfer-encoding", "chunked")),
                Named.of("a second status", connection ->
                        connection.head(connection.request().stream(), false, 200, ":status", "200")),
                Named.of("a pseudo-header of requests", connection ->
                        connection.head(connection.request().stream(), false, 200, ":path", "/")),
                Named.of("two lengths", connection -> connection.head(
                        connection.request().stream(), false, 200, "content-length", "1", "content-length", "2")),
                Named.of("a length that is none", connection ->
                        connection.head(connection.request().stream(), false, 200, "content-length", "+1")),
                Named.of("a length without a body", connection ->
                        connection.head(connection.request().stream(), true, 200, "content-length", "1")),
                Named.of("an interim response that ends", connection ->
                        connection.head(connection.request().stream(), true, 103)),
                Named.of("a body before its head", connection ->
                        connection.data(connection.request().stream(), true, "early")));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedHeadIsA502AndResetsItsStreamAlone(Frames response) throws Exception {
        ScriptedBackend backend = start(connection -> {
            response.play(connection);
            assertThat(connection.next(Framed.RST_STREAM).code()).isEqualTo(1);
            answers(connection);
        });

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void aHeadThatIsTooLongEndsItsStreamAlone() throws Exception {
        CountDownLatch both = new CountDownLatch(1);
        ScriptedBackend backend = start("limits: { responseHead: 2KiB }\n" + H2C, connection -> {
            Framed.Request one = connection.request();
            both.countDown();
            Framed.Request other = connection.request();
            connection.head(one.stream(), true, 200, "x-long", "x".repeat(12_000));
            connection.next(Framed.RST_STREAM);
            connection.answer(other.stream(), 200, "fine");
            answers(connection);
        });
        List<RawConnection> clients = clients(2);
        clients.get(0).send(Http.get("/long"));
        both.await();
        clients.get(1).send(Http.get("/other"));

        assertThat(clients.get(0).response().status()).isEqualTo(502);
        assertThat(clients.get(1).response().text()).isEqualTo("fine");
        proxy.awaitCounted("response_head_too_large");
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        assertThat(backend.connections()).isEqualTo(1);
    }

    static Stream<Named<Frames>> malformedBodies() {
        return Stream.of(
                Named.of("longer than announced", connection -> {
                    int stream = connection.request().stream();
                    connection.head(stream, false, 200, "content-length", "3");
                    connection.data(stream, true, "four");
                }),
                Named.of("shorter than announced", connection -> {
                    int stream = connection.request().stream();
                    connection.head(stream, false, 200, "content-length", "5");
                    connection.data(stream, true, "four");
                }),
                Named.of("trailers with a pseudo-header", connection -> {
                    int stream = connection.request().stream();
                    connection.head(stream, false, 200);
                    connection.data(stream, false, "four");
                    connection.trailers(stream, ":status", "200");
                }),
                Named.of("trailers with a line feed", connection -> {
                    int stream = connection.request().stream();
                    connection.head(stream, false, 200);
                    connection.data(stream, false, "four");
                    connection.trailers(stream, "x", "a\nb");
                }),
                Named.of("a second head", connection -> {
                    int stream = connection.request().stream();
                    connection.head(stream, false, 200);
                    connection.data(stream, false, "four");
                    connection.head(stream, false, 200);
                }));
    }

    @ParameterizedTest
    @MethodSource("malformedBodies")
    void aMalformedBodyIsNeverTakenForComplete(Frames response) throws Exception {
        start(connection -> {
            response.play(connection);
            connection.next(Framed.RST_STREAM);
            answers(connection);
        });

        try (RawConnection client = proxy.client()) {
            client.send(Http.get("/"));
            Message answer = client.truncatedResponse();
            // Where nothing of it has left yet, an answer of ours takes its place.
            assertThat(answer.status() == 502 || answer.ending() != Message.Ending.COMPLETE).as(answer.toString()).isTrue();
        }
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
    }
}
