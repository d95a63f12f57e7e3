package io.sluice.scenario;

import static io.sluice.scenario.OtlpCollector.caller;
import static io.sluice.scenario.OtlpCollector.fact;
import static io.sluice.scenario.OtlpCollector.facts;
import static io.sluice.scenario.OtlpCollector.id;
import static io.sluice.scenario.OtlpCollector.trace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a collector gets of exchanges: a span for each, and one for each of their attempts below it. */
@BothVersions
final class TracingIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String SAMPLED = "traceparent: 00-" + TRACE + "-" + CALLER + "-01";
    private static final String STATE = "tracestate: vendor=x,other=y";
    private static final String TURNS =
            "services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin } } }\n";

    @RegisterExtension
    @Order(1)
    final OtlpCollector collector = new OtlpCollector();

    @RegisterExtension
    @Order(2)
    final ProxyUnderTest proxy;

    TracingIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private static Message asked(ScriptedBackend backend) {
        return Message.ofHead(backend.connection(0).received());
    }

    private static String parent(Span caller) {
        return "00-" + trace(caller) + "-" + id(caller) + "-01";
    }

    @Test
    void exportsARequestAndItsAttemptBelowTheClientsSpan() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("well")));
        proxy.start(collector.yaml(), backend);

        Message answer = proxy.answerTo(Http.get("/orders?card=secret", SAMPLED, STATE));

        assertThat(answer.text()).isEqualTo("well");
        Span request = collector.request("all");
        assertThat(trace(request)).isEqualTo(TRACE);
        assertThat(caller(request)).isEqualTo(CALLER);
        assertThat(request.getName()).isEqualTo("GET all");
        assertThat(request.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
        assertThat(facts(request)).containsOnly(
                entry("http.request.method", "GET"), entry("http.route", "all"), entry("url.path", "/orders"),
                entry("url.scheme", "http"), entry("server.address", "site.test"), entry("server.port", "80"),
                entry("client.address", "127.0.0.1"), entry("network.peer.address", "127.0.0.1"),
                entry("network.protocol.version", proxy.http2() ? "2" : "1.1"), entry("http.response.status_code", "200"),
                entry("sluice.listener", "web"));
        List<Span> attempts = collector.attempts(request);
        assertThat(attempts).hasSize(1);
        assertThat(attempts.getFirst().getName()).isEqualTo("GET");
        int colon = backend.address().indexOf(':');
        assertThat(facts(attempts.getFirst())).containsOnly(
                entry("http.request.method", "GET"), entry("server.address", backend.address().substring(0, colon)),
                entry("server.port", backend.address().substring(colon + 1)),
                entry("url.full", "http://" + backend.address() + "/orders"), entry("network.protocol.version", "1.1"),
                entry("http.response.status_code", "200"), entry("sluice.service", "app"));
        assertThat(asked(backend).values("traceparent")).containsExactly(parent(attempts.getFirst()));
        assertThat(asked(backend).values("tracestate")).containsExactly("vendor=x,other=y");
        assertThat(collector.spans().toString()).doesNotContain("secret");
    }

    @Test
    void tellsTheTimeOfDayAndHowLongItTook() throws Exception {
        proxy.start(collector.yaml(), proxy.backend(Script.answering(Http.ok("x"))));
        long before = System.currentTimeMillis();

        proxy.answerTo(Http.get("/"));

        Span request = collector.request("all");
        // The clocks of day and of intervals may be set against each other meanwhile, but not by a minute.
        assertThat(request.getStartTimeUnixNano() / 1_000_000).isBetween(before - 60_000, System.currentTimeMillis() + 60_000);
        assertThat(request.getEndTimeUnixNano()).isGreaterThanOrEqualTo(request.getStartTimeUnixNano());
    }

    @Test
    void exportsASpanForEachAttempt() throws Exception {
        ScriptedBackend dying = proxy.backend(Script.answeringOnce(""));
        ScriptedBackend other = proxy.backend(Script.answering(Http.ok("other")));
        proxy.start(collector.yaml() + TURNS, dying, other);

        assertThat(proxy.answerTo(Http.get("/", SAMPLED)).text()).isEqualTo("other");

        Span request = collector.request("all");
        List<Span> attempts = collector.attempts(request);
        assertThat(attempts).hasSize(2);
        Span failed = attempts.getFirst();
        Span good = attempts.getLast();
        assertThat(fact(failed, "error.type")).isEqualTo("backend_closed");
        assertThat(fact(failed, "http.response.status_code")).isNull();
        assertThat(fact(failed, "http.request.resend_count")).isNull();
        assertThat(failed.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(fact(good, "error.type")).isNull();
        assertThat(fact(good, "http.request.resend_count")).isEqualTo("1");
        assertThat(fact(good, "url.full")).isEqualTo("http://" + other.address() + "/");
        assertThat(good.getStartTimeUnixNano()).isGreaterThanOrEqualTo(failed.getEndTimeUnixNano());
        assertThat(asked(dying).values("traceparent")).containsExactly(parent(failed));
        assertThat(asked(other).values("traceparent")).containsExactly(parent(good));
        assertThat(fact(request, "error.type")).isNull();
        assertThat(request.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
    }

    @Test
    void tellsOfAnEndpointThatRefusesAndOfTheAnswerThatTheClientGot() throws Exception {
        try (Socket deaf = new Socket()) {
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            proxy.start(collector.yaml(), List.of("127.0.0.1:" + deaf.getLocalPort()));

            assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
        }

        Span request = collector.request("all");
        assertThat(fact(request, "http.response.status_code")).isEqualTo("502");
        assertThat(fact(request, "error.type")).isEqualTo("connect_failed");
        assertThat(request.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(collector.attempts(request)).isNotEmpty()
                .allSatisfy(attempt -> assertThat(fact(attempt, "error.type")).isEqualTo("connect_failed"));
    }

    @ParameterizedTest
    @CsvSource({"404, STATUS_CODE_UNSET, ", "503, STATUS_CODE_ERROR, 503"})
    void tellsABackendsErrorAsTheConventionsWantIt(int status, StatusCode ofRequest, String error) throws Exception {
        proxy.start(collector.yaml(), proxy.backend(
                Script.answering("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n")));

        proxy.answerTo(Http.get("/"));

        Span request = collector.request("all");
        Span attempt = collector.attempts(request).getFirst();
        assertThat(request.getStatus().getCode()).isEqualTo(ofRequest);
        assertThat(fact(request, "error.type")).isEqualTo(error);
        assertThat(attempt.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(fact(attempt, "error.type")).isEqualTo(Integer.toString(status));
    }

    @Test
    void tellsOfABodyThatWasCutShort() throws Exception {
        Signal arrived = new Signal();
        proxy.start(collector.yaml(), proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfour");
            arrived.await();
        }));
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        client.head();
        arrived.raise();
        client.awaitEnd();

        Span request = collector.request("all");
        assertThat(facts(request)).contains(
                entry("http.response.status_code", "200"), entry("error.type", "response_truncated"));
        assertThat(request.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(facts(collector.attempts(request).getFirst())).contains(entry("error.type", "response_truncated"));
    }

    @Test
    void exportsAnAnswerOfItsOwnWithoutAttempts() throws Exception {
        proxy.start(collector.yaml(), proxy.backend(Script.silent()));

        proxy.answerTo(Http.get("/settle", SAMPLED));

        Span request = collector.request("settle");
        assertThat(trace(request)).isEqualTo(TRACE);
        assertThat(fact(request, "http.response.status_code")).isEqualTo("200");
        assertThat(collector.attempts(request)).isEmpty();
    }

    @Test
    void exportsARefusalInATraceOfItsOwn() throws Exception {
        proxy.start(collector.yaml(), proxy.backend(Script.silent()));

        String why = proxy.refused("/secret", SAMPLED);

        Span request = await().until(() -> collector.spans(), spans -> !spans.isEmpty()).getFirst();
        assertThat(trace(request)).isNotEqualTo(TRACE);
        assertThat(request.getName()).isEqualTo("GET");
        assertThat(facts(request)).contains(
                        entry("http.response.status_code", "400"), entry("error.type", why))
                .doesNotContainKeys("http.route", "url.path");
        assertThat(request.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
    }

    @Test
    void tellsOfAClientThatLeft() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start(collector.yaml(), backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/", SAMPLED));
        await().until(() -> backend.connection(0).received().endsWith("\r\n\r\n"));
        client.close();

        Span request = collector.request("all");
        assertThat(facts(request)).contains(entry("error.type", "client_gone"))
                .doesNotContainKey("http.response.status_code");
        assertThat(request.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
        assertThat(facts(collector.attempts(request).getFirst())).contains(entry("error.type", "client_gone"));
    }

    @OnlyHttp1("HTTP/2 has no 101 (RFC 9113 §8.6)")
    @Test
    void aTunnelsSpansEndWithTheTunnel() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(Tunnelled.SWITCHED);
            connection.awaitEnd();
        });
        proxy.start(collector.yaml(), backend);
        RawConnection client = Tunnelled.through(proxy);
        Span other = afterAnotherRequest();

        assertThat(collector.requests("all")).isEmpty();
        client.halfClose();
        client.awaitClose();

        Span request = collector.request("all");
        Span attempt = collector.attempts(request).getFirst();
        assertThat(fact(request, "http.response.status_code")).isEqualTo("101");
        assertThat(fact(attempt, "http.response.status_code")).isEqualTo("101");
        assertThat(fact(request, "error.type")).isNull();
        assertThat(attempt.getEndTimeUnixNano() - attempt.getStartTimeUnixNano())
                .isGreaterThanOrEqualTo(other.getEndTimeUnixNano() - other.getStartTimeUnixNano());
        assertThat(asked(backend).values("traceparent")).containsExactly(parent(attempt));
    }

    /** The span of a request that came later than all that went before, and was exported: so are those that ended before. */
    private Span afterAnotherRequest() throws Exception {
        proxy.answerTo(Http.get("/settle"));
        return collector.request("settle");
    }
}
