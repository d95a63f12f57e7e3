package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What one message, or the whole process, may use. */
@BothRelays
final class LimitIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    private final Relaying relaying;

    LimitIT(Relaying relaying) {
        this.relaying = relaying;
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void refusesABodyThatSaysItIsTooLarge() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start("limits: { requestBody: 1KiB }\n", backend);
        RawConnection client = proxy.client();

        // Not one byte of the body needs to come.
        client.send(Http.request("POST / HTTP/1.1", "Content-Length: 1025"));

        assertThat(client.response().status()).isEqualTo(413);
        proxy.awaitCounted("request_body_too_large");
        assertThat(backend.connections()).isZero();
    }

    @Test
    void refusesAChunkedBodyOnceItIsTooLarge() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.head();
            connection.awaitEnd();
        });
        proxy.start("limits: { requestBody: 1KiB }\n", backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked") + Http.chunk("a".repeat(1000)));
        proxy.settle();
        client.send(Http.chunk("b".repeat(25)) + "0\r\n\r\n");
        Message answer = client.response();

        assertThat(answer.status()).isEqualTo(413);
        proxy.awaitLast(client, answer);
        backend.connection(0).awaitEnded();
        assertThat(backend.connection(0).received()).doesNotContain("\r\n0\r\n\r\n");
        proxy.awaitCounted("request_body_too_large");
    }

    @Test
    void takesABodyOfExactlyTheLimit() throws Exception {
        proxy.start("limits: { requestBody: 1KiB }\n", proxy.backend(Script.echoing()));
        String body = "x".repeat(1024);

        assertThat(proxy.answerTo(Http.post("/", body)).text()).isEqualTo(body);
        assertThat(proxy.answerTo(Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked")
                + Http.chunk(body) + "0\r\n\r\n").text()).isEqualTo(body);
    }

    @Test
    void letsARouteHaveItsOwnBodyLimit() throws Exception {
        proxy.start("""
                limits: { requestBody: 10B }
                routes:
                  - { match: { path: /large/ }, service: app, limits: { requestBody: unlimited } }
                  - { match: { path: /settle }, respond: { body: settled } }
                  - { service: app }
                """, proxy.backend(Script.echoing()));
        String body = "x".repeat(1000);

        assertThat(proxy.answerTo(Http.post("/large/", body)).text()).isEqualTo(body);
        assertThat(proxy.answerTo(Http.post("/", body)).status()).isEqualTo(413);
    }

    @Test
    void refusesMoreHeadThanConfigured() throws Exception {
        proxy.start("limits: { requestHead: 2KiB, requestLine: 1KiB, headers: 10 }\n", proxy.backend(Script.answering(Http.ok(""))));

        assertThat(proxy.answerTo(Http.get("/" + "t".repeat(1100))).status()).isEqualTo(414);
        assertThat(proxy.answerTo(Http.get("/", "X: " + "v".repeat(2100))).status()).isEqualTo(431);
        // Over HTTP/2 the Host is no field.
        String[] fields = Collections.nCopies(relaying == Relaying.HTTP2 ? 11 : 10, "A: 1").toArray(String[]::new);
        assertThat(proxy.answerTo(Http.get("/", fields)).status()).isEqualTo(431);
        assertThat(proxy.answerTo(Http.get("/", Arrays.copyOf(fields, fields.length - 1))).status()).isEqualTo(200);
        assertThat(proxy.answerTo(Http.get("/" + "t".repeat(900), "X: " + "v".repeat(900))).status()).isEqualTo(200);
    }

    @Test
    void refusesMoreResponseHeadThanConfigured() throws Exception {
        proxy.start("limits: { responseHead: 1KiB }\n", proxy.backend(Script.answeringThenWaiting(Http.ok("", "X: " + "v".repeat(1100)))));

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);

        proxy.awaitCounted("response_head_too_large");
    }

    @Test
    void letsFurtherClientsWaitWhileThereAreAsManyAsThereMayBe() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("ok")));
        proxy.start("limits: { connections: 3 }\n", backend);
        List<RawConnection> within = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RawConnection client = proxy.client();
            client.send(Http.get("/"));
            assertThat(client.response().text()).isEqualTo("ok");
            within.add(client);
        }

        // It waits in the kernel's queue, where it costs nothing.
        CompletableFuture<String> answered = new CompletableFuture<>();
        Background beyond = Background.run(() -> {
            try (RawConnection client = proxy.connect()) {
                client.send(Http.get("/beyond"));
                answered.complete(client.response().text());
            }
        });
        for (RawConnection client : within) {
            client.send(Http.get("/"));
            assertThat(client.response().text()).isEqualTo("ok");
        }
        assertThat(proxy.metric("sluice_connections")).isEqualTo(3);
        assertThat(answered).isNotDone();
        within.getFirst().close();

        beyond.awaitEnd();
        assertThat(answered).isCompletedWithValue("ok");
        within.get(1).send(Http.get("/"));
        assertThat(within.get(1).response().text()).isEqualTo("ok");
    }

    @Test
    void acceptsAgainHoweverOftenTheLimitWasReached() throws Exception {
        proxy.start("limits: { connections: 2 }\n", proxy.backend(Script.answering(Http.ok("ok"))));

        for (int round = 0; round < 20; round++) {
            List<RawConnection> burst = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                RawConnection client = proxy.client();
                client.send(Http.get("/", "Connection: close"));
                burst.add(client);
            }
            for (RawConnection client : burst) {
                assertThat(client.response().text()).isEqualTo("ok");
                client.close();
            }
        }
    }

    @Test
    void opensNoMoreConnectionsToAnEndpointThanItMay() throws Exception {
        Signal answer = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("ok"));
            connection.awaitEnd();
        });
        proxy.start("services: { app: { endpoints: [${endpoints}], pool: { maxPerEndpoint: 1 } } }\n", backend);
        RawConnection first = proxy.client();
        first.send(Http.get("/"));
        await().until(() -> backend.connection(0).received().contains("\r\n\r\n"));

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(503);

        answer.raise();
        assertThat(first.response().text()).isEqualTo("ok");
        proxy.awaitCounted("pool_exhausted");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void keepsNoIdleConnectionsWhereToldNotTo() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(Http.ok("ok")));
        proxy.start("services: { app: { endpoints: [${endpoints}], pool: { idlePerEndpoint: 0 } } }\n", backend);

        proxy.answerTo(Http.get("/"));

        backend.connection(0).awaitEnded();
        proxy.awaitMetric(0, "sluice_pool_idle");
    }
}
