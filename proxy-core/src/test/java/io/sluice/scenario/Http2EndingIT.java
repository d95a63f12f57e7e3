package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** How exchanges with an HTTP/2 backend end that don't end well, and what becomes of the others on the connection. */
@Scenario
final class Http2EndingIT extends Http2BackendScenario {
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
    void aBackendThatSpeaksHttp1IsNamedSo() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            assertThat(connection.head().startLine()).isEqualTo("PRI * HTTP/2.0");
            connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            connection.awaitEnd();
        });
        proxy.start(H2C, backend);

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
        proxy.awaitCounted("not_http2");
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
}
