package io.sluice.scenario;

import static io.sluice.scenario.OtlpCollector.caller;
import static io.sluice.scenario.OtlpCollector.facts;
import static io.sluice.scenario.OtlpCollector.id;
import static io.sluice.scenario.OtlpCollector.trace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.trace.v1.Span;
import io.sluice.server.ReloadResult;
import io.sluice.telemetry.Timeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What backends are told of traces, whose word is taken, and where a trace shows. */
@BothVersions
final class TraceContextIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String SAMPLED = "traceparent: 00-" + TRACE + "-" + CALLER + "-01";
    private static final String UNSAMPLED = "traceparent: 00-" + TRACE + "-" + CALLER + "-00";
    private static final String STATE = "tracestate: vendor=x,other=y";

    @RegisterExtension
    @Order(1)
    final OtlpCollector collector = new OtlpCollector();

    @RegisterExtension
    @Order(2)
    final ProxyUnderTest proxy;

    @TempDir
    Path folder;

    TraceContextIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private String log() {
        return "accessLog: { path: \"" + folder.resolve("access.log") + "\" }\n";
    }

    private String line(String containing) {
        return await("line with " + containing).until(() -> lines().stream().filter(l -> l.contains(containing)).findFirst()
                .orElse(""), line -> !line.isEmpty());
    }

    private List<String> lines() throws Exception {
        Path file = folder.resolve("access.log");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static Message asked(ScriptedBackend backend) {
        return Message.ofHead(backend.connection(0).received());
    }

    private static String parent(Span caller) {
        return "00-" + trace(caller) + "-" + id(caller) + "-01";
    }

    /** Returns once a later request was exported: so are all that ended before and were recorded. */
    private void afterAnotherRequest() throws Exception {
        proxy.answerTo(Http.get("/settle"));
        collector.request("settle");
    }

    @Test
    void passesOnThatNothingIsRecorded() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("x")));
        proxy.start(collector.yaml(), backend);

        proxy.answerTo(Http.get("/", UNSAMPLED, STATE));
        afterAnotherRequest();

        assertThat(asked(backend).value("traceparent"))
                .startsWith("00-" + TRACE + "-").endsWith("-00").doesNotContain(CALLER);
        assertThat(asked(backend).values("tracestate")).containsExactly("vendor=x,other=y");
        assertThat(collector.requests("all")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0%, -00", "100%, -01"})
    void decidesByItsShareWhereTheClientSaysNothing(String sample, String flags) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("x")));
        proxy.start("tracing: { endpoint: \"%s\", sample: %s, trust: all }\n".formatted(collector.endpoint(), sample), backend);

        proxy.answerTo(Http.get("/", STATE));
        proxy.answerTo(Http.get("/settle", SAMPLED));
        collector.request("settle");

        assertThat(asked(backend).value("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]").endsWith(flags);
        assertThat(asked(backend).values("tracestate")).isEmpty();
        assertThat(collector.requests("all")).hasSize(flags.equals("-01") ? 1 : 0);
    }

    @Test
    void believesNobodyUnlessToldTo() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("x")));
        proxy.start("tracing: { endpoint: \"" + collector.endpoint() + "\", sample: 100% }\n", backend);

        proxy.answerTo(Http.get("/", SAMPLED, STATE));

        Span request = collector.request("all");
        assertThat(trace(request)).isNotEqualTo(TRACE);
        assertThat(caller(request)).isEmpty();
        assertThat(asked(backend).values("traceparent")).containsExactly(parent(collector.attempts(request).getFirst()));
        assertThat(asked(backend).values("tracestate")).isEmpty();
    }

    @Test
    void believesTrustedProxiesAndTakesTheirWordForTheClient() throws Exception {
        proxy.start("trustedProxies: [127.0.0.0/8]\ntracing: { endpoint: \"" + collector.endpoint() + "\", sample: 0% }\n",
                proxy.backend(Script.answering(Http.ok("x"))));

        proxy.answerTo(Http.get("/", SAMPLED, "X-Forwarded-For: 203.0.113.9"));

        Span request = collector.request("all");
        assertThat(trace(request)).isEqualTo(TRACE);
        assertThat(facts(request)).contains(
                entry("client.address", "203.0.113.9"), entry("network.peer.address", "127.0.0.1"));
    }

    @Test
    void withoutTracingBothFieldsPassUntouched() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("x")));
        proxy.start(log(), backend);

        proxy.answerTo(Http.get("/1", SAMPLED, STATE, "TraceParent: nonsense"));
        proxy.answerTo(Http.get("/2"));

        List<String> heads = List.of(backend.connection(0).received().split("(?<=\r\n\r\n)"));
        assertThat(Message.ofHead(heads.get(0)).fields())
                .contains(SAMPLED, STATE, proxy.said("TraceParent") + ": nonsense");
        assertThat(heads.get(1)).doesNotContainIgnoringCase("trace");
        assertThat(line("\"/2\"")).doesNotContain("trace_id");
        assertThat(proxy.server().metrics().scrape()).doesNotContain("sluice_tracing");
    }

    @Test
    void theAccessLogAndSlowRequestsNameTheTrace() throws Exception {
        proxy.start(collector.yaml() + log(), proxy.backend(Script.answeringOnce("")));

        proxy.answerTo(Http.get("/failed", UNSAMPLED));

        assertThat(line("\"/failed\"")).contains("\"trace_id\":\"" + TRACE + "\"");
        assertThat(proxy.server().slowRequests().failed()).extracting(Timeline::traceId).containsExactly(TRACE);
    }

    @Test
    void aReloadTakesTheShareAndWhomToTrustAtOnce() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("x")));
        String rest = "tracing: { endpoint: \"" + collector.endpoint() + "\", ";
        proxy.start(rest + "sample: 0%, trust: none }\n", backend);
        proxy.answerTo(Http.get("/", SAMPLED));

        ReloadResult result = proxy.reload(rest + "sample: 100%, trust: all }\n", backend);

        assertThat(result.problems()).isEmpty();
        assertThat(result.diff().settings()).containsExactlyInAnyOrder("tracing.sample", "tracing.trust");
        assertThat(result.diff().needRestart()).isEmpty();
        proxy.answerTo(Http.get("/", SAMPLED));
        assertThat(trace(collector.request("all"))).isEqualTo(TRACE);
        assertThat(collector.requests("all")).hasSize(1);
    }

    @Test
    void aReloadNeitherBeginsTracingNorSendsElsewhere() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("x")));
        proxy.start("", backend);

        ReloadResult result = proxy.reload(collector.yaml(), backend);

        assertThat(result.problems()).isEmpty();
        assertThat(result.diff().needRestart()).containsExactly("tracing.endpoint");
        proxy.answerTo(Http.get("/", STATE));
        assertThat(asked(backend).values("traceparent")).isEmpty();
        assertThat(asked(backend).values("tracestate")).containsExactly("vendor=x,other=y");
    }
}
