package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.scenario.Message.Ending;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that break the rules: http.md §2.2 and §3. */
@BothRelays
final class BadBackendIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    BadBackendIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    record BadAnswer(String why, String bytes, List<String> words) {
        @Override
        public String toString() {
            return why;
        }
    }

    private static BadAnswer bad(String why, String bytes, String... words) {
        return new BadAnswer(why, bytes, List.of(words));
    }

    private static BadAnswer field(String why, String line, String... words) {
        return bad(why, "HTTP/1.1 200 OK\r\n" + line + "\r\n\r\nbody", words);
    }

    static Stream<BadAnswer> badAnswers() {
        String malformed = "malformed_response";
        String framing = "invalid_response_framing";
        return Stream.of(
                field("a length that is none", "Content-Length: abc", framing),
                field("a negative length", "Content-Length: -1", framing),
                field("a length with a sign", "Content-Length: +4", framing),
                field("two lengths", "Content-Length: 4\r\nContent-Length: 5", framing),
                field("a list of lengths", "Content-Length: 4, 5", framing),
                field("a length beside a coding", "Content-Length: 4\r\nTransfer-Encoding: chunked", framing),
                field("a coding nobody asked for", "Transfer-Encoding: gzip", framing),
                field("chunked not last", "Transfer-Encoding: chunked, gzip", framing),
                field("a NUL in a value", "X: a\0b", malformed),
                field("a carriage return in a value", "X: a\rb", malformed),
                field("an empty name", ": x", malformed),
                field("a line without a colon", "colon", malformed),
                bad("a banner of SSH", "SSH-2.0-OpenSSH_9.2\r\n", malformed),
                bad("HTTP/0.9", "<html>hello</html>\r\n\r\n", malformed),
                bad("status 000", "HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n", malformed),
                bad("status 099", "HTTP/1.1 099 None\r\nContent-Length: 0\r\n\r\n", malformed),
                bad("status 600", "HTTP/1.1 600 None\r\nContent-Length: 0\r\n\r\n", malformed),
                bad("a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", malformed),
                bad("a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", malformed),
                bad("HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", malformed),
                bad("an invented version word", "GET 200 OK\r\nContent-Length: 0\r\n\r\n", malformed),
                bad("a NUL in the reason", "HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n", malformed),
                bad("a 101 nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
                        "unrequested_upgrade"),
                bad("a head of 100,000 bytes", "HTTP/1.1 200 OK\r\nX: " + "v".repeat(100_000) + "\r\n\r\n",
                        "response_head_too_large"),
                bad("a head that never ends", "HTTP/1.1 200 OK\r\n" + "X-Endless: e\r\n".repeat(20_000),
                        "response_head_too_large"),
                bad("200 fields", "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(200) + "\r\n", "response_head_too_large"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badAnswers")
    void answers502AndDropsABackendThatSends(BadAnswer bad) throws Exception {
        ScriptedBackend backend =
                proxy.backend(Script.answeringThenWaiting(bad.bytes()), Script.answering(Http.ok("next")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        Message answer = client.response();

        assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
        backend.connection(0).awaitEnded();
        await("counted").untilAsserted(() -> assertThat(bad.words().stream()
                .mapToDouble(word -> proxy.metric("sluice_errors_total", "error=" + word)).sum()).isEqualTo(1));
        // The client did nothing wrong: its connection goes on, with another to the backend.
        client.send(Http.get("/"));
        assertThat(client.response().text()).isEqualTo("next");
    }

    @Test
    void answers502WhenTheBackendClosesBeforeItsHead() throws Exception {
        proxy.start(proxy.backend(Script.answeringOnce("")));

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);

        proxy.awaitCounted("backend_closed");
    }

    @Test
    void answers502WhenTheBackendClosesWithinItsHead() throws Exception {
        proxy.start(proxy.backend(Script.answeringOnce("HTTP/1.1 200 OK\r\nContent-")));

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
    }

    @Test
    void answers502WhenTheBackendResetsBeforeItsHead() throws Exception {
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.reset();
        }));

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);

        proxy.awaitCounted("backend_reset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100", "Transfer-Encoding: chunked"})
    void showsTheClientThatTheBackendClosedWithinABody(String framing) throws Exception {
        truncates(framing, RawConnection::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100", "Transfer-Encoding: chunked", "X-Framing: until-close"})
    void showsTheClientThatTheBackendResetWithinABody(String framing) throws Exception {
        truncates(framing, RawConnection::reset);
    }

    /** What a backend does to its connection. */
    @FunctionalInterface
    interface Cut {
        void by(RawConnection connection) throws java.io.IOException;
    }

    private void truncates(String framing, Cut cut) throws Exception {
        Signal halfArrived = new Signal();
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n"
                            + (framing.endsWith("chunked") ? Http.chunk("half of it") : "half of it"));
                    halfArrived.await();
                    cut.by(connection);
                },
                Script.answering(Http.ok("whole")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        // The head and the first bytes are here before the rest is cut off.
        await().until(client::readable);
        halfArrived.raise();
        Message answer = client.truncatedResponse();

        assertThat(answer.status()).isEqualTo(200);
        assertThat("half of it").startsWith(answer.text());
        boolean framed = !answer.values("Content-Length").isEmpty() || !answer.values("Transfer-Encoding").isEmpty();
        assertThat(answer.ending()).as(answer.toString()).isIn(framed
                ? List.of(Ending.CLOSED, Ending.RESET) : List.of(Ending.RESET));
        proxy.awaitCounted("response_truncated");
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("whole");
        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void dropsABackendConnectionWithBytesBehindTheAnswer() throws Exception {
        ScriptedBackend backend = proxy.backend(
                Script.answeringThenWaiting(Http.ok("first") + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"),
                Script.answering(Http.ok("second")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1"));
        assertThat(client.response().text()).isEqualTo("first");
        client.send(Http.get("/2"));

        assertThat(client.response().text()).isEqualTo("second");
        backend.connection(0).awaitEnded();
    }

    @Test
    void dropsAnIdleBackendConnectionThatSendsAnything() throws Exception {
        Signal idle = new Signal();
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.request();
                    connection.send(Http.ok("first"));
                    idle.await();
                    connection.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 5\r\n\r\nstale");
                    connection.awaitEnd();
                },
                Script.answering(Http.ok("second")));
        proxy.start(backend);

        assertThat(proxy.answerTo(Http.get("/1")).text()).isEqualTo("first");
        proxy.awaitMetric(1, "sluice_pool_idle");
        idle.raise();
        backend.connection(0).awaitEnded();

        assertThat(proxy.answerTo(Http.get("/2")).text()).isEqualTo("second");
    }

    @Test
    void neverMistakesABodyBehindA204ForTheNextAnswer() throws Exception {
        ScriptedBackend backend = proxy.backend(
                Script.answeringThenWaiting("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"),
                Script.answering(Http.ok("second")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1"));
        assertThat(client.bodilessResponse().status()).isEqualTo(204);
        client.send(Http.get("/2"));

        assertThat(client.response().text()).isEqualTo("second");
    }
}
