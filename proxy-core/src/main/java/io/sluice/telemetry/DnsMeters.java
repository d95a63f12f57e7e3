package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** The meters of one service's names. <em>Thread-safe.</em> */
public final class DnsMeters {
    private final String service;
    private final Map<String, LongAdder> results = new ConcurrentHashMap<>();
    private volatile Supplier<List<Row>> names = List::of;

    /** Makes meters that no scrape shows; {@link Metrics#dns} makes the others. */
    public DnsMeters(String service) {
        this.service = service;
    }

    /**
     * A name and what is known of it. <em>Immutable.</em>
     *
     * @param name       as configured
     * @param addresses  what it stands for
     * @param ageSeconds since it was last answered in full; negative = it never was
     */
    public record Row(String name, int addresses, double ageSeconds) {}

    /** Counts the end of a resolution; {@code result} is one of few words. */
    public void resolved(String result) {
        results.computeIfAbsent(result, _ -> new LongAdder()).increment();
    }

    /** Says what there is of names; a later call replaces an earlier one. Asked during a scrape. */
    public void names(Supplier<List<Row>> source) {
        names = source;
    }

    List<Row> names() {
        return names.get();
    }

    /** How often a resolution ended so. */
    long count(String result) {
        LongAdder count = results.get(result);
        return count == null ? 0 : count.sum();
    }

    /** Adds the rows of all services to one scrape. */
    static void into(Collection<DnsMeters> all, MetricSnapshots.Builder snapshots) {
        Family resolutions = Family.counter(
                "dns_resolutions", "Resolutions of names of endpoints, by what became of them.", "service", "result");
        Family age = Family.gauge(
                "dns_answer_age_seconds", "Since a name was last answered in full.", "service", "name");
        Family addresses = Family.gauge("dns_addresses", "What a name stands for.", "service", "name");
        for (DnsMeters each : all) {
            each.results.forEach((result, count) -> resolutions.row(count.sum(), each.service, result));
            for (Row row : each.names()) {
                addresses.row(row.addresses(), each.service, row.name());
                if (row.ageSeconds() >= 0) {
                    age.row(row.ageSeconds(), each.service, row.name());
                }
            }
        }
        resolutions.into(snapshots);
        age.into(snapshots);
        addresses.into(snapshots);
    }
}
