package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers, and silence, after which a request is made again elsewhere, where the route says so. */
@BothRelays
final class AnswerRetryIT {
    private static final String ROUND_ROBIN =
            "services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin } } }\n";
    private static final String ON = "retry: { on: { statuses: [502-504] } }\n";
    private static final String BUSY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

    @RegisterExtension
    final ProxyUnderTest proxy;

    AnswerRetryIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @AfterEach
    void nothingIsKept() {
        proxy.awaitMetric(0, "sluice_buffered_bytes");
    }

    private static String busy(String... fields) {
        return BUSY.replace("\r\n\r\n", "\r\n" + String.join("\r\n", fields) + "\r\n\r\n");
    }

    @Test
    void asksAnotherEndpointWithTheSameBody() throws Exception {
        ScriptedBackend busy = proxy.backend(Script.answering(BUSY));
        ScriptedBackend other = proxy.backend(Script.echoing());
        proxy.start(ROUND_ROBIN + ON, busy, other);
        RawConnection client = proxy.client();

        byte[] body = Http.random(50_000);
        for (int i = 0; i < 6; i++) {
            client.send(Http.request("PUT / HTTP/1.1", "Content-Length: " + body.length));
            client.send(body);
            Message answer = client.response();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(body);
        }
        double again = proxy.metric("sluice_retries_total", "reason=backend_status", "result=made");
        assertThat(again).isPositive();
        assertThat(busy.connections()).as("kept, since the answers came whole").isEqualTo(1);
        proxy.awaitMetric(6, "sluice_requests_total", "route=all", "code=2xx");
        proxy.awaitMetric((6 + again) * body.length, "sluice_bytes_total", "side=backend", "direction=out");
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1048576", "Transfer-Encoding: chunked", "Connection: close"})
    void closesTheConnectionOfAnAnswerThatDoesNotComeAtOnce(String framing) throws Exception {
        ScriptedBackend busy = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 503 Service Unavailable\r\n" + framing + "\r\n\r\n");
            connection.awaitEnd();
        });
        ScriptedBackend other = proxy.backend(Script.answering(Http.ok("other")));
        proxy.start(ROUND_ROBIN + ON, busy, other);
        RawConnection client = proxy.client();

        for (int i = 0; i < 4; i++) {
            client.send(Http.get("/"));
            assertThat(client.response().text()).isEqualTo("other");
        }
        busy.connection(0).awaitEnded();
    }

    @Test
    void passesTheLastAnswerOnAsItIs() throws Exception {
        ScriptedBackend one = proxy.backend(Script.answering(busy("X-From: one")));
        ScriptedBackend two = proxy.backend(Script.answering(busy("X-From: two")));
        proxy.start(ROUND_ROBIN + "retry: { attempts: 1, on: { statuses: [503] } }\n", one, two);

        Message answer = proxy.answerTo(Http.get("/"));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).isEqualTo("busy");
        assertThat(answer.value("X-From")).isIn("one", "two");
        assertThat(one.connections() + two.connections()).isEqualTo(2);
        proxy.awaitMetric(1, "sluice_retries_total", "reason=backend_status", "result=made");
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void waitsAsLongAsTheAnswerSaysAndAsksTheOnlyEndpointAgain() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(busy("Retry-After: 1"));
            connection.awaitEnd();
        }, Script.echoing());
        proxy.start(ON, backend);
        RawConnection client = proxy.client();

        long since = System.nanoTime();
        byte[] body = Http.random(20_000);
        client.send(Http.request("PUT / HTTP/1.1", "Content-Length: " + body.length));
        client.send(body);

        assertThat(client.response().body()).isEqualTo(body);
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void forgetsTheSecondAttemptOfAClientThatLeaves() throws Exception {
        Signal asked = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(busy("Retry-After: 5"));
            asked.raise();
            connection.awaitEnd();
        });
        proxy.start(ON, backend);
        RawConnection client = proxy.client();

        client.send(Http.request("PUT / HTTP/1.1", "Content-Length: 20000"));
        client.send(Http.random(20_000));
        asked.await();
        proxy.settle();
        client.close();

        proxy.awaitMetric(0, "sluice_requests_active", "route=all");
        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitMetric(1, "sluice_errors_total", "error=client_gone");
    }

    @Test
    void goesOnThroughAReloadBetweenTwoAttempts() throws Exception {
        Signal asked = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(busy("Retry-After: 1"));
            asked.raise();
            connection.awaitEnd();
        }, Script.answering(Http.ok("again")));
        proxy.start(ON, backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        asked.await();
        proxy.reload("retry: { attempts: 0 }\n", backend);

        assertThat(client.response().text()).isEqualTo("again");
    }

    @Test
    void neverMakesAPostAgainThatGotSuchAnAnswerUnlessTold() throws Exception {
        ScriptedBackend busy = proxy.backend(Script.answering(BUSY));
        ScriptedBackend other = proxy.backend(Script.answering(BUSY));
        proxy.start(ROUND_ROBIN + ON, busy, other);

        assertThat(proxy.answerTo(Http.post("/", "order")).status()).isEqualTo(503);
        assertThat(busy.connections() + other.connections()).isEqualTo(1);
    }

    @Test
    void makesNothingAgainOnceAnAnswerWasBegun() throws Exception {
        Signal begun = new Signal();
        Script dying = connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun");
            begun.await();
        };
        ScriptedBackend one = proxy.backend(dying);
        ScriptedBackend two = proxy.backend(dying);
        proxy.start(ROUND_ROBIN + ON, one, two);
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        client.head();
        begun.raise();

        client.awaitEnd();
        assertThat(client.received()).endsWith("begun");
        assertThat(one.connections() + two.connections()).isEqualTo(1);
    }

    @Test
    void lendsTheLeaveToSendABodyFromWhoeverGivesIt() throws Exception {
        ScriptedBackend busy = proxy.backend(connection -> {
            connection.head();
            connection.send(BUSY);
            connection.awaitEnd();
        });
        ScriptedBackend other = proxy.backend(connection -> {
            connection.head();
            connection.send("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(connection.crc(5)).isPositive();
            connection.send(Http.ok("done"));
            connection.awaitEnd();
        });
        proxy.start(ROUND_ROBIN + ON, busy, other);

        for (int i = 0; i < 2; i++) {
            RawConnection client = proxy.client();
            client.send(Http.request("PUT / HTTP/1.1", "Content-Length: 5", "Expect: 100-continue"));
            assertThat(client.head().status()).isEqualTo(100);
            client.send("hello");
            assertThat(client.response().text()).isEqualTo("done");
        }
    }

    @Test
    void asksAnotherEndpointInsteadOfASilentOne() throws Exception {
        ScriptedBackend silent = proxy.backend(Script.silent());
        ScriptedBackend other = proxy.backend(Script.echoing());
        proxy.start(ROUND_ROBIN + "timeouts: { attemptResponseHeaders: 200ms }\n", silent, other);
        RawConnection client = proxy.client();

        byte[] body = Http.random(30_000);
        for (int i = 0; i < 2; i++) {
            client.send(Http.request("PUT / HTTP/1.1", "Content-Length: " + body.length));
            client.send(body);
            assertThat(client.response().body()).isEqualTo(body);
        }
        silent.connection(0).awaitEnded();
        assertThat(proxy.metric("sluice_retries_total", "reason=attempt_timeout", "result=made")).isPositive();
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void answers504WhereNobodyAnswersInTheTimeForAllAttempts() throws Exception {
        ScriptedBackend one = proxy.backend(Script.silent());
        ScriptedBackend two = proxy.backend(Script.silent());
        proxy.start(ROUND_ROBIN + "timeouts: { responseHeaders: 1s, attemptResponseHeaders: 200ms }\nretry: { attempts: 1 }\n",
                one, two);

        long since = System.nanoTime();
        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(504);

        assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(one.connections() + two.connections()).isEqualTo(2);
        proxy.awaitCounted("response_head_timeout");
    }
}
