package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** HTTP/1.1 clients in front of a backend that speaks HTTP/2: what crosses, and how (RFC 9113 §8). */
@Scenario
final class Http2BackendIT {
    static final String H2C = "services: { app: { endpoints: [${endpoints}], protocol: h2c } }\n";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @Test
    void aGetCrosses() throws Exception {
        List<Framed.Request> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            Framed.Request request = connection.request();
            seen.add(request);
            connection.answer(request.stream(), 203, "hello", "X-Answer".toLowerCase(), "yes", "content-length", "5");
            connection.raw().awaitEnd();
        }));
        proxy.start(H2C, backend);

        Message answer = proxy.answerTo(Http.get("/a/b?c=d", "X-Ask: Yes", "Connection: X-Hop", "X-Hop: 1", "TE: trailers"));

        assertThat(answer.status()).isEqualTo(203);
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(answer.value("x-answer")).isEqualTo("yes");
        assertThat(answer.value("content-length")).isEqualTo("5");
        Framed.Request request = seen.getFirst();
        assertThat(request.head().method()).hasToString("GET");
        assertThat(request.head().path()).hasToString("/a/b?c=d");
        assertThat(request.head().scheme()).hasToString("http");
        assertThat(request.head().authority()).hasToString("site.test");
        assertThat(request.field("x-ask")).isEqualTo("Yes");
        assertThat(request.field("te")).isEqualTo("trailers");
        assertThat(request.field("x-forwarded-for")).isEqualTo("127.0.0.1");
        for (String left : List.of("host", "connection", "x-hop", "transfer-encoding", "content-length")) {
            assertThat(request.field(left)).as(left).isNull();
        }
    }

    @Test
    void bodiesAndTrailersCrossBothWays() throws Exception {
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            Framed.Request request = connection.request();
            connection.head(request.stream(), false, 200);
            connection.data(request.stream(), false, request.text());
            connection.trailers(request.stream(), "x-sum", request.trailers().getFirst().get("x-check").toString());
            connection.raw().awaitEnd();
        }));
        proxy.start(H2C, backend);

        Message answer = proxy.answerTo(Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked")
                + Http.chunk("one") + Http.chunk("two") + "0\r\nX-Check: 7\r\n\r\n");

        assertThat(answer.text()).isEqualTo("onetwo");
        assertThat(answer.trailers()).containsExactly("x-sum: 7");
    }

    @Test
    void aLengthIsAnnouncedAndKept() throws Exception {
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            for (int i = 0; i < 2; i++) {
                Framed.Request request = connection.request();
                connection.answer(request.stream(), 200, request.field("content-length") + ":" + request.text());
            }
            connection.raw().awaitEnd();
        }));
        proxy.start(H2C, backend);

        assertThat(proxy.answerTo(Http.post("/", "four")).text()).isEqualTo("4:four");
        assertThat(proxy.answerTo(Http.post("/", "")).text()).isEqualTo("0:");
    }

    @Test
    void responsesWithoutBodyEndWithTheirHead() throws Exception {
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            connection.head(connection.request().stream(), true, 200, "content-length", "1000");
            connection.head(connection.request().stream(), true, 204);
            connection.head(connection.request().stream(), true, 304, "content-length", "1000");
            connection.head(connection.request().stream(), true, 200);
            connection.answer(connection.request().stream(), 200, "last");
            connection.raw().awaitEnd();
        }));
        proxy.start(H2C, backend);
        RawConnection client = proxy.client();

        client.send(Http.request("HEAD / HTTP/1.1"));
        assertThat(client.bodilessResponse().value("content-length")).isEqualTo("1000");
        client.send(Http.get("/204"));
        assertThat(client.bodilessResponse().status()).isEqualTo(204);
        client.send(Http.get("/304"));
        assertThat(client.bodilessResponse().value("content-length")).isEqualTo("1000");
        client.send(Http.get("/empty"));
        assertThat(client.response().value("content-length")).isEqualTo("0");
        client.send(Http.get("/last"));
        assertThat(client.response().text()).isEqualTo("last");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void interimResponsesArePassedOn() throws Exception {
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            Framed.Request request = connection.begun();
            connection.head(request.stream(), false, 100);
            while (connection.take(connection.next()) == null) {
                // The body follows the 100.
            }
            connection.head(request.stream(), false, 103, "link", "</x>");
            connection.answer(request.stream(), 200, request.text());
            connection.raw().awaitEnd();
        }));
        proxy.start(H2C, backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: 2", "Expect: 100-continue"));
        assertThat(client.bodilessResponse().status()).isEqualTo(100);
        client.send("ok");

        assertThat(client.bodilessResponse().value("link")).isEqualTo("</x>");
        assertThat(client.response().text()).isEqualTo("ok");
    }

    @Test
    void theRequestGoesOnWhileTheResponseComes() throws Exception {
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            Framed.Request request = connection.begun();
            connection.head(request.stream(), false, 200);
            Framed.Frame frame;
            do {
                frame = connection.next();
                connection.data(frame.stream(), false, "<" + Http.text(frame.payload()) + ">");
            } while ((frame.flags() & Framed.END_STREAM) == 0);
            connection.trailers(request.stream(), "x-end", "yes");
            connection.raw().awaitEnd();
        }));
        proxy.start(H2C, backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked"));
        client.head();
        for (String word : List.of("a", "b", "c")) {
            client.send(Http.chunk(word));
            assertThat(client.line()).isEqualTo("3");
            assertThat(client.line()).isEqualTo("<" + word + ">");
        }
        client.send("0\r\n\r\n");

        assertThat(client.line()).isEqualTo("2");
        assertThat(client.line()).isEqualTo("<>");
        assertThat(client.line()).isEqualTo("0");
        assertThat(client.line()).isEqualTo("x-end: yes");
    }

    @Test
    void aLargeBodyCrossesWhole() throws Exception {
        byte[] body = Http.random(3 << 20);
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            Framed.Request request = connection.request();
            connection.head(request.stream(), false, 200);
            long sent = 0;
            while (sent < body.length) {
                long allowed = Math.min(65535 + connection.credit(0), (256 << 10) + connection.credit(request.stream())) - sent;
                if (allowed <= 0) {
                    connection.any();
                    continue;
                }
                int part = (int) Math.min(Math.min(allowed, 16384), body.length - sent);
                connection.frame(Framed.DATA, 0, request.stream(),
                        java.util.Arrays.copyOfRange(body, (int) sent, (int) sent + part));
                sent += part;
            }
            connection.trailers(request.stream());
            connection.raw().awaitEnd();
        }));
        proxy.start(H2C, backend);

        assertThat(proxy.answerTo(Http.get("/large")).body()).isEqualTo(body);
    }
}
