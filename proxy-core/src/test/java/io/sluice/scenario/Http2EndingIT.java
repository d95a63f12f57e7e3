package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.sluice.scenario.Framed.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How exchanges with an HTTP/2 backend end that don't end well, and what becomes of the others on the connection. */
@Scenario
final class Http2EndingIT {
    private static final String H2C = Http2BackendIT.H2C;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    /** A proxy in front of one backend whose connections play these, in order. */
    private ScriptedBackend start(Frames... scripts) throws Exception {
        return start(H2C, scripts);
    }

    private ScriptedBackend start(String yaml, Frames... scripts) throws Exception {
        ScriptedBackend backend =
                proxy.backend(Stream.of(scripts).map(frames -> Framed.script(frames)).toArray(Script[]::new));
        proxy.start(yaml, backend);
        return backend;
    }

    private static void answers(Framed connection) throws Exception {
        while (true) {
            connection.answer(connection.request().stream(), 200, "fine");
        }
    }

    private List<RawConnection> clients(int count) throws Exception {
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(proxy.client());
        }
        return clients;
    }

    @Test
    void aResetInMidResponseIsVisibleAndCostsNobodyElse() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        ScriptedBackend backend = start(connection -> {
            int cut = connection.request().stream();
            connection.head(cut, false, 200);
            connection.data(cut, false, "half");
            seen.await();
            connection.reset(cut, Framed.CANCEL);
            answers(connection);
        });

        RawConnection client = proxy.client();
        client.send(Http.get("/cut"));
        client.head();
        assertThat(client.line()).isEqualTo("4");
        seen.countDown();

        assertThat(client.rest()).isEqualTo("half\r\n");
        assertThat(proxy.answerTo(Http.get("/next")).text()).isEqualTo("fine");
        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitCounted("response_truncated");
    }

    @Test
    void aResetBeforeTheAnswerIsA502() throws Exception {
        start(connection -> {
            connection.reset(connection.request().stream(), Framed.CANCEL);
            answers(connection);
        });

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
        proxy.awaitCounted("stream_reset");
    }

    @Test
    void aRefusedPostIsMadeAgainWithItsBody() throws Exception {
        start(connection -> {
            connection.reset(connection.request().stream(), Framed.REFUSED_STREAM);
            Framed.Request again = connection.request();
            connection.answer(again.stream(), 200, again.text());
            connection.raw().awaitEnd();
        });

        assertThat(proxy.answerTo(Http.post("/", "once more")).text()).isEqualTo("once more");
        proxy.awaitMetric(1, "sluice_retries_total", "reason=stream_refused", "result=made");
    }

    @Test
    void aRefusalThatDoesNotEndIsToldTheClient() throws Exception {
        start(connection -> {
            while (true) {
                connection.reset(connection.request().stream(), Framed.REFUSED_STREAM);
            }
        });

        assertThat(proxy.answerTo(Http.post("/", "no")).status()).isEqualTo(503);
        proxy.awaitCounted("stream_refused");
    }

    @Test
    void streamsAboveTheLastOfAGoAwayGoElsewhereAndThoseBelowEndWhereTheyAre() throws Exception {
        ScriptedBackend backend = start(
                connection -> {
                    Framed.Request low = connection.request();
                    Framed.Request high = connection.request();
                    assertThat(high.text()).isEqualTo("high");
                    connection.goAway(low.stream(), Framed.NO_ERROR);
                    connection.answer(low.stream(), 200, "low ended here");
                    connection.raw().awaitEnd();
                },
                connection -> {
                    Framed.Request again = connection.request();
                    connection.answer(again.stream(), 200, again.text() + " ended there");
                    connection.raw().awaitEnd();
                });
        RawConnection low = proxy.client();
        RawConnection high = proxy.client();

        low.send(Http.post("/", "low"));
        proxy.settle();
        high.send(Http.post("/", "high"));

        assertThat(low.response().text()).isEqualTo("low ended here");
        assertThat(high.response().text()).isEqualTo("high ended there");
        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void anIdleConnectionThatIsToldToGoAwayIsClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        start(
                connection -> {
                    connection.answer(connection.request().stream(), 200, "fine");
                    connection.goAway(1, Framed.NO_ERROR);
                    connection.next(Framed.GOAWAY);
                    assertThat(connection.raw().rest()).isEmpty();
                    closed.countDown();
                },
                Http2EndingIT::answers);

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        closed.await();

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        proxy.awaitMetric(2, "sluice_pool_created_total");
    }

    @Test
    void aConnectionThatDiesTakesItsStreamsAlongAndNothingElse() throws Exception {
        CountDownLatch all = new CountDownLatch(1);
        start(
                connection -> {
                    for (int i = 0; i < 10; i++) {
                        connection.request();
                    }
                    all.countDown();
                    connection.raw().reset();
                },
                Http2EndingIT::answers);
        List<RawConnection> clients = clients(10);

        for (RawConnection client : clients) {
            client.send(Http.post("/", "not twice"));
        }
        all.await();

        for (RawConnection client : clients) {
            assertThat(client.response().status()).isEqualTo(502);
        }
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
    }

    @Test
    void getsOnAConnectionThatDiesAreMadeAgain() throws Exception {
        start(
                connection -> {
                    connection.answer(connection.request().stream(), 200, "first");
                    for (int i = 0; i < 3; i++) {
                        connection.request();
                    }
                },
                Http2EndingIT::answers);
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("first");
        List<RawConnection> clients = clients(3);

        for (RawConnection client : clients) {
            client.send(Http.get("/"));
        }

        for (RawConnection client : clients) {
            assertThat(client.response().text()).isEqualTo("fine");
        }
    }

    @Test
    void aStalledStreamHoldsBackItselfAlone() throws Exception {
        long windowBytes = 256 << 10;
        CountDownLatch others = new CountDownLatch(1);
        start(connection -> {
            int stalled = connection.request().stream();
            connection.head(stalled, false, 200);
            String slice = "x".repeat(16384);
            long sent = 0;
            // As much as its client and the proxy take; then the window stays shut, however much of the connection's is left.
            while (sent < 64 << 20) {
                if (sent + slice.length() <= windowBytes + connection.credit(stalled)
                        && sent + slice.length() <= 65535 + connection.credit(0)) {
                    connection.data(stalled, false, slice);
                    sent += slice.length();
                } else {
                    Framed.Request other = connection.take(connection.any());
                    if (other != null) {
                        connection.answer(other.stream(), 200, "fine");
                        if (other.head().path().toString().equals("/9")) {
                            others.countDown();
                        }
                    }
                }
            }
        });
        RawConnection slow = proxy.narrowClient(4096);
        slow.send(Http.get("/stalled"));
        slow.head();
        proxy.awaitMetric(1, "sluice_requests_active");

        for (int i = 0; i < 10; i++) {
            assertThat(proxy.answerTo(Http.get("/" + i)).text()).isEqualTo("fine");
        }

        others.await();
        proxy.awaitMetric(1, "sluice_pool_created_total");
        slow.close();
    }

    @Test
    void aClientThatLeavesResetsItsStreamAndTheConnectionLives() throws Exception {
        CountDownLatch reset = new CountDownLatch(1);
        ScriptedBackend backend = start(connection -> {
            Framed.Request left = connection.request();
            connection.head(left.stream(), false, 200);
            connection.data(left.stream(), false, "begun");
            Framed.Frame frame = connection.next(Framed.RST_STREAM);
            assertThat(frame.stream()).isEqualTo(left.stream());
            assertThat(frame.code()).isEqualTo(Framed.CANCEL);
            reset.countDown();
            answers(connection);
        });
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        client.head();
        client.close();
        reset.await();

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitCounted("client_gone");
    }

    @Test
    void anotherConnectionIsOpenedWhereTheStreamsOfOneAreUsedUp() throws Exception {
        String two = "services: { app: { endpoints: [${endpoints}], protocol: h2c, http2: { streams: 2 } } }\n";
        CountDownLatch all = new CountDownLatch(5);
        Frames waiting = connection -> {
            List<Integer> streams = new ArrayList<>();
            while (streams.size() < 2) {
                streams.add(connection.request().stream());
                all.countDown();
                if (all.getCount() == 0) {
                    break;
                }
            }
            all.await();
            for (int stream : streams) {
                connection.answer(stream, 200, "fine");
            }
            connection.raw().awaitEnd();
        };
        ScriptedBackend backend = start(two, waiting);
        List<RawConnection> clients = clients(5);

        for (RawConnection client : clients) {
            client.send(Http.get("/"));
        }

        for (RawConnection client : clients) {
            assertThat(client.response().text()).isEqualTo("fine");
        }
        assertThat(backend.connections()).isEqualTo(3);
        proxy.awaitMetric(3, "sluice_pool_idle");
    }

    @Test
    void settingsThatShrinkTheStreamsAreHeeded() throws Exception {
        ScriptedBackend backend = start(
                connection -> {
                    Framed.Request first = connection.request();
                    connection.settings(Framed.MAX_CONCURRENT_STREAMS, 1);
                    Framed.Frame frame;
                    do {
                        frame = connection.any();
                    } while (frame.type() != Framed.SETTINGS || (frame.flags() & Framed.ACK) == 0);
                    connection.head(first.stream(), false, 200);
                    connection.data(first.stream(), false, "shrunk");
                    Framed.Frame reset = connection.next();
                    assertThat(reset.type()).as("no second stream").isEqualTo(Framed.RST_STREAM);
                    connection.raw().awaitEnd();
                },
                Http2EndingIT::answers);
        RawConnection first = proxy.client();
        first.send(Http.get("/1"));
        first.head();

        assertThat(proxy.answerTo(Http.get("/2")).text()).isEqualTo("fine");

        assertThat(backend.connections()).isEqualTo(2);
        first.close();
    }

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

    @Test
    void aBackendThatSpeaksHttp1IsNamedSo() throws Exception {
        ScriptedBackend backend = proxy.backend(connection ->
                connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        proxy.start(H2C, backend);

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
        proxy.awaitCounted("not_http2");
    }

    @Test
    void aConnectionThatAnswersNoPingIsGivenUp() throws Exception {
        String pinging = "services: { app: { endpoints: [${endpoints}], protocol: h2c,"
                + " http2: { pingInterval: 50ms, pingTimeout: 50ms } } }\n";
        start(pinging,
                connection -> {
                    connection.request();
                    connection.polite = false;
                    connection.next(Framed.PING);
                    connection.raw().awaitEnd();
                },
                Http2EndingIT::answers);

        assertThat(proxy.answerTo(Http.post("/", "x")).status()).isEqualTo(504);
        proxy.awaitCounted("backend_unresponsive");
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
    }

    @Test
    void aConnectionThatAnswersPingsIsKept() throws Exception {
        String pinging = "services: { app: { endpoints: [${endpoints}], protocol: h2c,"
                + " http2: { pingInterval: 20ms, pingTimeout: 5s } } }\n";
        start(pinging, connection -> {
            int stream = connection.request().stream();
            connection.next(Framed.PING);
            connection.next(Framed.PING);
            connection.answer(stream, 200, "late");
            connection.raw().awaitEnd();
        });

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("late");
    }

    @Test
    void aConnectionThatWasSilentWhileARequestTimedOutGetsNoOther() throws Exception {
        String impatient = H2C + "timeouts: { responseHeaders: 1200ms }\n";
        start(impatient,
                connection -> {
                    connection.request();
                    connection.next(Framed.RST_STREAM);
                    connection.raw().awaitEnd();
                },
                Http2EndingIT::answers);

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(504);

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        proxy.awaitMetric(2, "sluice_pool_created_total");
    }

    @Test
    void anEarlyEndOfTheResponseEndsTheRequest() throws Exception {
        ScriptedBackend backend = start(connection -> {
            Framed.Request request = connection.begun();
            connection.answer(request.stream(), 413, "too much");
            connection.reset(request.stream(), Framed.NO_ERROR);
            connection.answer(connection.request().stream(), 200, "next");
            connection.raw().awaitEnd();
        });
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: 100000000"));

        assertThat(client.response().text()).isEqualTo("too much");
        client.close();
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("next");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void aBackendWithoutRoomInItsWindowHoldsTheClientBack() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            Framed.Request request = connection.begun();
            held.await();
            connection.window(0, 1 << 30);
            connection.window(request.stream(), 1 << 30);
            Framed.Request whole;
            do {
                whole = connection.take(connection.next());
            } while (whole == null);
            connection.answer(request.stream(), 200, Integer.toString(whole.content().size()));
            connection.raw().awaitEnd();
        }, Framed.INITIAL_WINDOW_SIZE, 1000));
        proxy.start(H2C, backend);
        RawConnection client = proxy.client();
        byte[] body = new byte[16 << 20];

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + body.length));
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                client.send(body);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        await().until(() -> {
            long before = client.bytesSent();
            proxy.settle();
            return before > 0 && client.bytesSent() == before;
        });
        assertThat(client.bytesSent()).isLessThan(body.length);
        held.countDown();

        sender.join();
        assertThat(client.response().text()).isEqualTo(Integer.toString(body.length));
    }
}
