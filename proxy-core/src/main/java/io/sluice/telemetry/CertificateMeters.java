package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** The meters of certificates. <em>Thread-safe.</em> */
public final class CertificateMeters {
    private final Supplier<List<Expiry>> source;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /**
     * When a certificate ends. <em>Immutable.</em>
     *
     * @param listener where it is shown
     * @param name     the first name it is for
     * @param key      the kind of its key
     * @param at       the end
     */
    public record Expiry(String listener, String name, String key, Instant at) {}

    /** Creates them; {@code source} is asked by any thread, during a scrape. */
    CertificateMeters(Supplier<List<Expiry>> source) {
        this.source = source;
    }

    /** Counts changed files that took force. */
    public void accepted() {
        accepted.increment();
    }

    /** Counts changed files that did not, as they are not what they should be. */
    public void refused() {
        refused.increment();
    }

    void into(MetricSnapshots.Builder snapshots) {
        Map<List<String>, Double> rows = new LinkedHashMap<>();
        Instant now = Instant.now();
        for (Expiry each : source.get()) {
            // Of two that nobody can tell apart the first to end.
            rows.merge(List.of(each.listener(), each.name(), each.key()),
                    Duration.between(now, each.at()).toMillis() * 1e-3, Math::min);
        }
        Family expiry = Family.gauge("certificate_expiry_seconds", "How long a certificate is still good; negative = it is not.",
                "listener", "name", "key");
        rows.forEach((labels, seconds) -> expiry.row(seconds, labels.toArray(String[]::new)));
        expiry.into(snapshots);
        if (!rows.isEmpty()) {
            Family reloads = Family.counter("certificate_reloads", "Changed files of certificates, read again.", "result");
            reloads.row(accepted.sum(), "accepted").row(refused.sum(), "refused");
            reloads.into(snapshots);
        }
    }
}
