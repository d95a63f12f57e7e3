package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.service.EndpointView;
import io.sluice.service.EndpointView.State;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks of endpoints over real sockets: what passes, what doesn't, and what requests see of it. */
@Scenario
final class HealthCheckIT {
    private static final String FAST = "interval: 30ms, timeout: 500ms, fall: 2, rise: 2";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    /** Answers checks with what the reference holds at that moment, closing as asked, and all else with its name. */
    private static Script well(String name, AtomicReference<String> health) {
        return connection -> {
            while (true) {
                Message request = connection.request();
                if (!request.startLine().startsWith("GET /health")) {
                    connection.send(Http.ok(name));
                } else {
                    connection.send(health.get());
                    return;
                }
            }
        };
    }

    private void start(String check, ScriptedBackend... backends) throws Exception {
        proxy.start(services(check), backends);
    }

    private static String services(String check) {
        return "services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin }, healthCheck: { "
                + check + ", " + FAST + " } } }\n";
    }

    private EndpointView view(int index) {
        return proxy.server().services().getFirst().view().get(index);
    }

    private void awaitState(int index, State state) {
        await(state + " of " + index).until(() -> view(index).state() == state);
    }

    @Test
    void readsAnswersByTheLimitsInForce() throws Exception {
        String wordy = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: " + "x".repeat(3000) + "\r\n\r\n";
        ScriptedBackend backend = proxy.backend(well("app", new AtomicReference<>(wordy)));
        start("path: /health", backend);
        awaitState(0, State.UP);

        proxy.reload("limits: { responseHead: 2KiB }\n" + services("path: /health"), backend);

        awaitState(0, State.DOWN);
    }

    @Test
    void takesOutAnEndpointThatSaysItIsIllAndBringsItBack() throws Exception {
        AtomicReference<String> health = new AtomicReference<>(Http.ok("fine"));
        ScriptedBackend ill = proxy.backend(well("ill", health));
        ScriptedBackend other = proxy.backend(well("other", new AtomicReference<>(Http.ok("fine"))));
        start("path: /health?deep=1, host: \"app.test:81\"", ill, other);
        proxy.awaitMetric(2, "sluice_endpoint_up");

        health.set("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        awaitState(0, State.DOWN);
        for (int i = 0; i < 6; i++) {
            assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("other");
        }
        assertThat(view(0).why()).isEqualTo("status 503");
        proxy.awaitMetric(0, "sluice_endpoint_up", "endpoint=" + ill.address());
        health.set(Http.ok("fine"));
        awaitState(0, State.UP);

        assertThat(List.of(proxy.answerTo(Http.get("/")).text(), proxy.answerTo(Http.get("/")).text()))
                .containsExactlyInAnyOrder("ill", "other");
        Message asked = Message.ofHead(ill.connection(0).received());
        assertThat(asked.startLine()).isEqualTo("GET /health?deep=1 HTTP/1.1");
        assertThat(asked.value("Host")).isEqualTo("app.test:81");
        assertThat(asked.value("Connection")).isEqualTo("close");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "path: /health                        | 200 OK          | UP",
        "path: /health                        | 204 No Content  | UP",
        "path: /health                        | 302 Found       | DOWN",
        "path: /health, statuses: [3xx, 404]  | 404 Not Found   | UP",
        "path: /health, statuses: [3xx, 404]  | 302 Found       | UP",
        "path: /health, statuses: [3xx, 404]  | 200 OK          | DOWN",
    })
    void goesByTheStatus(String check, String status, State state) throws Exception {
        String answer = "HTTP/1.1 " + status + "\r\n" + (status.startsWith("204") ? "" : "Content-Length: 0\r\n") + "\r\n";
        ScriptedBackend backend = proxy.backend(Script.answeringOnce(answer));
        start(check, backend);

        await().until(() -> proxy.metric("sluice_checks_total") >= 3);
        awaitState(0, state);
        proxy.awaitMetric(0, "sluice_checks_total", "result=" + (state == State.UP ? "failed" : "passed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nall is WELL.",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nall is WE\r\n3\r\nLL.\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nall is WELL.",
        "HTTP/1.0 200 OK\r\n\r\nWELL",
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\nWELL",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nWELL and a long story that never ends"})
    void findsTheTextInTheBody(String answer) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(answer));
        start("path: /health, body: WELL", backend);

        await().until(() -> proxy.metric("sluice_checks_total", "result=passed") >= 3);
        proxy.awaitMetric(0, "sluice_checks_total", "result=failed");
        proxy.awaitMetric(0, "sluice_checks_total", "result=timed_out");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "HTTP/1.1 200 OK~Content-Length: 3~~ill                    | the text is not in the body",
        "HTTP/1.1 200 OK~Content-Length: 0~~                       | the text is not in the body",
        "HTTP/1.1 200 OK~~ill                                      | the text is not in the body",
        "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~zz~           | a body that is framed wrongly",
        "HTTP/1.1 200 OK~Content-Length: 9~~WE                     | closed before its answer was whole",
        "HTTP/1.1 200 O                                            | closed before its answer was whole",
        "SSH-2.0-OpenSSH~                                          | malformed_response",
        "HTTP/1.1 500 Internal Server Error~Content-Length: 4~~WELL | status 500",
        "HTTP/1.1 101 Switching Protocols~Upgrade: x~Connection: upgrade~~WELL | status 101",
    })
    void failsWhatIsNoGoodAnswer(String answer, String why) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringOnce(answer.replace("~", "\r\n")));
        start("path: /health, body: WELL", backend);

        awaitState(0, State.DOWN);

        assertThat(view(0).why()).isEqualTo(why);
    }

    @Test
    void looksAtNoMoreOfABodyThanNeeded() throws Exception {
        String long64 = "x".repeat(70_000) + "WELL";
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(Http.ok(long64)));
        start("path: /health, body: WELL", backend);

        awaitState(0, State.DOWN);

        assertThat(view(0).why()).isEqualTo("the text is not in the first 64 KiB of the body");
    }

    @Test
    void givesUpACheckThatHangsAndClosesItsConnection() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        start("path: /health", backend);

        awaitState(0, State.DOWN);

        assertThat(view(0).why()).isEqualTo("no verdict within 500 ms");
        backend.connection(0).awaitEnded();
        assertThat(proxy.metric("sluice_checks_total", "result=timed_out")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void isContentWithAConnectionWhereTheCheckIsForTcp() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        ScriptedBackend gone = proxy.backend(Script.silent());
        start("protocol: tcp", backend, gone);
        await().until(() -> proxy.metric("sluice_checks_total", "result=passed") >= 4);

        gone.close();
        awaitState(1, State.DOWN);

        assertThat(view(1).why()).isEqualTo("not connected");
        assertThat(view(0).state()).isEqualTo(State.UP);
        backend.connection(0).awaitEnded();
    }

    @Test
    void introducesItselfWhereTheBackendExpectsTheProxyProtocol() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            assertThat(connection.line()).startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 ");
            connection.request();
            connection.send(Http.ok("fine"));
        });
        proxy.start("services: { app: { endpoints: [${endpoints}], proxyProtocol: v1, healthCheck: { path: /, " + FAST
                + " } } }\n", backend);

        await().until(() -> proxy.metric("sluice_checks_total", "result=passed") >= 2);
        proxy.awaitMetric(0, "sluice_checks_total", "result=failed");
    }

    @Test
    void usesAllEndpointsWhenNoneIsWell() throws Exception {
        AtomicReference<String> ill = new AtomicReference<>("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
        ScriptedBackend one = proxy.backend(well("one", ill));
        ScriptedBackend two = proxy.backend(well("two", ill));
        start("path: /health", one, two);
        awaitState(0, State.DOWN);
        awaitState(1, State.DOWN);

        assertThat(List.of(proxy.answerTo(Http.get("/")).text(), proxy.answerTo(Http.get("/")).text()))
                .containsExactlyInAnyOrder("one", "two");
        proxy.awaitMetric(2, "sluice_fail_open_total", "service=app");
    }

    @Test
    void givesAnEndpointThatCameBackItsShareLittleByLittle() throws Exception {
        AtomicReference<String> health = new AtomicReference<>("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
        ScriptedBackend back = proxy.backend(well("back", health));
        ScriptedBackend other = proxy.backend(well("other", new AtomicReference<>(Http.ok("fine"))));
        proxy.start("services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin }, slowStart: 1h,"
                + " healthCheck: { path: /health, " + FAST + " } } }\n", back, other);
        awaitState(0, State.DOWN);
        health.set(Http.ok("fine"));
        awaitState(0, State.WARMING);
        RawConnection client = proxy.client();

        int share = 0;
        for (int i = 0; i < 210; i++) {
            client.send(Http.get("/"));
            share += client.response().text().equals("back") ? 1 : 0;
        }

        // One twentieth of the other's, as nothing of the hour has passed.
        assertThat(share).isEqualTo(10);
    }

    @Test
    void drainsOneEndpointWhileItsRequestsGoOn() throws Exception {
        Signal answer = new Signal();
        ScriptedBackend slow = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("slow"));
            connection.awaitEnd();
        });
        ScriptedBackend other = proxy.backend(Script.answering(Http.ok("other")));
        proxy.start("services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin } } }\n", slow, other);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        slow.connection(0);
        var service = proxy.server().services().getFirst();

        service.drain(service.endpoints().getFirst());
        for (int i = 0; i < 4; i++) {
            assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("other");
        }
        assertThat(view(0).state()).isEqualTo(State.DRAINING);
        assertThat(view(0).active()).isEqualTo(1);
        answer.raise();

        assertThat(client.response().text()).isEqualTo("slow");
        service.undrain(service.endpoints().getFirst());
        assertThat(view(0).state()).isEqualTo(State.UP);
    }
}
