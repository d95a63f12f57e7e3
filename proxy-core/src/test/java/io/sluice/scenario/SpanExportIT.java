package io.sluice.scenario;

import static io.sluice.scenario.OtlpCollector.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.sluice.otlp.SpanExport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spans on their way to the collector: what it is told besides, and what comes of one that does not do its part. */
@Scenario
final class SpanExportIT {
    @RegisterExtension
    @Order(1)
    final OtlpCollector collector = new OtlpCollector();

    @RegisterExtension
    @Order(2)
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @Test
    void saysWhoItIsAndWhatItWasTold() throws Exception {
        proxy.start("tracing: { endpoint: \"" + collector.endpoint() + "/v1/traces/\", sample: 100%, serviceName: edge,"
                + " headers: { Authorization: \"Bearer x y\" } }\n", proxy.backend(Script.answering(Http.ok("x"))));

        proxy.answerTo(Http.get("/"));

        collector.request("all");
        assertThat(facts(collector.resources().getFirst().getAttributesList()))
                .contains(entry("service.name", "edge"), entry("telemetry.sdk.name", "opentelemetry"))
                .containsKey("service.instance.id");
        Map<String, List<String>> headers = collector.headers().getFirst();
        assertThat(headers.get("Authorization")).containsExactly("Bearer x y");
        assertThat(headers.get("Content-type")).containsExactly("application/x-protobuf");
    }

    @Test
    void countsWhatTheCollectorTook() throws Exception {
        proxy.start(collector.yaml(), proxy.backend(Script.answering(Http.ok("x"))));

        proxy.answerTo(Http.get("/"));

        proxy.awaitMetric(2, "sluice_tracing_spans_total", "result=exported");
        proxy.awaitMetric(0, "sluice_tracing_spans_total", "result=failed");
        proxy.awaitMetric(0, "sluice_tracing_spans_total", "result=dropped");
    }

    @Test
    void countsWhatTheCollectorRefusesAndGoesOn() throws Exception {
        collector.answer(400);
        proxy.start(collector.yaml(), proxy.backend(Script.answering(Http.ok("x"))));

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(200);
        proxy.awaitMetric(2, "sluice_tracing_spans_total", "result=failed");
        collector.answer(200);
        proxy.answerTo(Http.get("/"));

        proxy.awaitMetric(2, "sluice_tracing_spans_total", "result=exported");
        assertThat(collector.requests("all")).hasSize(1);
    }

    @Test
    void doesNotReadAnAnswerWithoutEnd() throws Exception {
        // The library reads four MiB of an answer; this is more than it and all buffers of a connection hold.
        collector.answerBody(64 << 20);
        proxy.start(collector.yaml(), proxy.backend(Script.answering(Http.ok("x"))));

        proxy.answerTo(Http.get("/"));
        proxy.awaitMetric(2, "sluice_tracing_spans_total", "result=failed");
        collector.answerBody(0);
        proxy.answerTo(Http.get("/"));

        proxy.awaitMetric(2, "sluice_tracing_spans_total", "result=exported");
        assertThat(collector.wrote()).isLessThan(64 << 20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCollectorThatIsDownOrSilentHarmsNoRequest(boolean down) throws Exception {
        Signal over = new Signal();
        collector.hold(over);
        proxy.start(collector.yaml() + "timeouts: { drain: { exchanges: 10ms } }\n",
                proxy.backend(Script.answering(Http.ok("x"))));
        if (down) {
            collector.die();
        }
        RawConnection client = proxy.client();

        int requests = 0;
        while (proxy.server().metrics().tracing().dropped() == 0) {
            client.send(Http.get("/"));
            assertThat(client.response().status()).isEqualTo(200);
            requests++;
        }

        assertThat(requests).isGreaterThan(SpanExport.QUEUE);
        proxy.awaitMetric(requests, "sluice_requests_total", "code=2xx");
        over.raise();
    }

    @Test
    void theEndWaitsForTheCollectorOnlyForATime() throws Exception {
        Signal over = new Signal();
        collector.hold(over);
        proxy.start(collector.yaml() + "timeouts: { drain: { exchanges: 50ms } }\n",
                proxy.backend(Script.answering(Http.ok("x"))));
        proxy.answerTo(Http.get("/"));
        await().until(() -> collector.holds() == 1);

        proxy.server().close();

        assertThat(collector.holds()).as("exports that are not answered yet").isEqualTo(1);
        over.raise();
    }

    @Test
    void whatWaitsIsExportedBeforeTheEnd() throws Exception {
        proxy.start(collector.yaml(), proxy.backend(Script.answering(Http.ok("x"))));
        for (int i = 0; i < 20; i++) {
            proxy.answerTo(Http.get("/"));
        }

        proxy.server().close();

        assertThat(collector.requests("all")).hasSize(20);
    }
}
