package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Services that get no more than they may, and those that are left alone. */
@BothVersions
final class OverloadIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    private final Signal answer = new Signal();
    private ScriptedBackend backend;

    OverloadIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    /** A backend that answers its first request when told, and a client that waits for that. */
    private RawConnection busy(String limits) throws Exception {
        backend = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("first"));
            while (true) {
                connection.request();
                connection.send(Http.ok("next"));
            }
        });
        proxy.start("services: { app: { endpoints: [${endpoints}], limits: " + limits + " } }\n", backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/first"));
        await().until(() -> backend.connections() == 1 && backend.connection(0).received().contains("/first"));
        return client;
    }

    @Test
    void letsARequestWaitForItsPlace() throws Exception {
        RawConnection first = busy("{ requestsPerEndpoint: 1, queueTime: 1h }");
        RawConnection second = proxy.client();
        second.send(Http.post("/second", "with a body"));
        proxy.awaitMetric(1, "sluice_queue_length", "service=app");

        answer.raise();

        assertThat(first.response().text()).isEqualTo("first");
        assertThat(second.response().text()).isEqualTo("next");
        proxy.awaitMetric(0, "sluice_queue_length", "service=app");
        assertThat(proxy.metric("sluice_queue_seconds_count", "service=app")).isEqualTo(1);
        assertThat(backend.connection(0).received()).contains("with a body");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void tellsOfNoQueueAnyMoreWhereAReloadTookItAway() throws Exception {
        RawConnection first = busy("{ requestsPerEndpoint: 1, queueTime: 1h }");
        RawConnection second = proxy.client();
        second.send(Http.get("/second"));
        proxy.awaitMetric(1, "sluice_queue_length", "service=app");
        answer.raise();
        assertThat(first.response().text()).isEqualTo("first");
        assertThat(second.response().text()).isEqualTo("next");
        proxy.awaitMetric(1, "sluice_queue_seconds_count", "service=app");

        proxy.reload("services: { app: { endpoints: [${endpoints}] } }\n", backend);

        proxy.awaitMetric(0, "sluice_queue_seconds_count", "service=app");
    }

    @Test
    void readsTheRestOfABodyThatCameInPartWhileItsRequestWaited() throws Exception {
        RawConnection first = busy("{ requestsPerEndpoint: 1, queueTime: 1h }");
        RawConnection second = proxy.client();
        second.send(Http.request("POST /second HTTP/1.1", "Content-Length: 200000") + "x".repeat(100_000));
        proxy.awaitMetric(1, "sluice_queue_length", "service=app");

        answer.raise();
        assertThat(first.response().text()).isEqualTo("first");
        second.send("x".repeat(100_000));

        assertThat(second.response().text()).isEqualTo("next");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void refusesWhoHasWaitedTooLong() throws Exception {
        RawConnection first = busy("{ requests: 1, queueTime: 50ms }");

        Message refused = proxy.answerTo(Http.get("/second"));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.value("Retry-After")).isEqualTo("1");
        assertThat(refused.text()).isEqualTo("503 queue_timeout\n");
        proxy.awaitCounted("queue_timeout");
        answer.raise();
        assertThat(first.response().text()).isEqualTo("first");
    }

    @Test
    void refusesAtOnceWhoFindsTheQueueFull() throws Exception {
        RawConnection first = busy("{ requests: 1, queue: 1, queueTime: 1h }");
        RawConnection second = proxy.client();
        second.send(Http.get("/second"));
        proxy.awaitMetric(1, "sluice_queue_length");

        Message refused = proxy.answerTo(Http.get("/third"));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.value("Retry-After")).isEqualTo("1");
        proxy.awaitCounted("queue_full");
        answer.raise();
        assertThat(first.response().text()).isEqualTo("first");
        assertThat(second.response().text()).isEqualTo("next");
    }

    @Test
    void forgetsAClientThatLeavesTheQueue() throws Exception {
        RawConnection first = busy("{ requests: 1, queue: 1, queueTime: 1h }");
        RawConnection second = proxy.client();
        second.send(Http.request("POST /second HTTP/1.1", "Content-Length: 100") + "a part of it");
        proxy.awaitMetric(1, "sluice_queue_length");

        second.close();

        proxy.awaitMetric(0, "sluice_queue_length");
        proxy.awaitCounted("client_gone");
        RawConnection third = proxy.client();
        third.send(Http.get("/third"));
        proxy.awaitMetric(1, "sluice_queue_length");
        answer.raise();
        assertThat(first.response().text()).isEqualTo("first");
        assertThat(third.response().text()).isEqualTo("next");
        assertThat(backend.connection(0).received()).doesNotContain("/second");
    }

    @Test
    void leavesAServiceAloneThatFailsAndTriesItAgain() throws Exception {
        backend = proxy.backend(connection -> {
            while (true) {
                connection.send(connection.request().toString().contains("/bad") ? Http.ok("bad").replace("200 OK", "500 Oops") : Http.ok("good"));
            }
        });
        proxy.start("services: { app: { endpoints: [${endpoints}],"
                + " circuitBreaker: { errorPercent: 50, minRequests: 4, open: 1s } } }\n", backend);
        RawConnection client = proxy.client();
        for (String path : new String[] {"/good", "/good", "/bad", "/bad"}) {
            client.send(Http.get(path));
            assertThat(client.response().text()).isEqualTo(path.substring(1));
        }

        client.send(Http.get("/good"));
        Message refused = client.response();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text()).isEqualTo("503 circuit_open\n");
        assertThat(refused.value("Retry-After")).isEqualTo("1");
        proxy.awaitCounted("circuit_open");
        assertThat(proxy.metric("sluice_circuit_state", "service=app")).isEqualTo(1);
        assertThat(proxy.metric("sluice_circuit_opened_total", "service=app")).isEqualTo(1);
        await().until(() -> {
            client.send(Http.get("/good"));
            return client.response().status() == 200;
        });
        for (int i = 0; i < 5; i++) {
            client.send(Http.get("/good"));
            assertThat(client.response().status()).isEqualTo(200);
        }
        assertThat(proxy.metric("sluice_circuit_state", "service=app")).isZero();
    }
}
