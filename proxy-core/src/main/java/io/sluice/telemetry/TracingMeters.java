package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** The meters of spans that are exported, or not. <em>Thread-safe.</em> */
public final class TracingMeters {
    private static final int EXPORTED = 0;
    private static final int DROPPED = 1;
    private static final int FAILED = 2;

    private final Cells cells = Cells.single(FAILED + 1);

    TracingMeters() {}

    /** Counts spans that the collector took. */
    public void exported(long spans) {
        cells.add(EXPORTED, spans);
    }

    /** Counts spans that were never sent: too many waited, or the process ended. */
    public void dropped(long spans) {
        cells.add(DROPPED, spans);
    }

    /** Counts spans that the collector refused, or that did not reach it in time. */
    public void failed(long spans) {
        cells.add(FAILED, spans);
    }

    /** Spans that the collector took. */
    public long exported() {
        return cells.sum(EXPORTED);
    }

    /** Spans that were never sent. */
    public long dropped() {
        return cells.sum(DROPPED);
    }

    /** Spans that were sent in vain. */
    public long failed() {
        return cells.sum(FAILED);
    }

    /** Hands over the rows, zeros included: whoever watches for lost spans wants to see that there are none. */
    void into(MetricSnapshots.Builder snapshots) {
        Family.counter("tracing_spans", "Spans exported, or lost.", "result")
                .row(exported(), "exported")
                .row(dropped(), "dropped")
                .row(failed(), "failed")
                .into(snapshots);
    }
}
