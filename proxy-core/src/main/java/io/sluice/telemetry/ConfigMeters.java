package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** What is told of the configuration in force, and of the last attempt to change it. <em>Thread-safe.</em> */
public final class ConfigMeters {
    private Last last = new Last(0, true, 0);

    ConfigMeters() {}

    /**
     * What is in force, and how the last attempt to change it ended. <em>Immutable.</em>
     *
     * @param revision how many configurations were put in force; 0 = none yet
     * @param accepted whether the last one that was tried is in force
     * @param atMillis when that one was tried, since 1970
     */
    public record Last(long revision, boolean accepted, long atMillis) {}

    /** A configuration was put in force. */
    public synchronized void accepted() {
        last = new Last(last.revision() + 1, true, System.currentTimeMillis());
    }

    /** One could not be; that before it stays. */
    public synchronized void refused() {
        last = new Last(last.revision(), false, System.currentTimeMillis());
    }

    /** How things stand. */
    public synchronized Last last() {
        return last;
    }

    void into(MetricSnapshots.Builder snapshots) {
        Last now = last();
        if (now.revision() == 0) {
            return;
        }
        Family.gauge("config_revision", "Configurations put in force since the start.").row(now.revision()).into(snapshots);
        Family.gauge("config_last_reload_success", "Whether the last one that was tried is in force.")
                .row(now.accepted() ? 1 : 0)
                .into(snapshots);
        Family.gauge("config_last_reload_timestamp_seconds", "When the last one was tried, since 1970.")
                .row(now.atMillis() / 1e3)
                .into(snapshots);
    }
}
