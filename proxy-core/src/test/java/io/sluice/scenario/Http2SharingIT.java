package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.scenario.Framed.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Many requests on one connection to an HTTP/2 backend: how many, who holds back whom, and whether it still answers. */
@Scenario
final class Http2SharingIT extends Http2BackendScenario {
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
    void anotherConnectionIsOpenedWhereTheStreamsOfOneAreUsedUp() throws Exception {
        String two = "services: { app: { endpoints: [${endpoints}], protocol: h2c, http2: { streams: 2 } } }\n";
        CountDownLatch all = new CountDownLatch(5);
        ScriptedBackend backend = start(two, answeringTogether(2, all), answeringTogether(2, all), answeringTogether(1, all));
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

    /** Takes so many requests, and answers when all have come, here and elsewhere. */
    private static Frames answeringTogether(int requests, CountDownLatch all) {
        return connection -> {
            List<Integer> streams = new ArrayList<>();
            while (streams.size() < requests) {
                streams.add(connection.request().stream());
                all.countDown();
            }
            all.await();
            for (int stream : streams) {
                connection.answer(stream, 200, "fine");
            }
            connection.raw().awaitEnd();
        };
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
                Http2SharingIT::answers);
        RawConnection first = proxy.client();
        first.send(Http.get("/1"));
        first.head();

        assertThat(proxy.answerTo(Http.get("/2")).text()).isEqualTo("fine");

        assertThat(backend.connections()).isEqualTo(2);
        first.close();
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
                Http2SharingIT::answers);

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
                Http2SharingIT::answers);

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(504);

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        proxy.awaitMetric(2, "sluice_pool_created_total");
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
