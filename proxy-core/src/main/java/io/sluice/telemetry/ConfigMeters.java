package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** What is told of the configuration in force, and of the last attempt to change it. <em>Thread-safe.</em> */
public final class ConfigMeters {
    private long revision;
    private boolean lastAccepted = true;
    private double lastSeconds;

    ConfigMeters() {}

    /** A configuration was put in force. */
    public synchronized void accepted() {
        revision++;
        lastAccepted = true;
        lastSeconds = nowSeconds();
    }

    /** One could not be; that before it stays. */
    public synchronized void refused() {
        lastAccepted = false;
        lastSeconds = nowSeconds();
    }

    /** How many were put in force. */
    public synchronized long revision() {
        return revision;
    }

    /** Whether the last one that was tried is in force. */
    public synchronized boolean lastAccepted() {
        return lastAccepted;
    }

    /** When the last one was tried, in seconds since 1970. */
    public synchronized double lastSeconds() {
        return lastSeconds;
    }

    private static double nowSeconds() {
        return System.currentTimeMillis() / 1e3;
    }

    synchronized void into(MetricSnapshots.Builder snapshots) {
        if (revision == 0) {
            return;
        }
        Family.gauge("config_revision", "Configurations put in force since the start.").row(revision).into(snapshots);
        Family.gauge("config_last_reload_success", "Whether the last one that was tried is in force.")
                .row(lastAccepted ? 1 : 0)
                .into(snapshots);
        Family.gauge("config_last_reload_timestamp_seconds", "When the last one was tried, since 1970.")
                .row(lastSeconds)
                .into(snapshots);
    }
}
