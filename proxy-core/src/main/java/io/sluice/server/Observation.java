package io.sluice.server;

import io.sluice.config.SluiceConfig;
import io.sluice.exchange.Observers;
import io.sluice.otlp.SpanExport;
import io.sluice.telemetry.AccessLog;
import io.sluice.telemetry.Metrics;
import java.io.IOException;

/**
 * What observes exchanges, as long as the process runs: the access log, and the export of spans. <em>Thread-safe.</em>
 * <em>Ends</em> by {@link #close}.
 */
final class Observation {
    private static final long FLUSH_MILLIS_MAX = 2000;

    private final AccessLog accessLog;
    /** Null = nothing is traced. */
    private final SpanExport spans;
    private final long flushMillis;

    private Observation(AccessLog accessLog, SpanExport spans, long flushMillis) {
        this.accessLog = accessLog;
        this.spans = spans;
        this.flushMillis = flushMillis;
    }

    /**
     * Opens what the configuration asks for.
     *
     * @throws IOException if the access log can't be opened; the message names it
     */
    static Observation open(SluiceConfig config, Metrics metrics) throws IOException {
        AccessLog accessLog = AccessLog.open(config.accessLog(), metrics);
        SpanExport spans =
                config.tracing().endpoint() == null ? null : SpanExport.start(config.tracing(), metrics.tracing());
        return new Observation(accessLog, spans, Math.min(config.timeouts().drain().toMillis(), FLUSH_MILLIS_MAX));
    }

    /** Whom exchanges report to. */
    Observers observers() {
        return new Observers(accessLog, spans);
    }

    /** Reopens the access log, as after a rotation. */
    void reopenLogs() {
        accessLog.reopen();
    }

    /** Writes and exports what waits, for a second and for two at the most; idempotent. Exchanges have ended by then. */
    void close() {
        accessLog.close();
        if (spans != null) {
            spans.close(flushMillis);
        }
    }
}
