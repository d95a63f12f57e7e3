package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections that carry more than one request: RFC 9112 §9.3. */
@BothRelays
final class PersistenceIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    PersistenceIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    /** Answers with the target asked for. */
    private static final Script TARGET = connection -> {
        while (true) {
            connection.send(Http.ok(connection.request().startLine().split(" ")[1]));
        }
    };

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        ScriptedBackend backend = proxy.backend(TARGET);
        proxy.start(backend);
        RawConnection client = proxy.client();

        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            requests.append(Http.get("/" + i));
        }
        client.send(requests.toString());

        for (int i = 0; i < 50; i++) {
            assertThat(client.response().text()).isEqualTo("/" + i);
        }
    }

    @Test
    void hasOneRequestAtATimeOnABackendConnection() throws Exception {
        Signal checked = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            while (true) {
                String target = connection.request().startLine().split(" ")[1];
                checked.await();
                assertThat(connection.readable()).as("a second request before the first answer").isFalse();
                connection.send(Http.ok(target));
            }
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1") + Http.get("/2"));
        backend.connection(0);
        proxy.settle();
        checked.raise();

        assertThat(client.response().text()).isEqualTo("/1");
        assertThat(client.response().text()).isEqualTo("/2");
        assertThat(backend.connections()).isEqualTo(proxy.atOnce(2));
    }

    @Test
    void readsAHeadThatArrivesByteByByte() throws Exception {
        ScriptedBackend backend = proxy.backend(TARGET);
        proxy.start(backend);
        RawConnection client = proxy.client();

        proxy.sendInPieces(client, Http.get("/pieces", "X-Field: value"), 1);

        assertThat(client.response().text()).isEqualTo("/pieces");
    }

    @Test
    void readsAHeadSplitAtEveryByte() throws Exception {
        ScriptedBackend backend = proxy.backend(TARGET);
        proxy.start(backend);
        RawConnection client = proxy.client();
        String request = Http.get("/split", "X-Field: value");

        for (int at = 1; at < request.length(); at++) {
            client.send(request.substring(0, at));
            proxy.settle();
            client.send(request.substring(at));
            assertThat(client.response().text()).as("split at " + at).isEqualTo("/split");
        }
    }

    @Test
    void readsAnAnswerThatArrivesByteByByte() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            proxy.sendInPieces(connection,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Http.chunk("abc") + "0\r\nX-T: 1\r\n\r\n", 1);
            connection.awaitEnd();
        });
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/"));

        assertThat(answer.text()).isEqualTo("abc");
        assertThat(answer.trailers()).containsExactly("X-T: 1");
    }

    @Test
    void findsTheSecondRequestBehindABody() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.echoing());
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.post("/", "first") + Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked")
                + Http.chunk("second") + "0\r\n\r\n" + Http.post("/", "third"));

        assertThat(client.response().text()).isEqualTo("first");
        assertThat(client.response().text()).isEqualTo("second");
        assertThat(client.response().text()).isEqualTo("third");
    }

    @Test
    void ignoresEmptyLinesBetweenRequests() throws Exception {
        ScriptedBackend backend = proxy.backend(TARGET);
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send("\r\n" + Http.get("/1") + "\r\n" + Http.get("/2"));

        assertThat(client.response().text()).isEqualTo("/1");
        assertThat(client.response().text()).isEqualTo("/2");
    }

    @Test
    void reusesABackendConnectionForManyClients() throws Exception {
        ScriptedBackend backend = proxy.backend(TARGET);
        proxy.start(backend);

        for (int i = 0; i < 5; i++) {
            assertThat(proxy.answerTo(Http.get("/" + i)).text()).isEqualTo("/" + i);
        }

        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitMetric(1, "sluice_pool_created_total");
        proxy.awaitMetric(4, "sluice_pool_reused_total");
        proxy.awaitMetric(1, "sluice_pool_idle");
    }

    @OnlyHttp1("Connection: close is not to be said in HTTP/2 (RFC 9113 §8.2.2)")
    @Test
    void closesWhenTheClientAsksForIt() throws Exception {
        ScriptedBackend backend = proxy.backend(TARGET);
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1", "Connection: close") + Http.get("/2"));
        Message answer = client.response();

        assertThat(answer.value("Connection")).isEqualToIgnoringCase("close");
        client.awaitClose();
        // RFC 9112 §9.6: no further request is processed.
        assertThat(backend.connection(0).received()).doesNotContain("/2");
        // The backend was not asked to close: that connection is its own matter.
        proxy.answerTo(Http.get("/3"));
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void keepsTheClientWhenTheBackendCloses() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringOnce(Http.ok("bye", "Connection: close")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        for (int i = 0; i < 3; i++) {
            client.send(Http.get("/"));
            Message answer = client.response();
            assertThat(answer.text()).isEqualTo("bye");
            assertThat(answer.values("Connection")).doesNotContain("close");
        }

        assertThat(backend.connections()).isEqualTo(3);
    }

    @Test
    void endsAConnectionThatTheBackendMeantToCloseButDidNot() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(Http.ok("bye", "Connection: close")));
        proxy.start(backend);

        proxy.answerTo(Http.get("/"));

        backend.connection(0).awaitEnded();
        proxy.awaitMetric(0, "sluice_pool_idle");
    }
}
