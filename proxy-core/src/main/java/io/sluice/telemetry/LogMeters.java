package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** The meters of the access log. <em>Thread-safe.</em> */
final class LogMeters {
    private static final int WRITTEN = 0;
    private static final int QUEUE_FULL = 1;
    private static final int WRITE_FAILED = 2;
    private static final int CLOSED = 3;

    private final Cells cells = Cells.single(CLOSED + 1);

    /** Counts lines that reached the file. */
    void written(long lines) {
        cells.add(WRITTEN, lines);
    }

    /** Counts a line lost because too many waited. */
    void queueFull() {
        cells.add(QUEUE_FULL, 1);
    }

    /** Counts lines lost because the file could not be written. */
    void writeFailed(long lines) {
        cells.add(WRITE_FAILED, lines);
    }

    /** Counts lines lost because the log was closed. */
    void closed(long lines) {
        cells.add(CLOSED, lines);
    }

    long written() {
        return cells.sum(WRITTEN);
    }

    long dropped() {
        return cells.sum(QUEUE_FULL) + cells.sum(WRITE_FAILED) + cells.sum(CLOSED);
    }

    /** Hands over the rows, zeros included: whoever watches for lost lines wants to see that there are none. */
    void into(MetricSnapshots.Builder snapshots) {
        Family.counter("access_log_lines", "Lines written to the access log.").row(written()).into(snapshots);
        Family.counter("access_log_dropped", "Lines the access log lost.", "reason")
                .row(cells.sum(QUEUE_FULL), "queue_full")
                .row(cells.sum(WRITE_FAILED), "write_failed")
                .row(cells.sum(CLOSED), "closed")
                .into(snapshots);
    }
}
