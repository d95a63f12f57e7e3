package io.sluice.otlp;

import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.sluice.config.TracingConfig;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * The collector that spans go to. <em>Loop-confined</em> to the thread that exports. It says when exports begin to fail, and
 * when they succeed again; not each time. <em>Ends</em> by {@link #close}.
 */
final class Collector implements AutoCloseable {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(SpanExport.class);
    /** For one export, with its repetitions. */
    private static final long TIMEOUT_SECONDS = 10;
    private static final int REASON_MAX = 200;
    /** The library's own logger, which would write past ours each time an export fails. Held, or it forgets its level. */
    private static final Logger LIBRARY = Logger.getLogger("io.opentelemetry");

    private final String name;
    private final OtlpHttpSpanExporter exporter;
    private long lost;

    Collector(TracingConfig config) {
        LIBRARY.setLevel(Level.OFF);
        name = config.endpoint().toString();
        OtlpHttpSpanExporterBuilder builder = OtlpHttpSpanExporter.builder()
                .setEndpoint(name)
                .setTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .setMeterProvider(MeterProvider.noop());
        config.headers().forEach((header, value) -> builder.addHeader(header, value.reveal()));
        exporter = builder.build();
    }

    /** Sends spans, and returns whether the collector took them. Blocks for up to about ten seconds, unless interrupted. */
    boolean take(List<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans).join(TIMEOUT_SECONDS + 1, TimeUnit.SECONDS);
        if (result.isSuccess()) {
            if (lost > 0) {
                LOG.info("spans are exported again collector={} lost={}", name, lost);
                lost = 0;
            }
            return true;
        }
        if (lost == 0) {
            LOG.warn("spans are not exported, requests go on collector={} why={}", name, reason(result));
        }
        lost += spans.size();
        return false;
    }

    /** Why, as far as it is known: what a collector answered is not repeated. */
    private static String reason(CompletableResultCode result) {
        if (!result.isDone()) {
            return "no answer in time";
        }
        Throwable why = result.getFailureThrowable();
        while (why != null && why.getCause() != null) {
            why = why.getCause();
        }
        if (why == null || why.getClass().getName().startsWith("io.opentelemetry")) {
            return "it refused them";
        }
        // It may quote what the collector sent.
        String text = why.toString().replaceAll("[^ -~]", "?");
        return text.length() > REASON_MAX ? text.substring(0, REASON_MAX) : text;
    }

    /** Waits for nothing. */
    @Override
    public void close() {
        exporter.shutdown();
    }
}
