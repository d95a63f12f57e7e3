package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;

/**
 * One metric while a scrape is being made: its name, its labels' names, and the rows found so far.
 * <em>Loop-confined</em> to the thread of one scrape. A family without rows is not listed.
 */
final class Family {
    /** What a row is. */
    private enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    private final Kind kind;
    private final MetricMetadata metadata;
    private final String[] labelNames;
    private final List<CounterDataPointSnapshot> counters = new ArrayList<>();
    private final List<GaugeDataPointSnapshot> gauges = new ArrayList<>();
    private final List<HistogramDataPointSnapshot> histograms = new ArrayList<>();

    private Family(Kind kind, String name, String help, String... labelNames) {
        this.kind = kind;
        this.metadata = new MetricMetadata("sluice_" + name, help);
        this.labelNames = labelNames;
    }

    /** A counter; {@code _total} is added to its name by the text format. */
    static Family counter(String name, String help, String... labelNames) {
        return new Family(Kind.COUNTER, name, help, labelNames);
    }

    /** A gauge. */
    static Family gauge(String name, String help, String... labelNames) {
        return new Family(Kind.GAUGE, name, help, labelNames);
    }

    /** A histogram. */
    static Family histogram(String name, String help, String... labelNames) {
        return new Family(Kind.HISTOGRAM, name, help, labelNames);
    }

    /** Adds a row, also if its value is 0. */
    Family row(double value, String... labels) {
        Labels row = Labels.of(labelNames, labels);
        switch (kind) {
            case COUNTER -> counters.add(new CounterDataPointSnapshot(value, row, null, 0));
            case GAUGE -> gauges.add(new GaugeDataPointSnapshot(value, row, null));
            case HISTOGRAM -> throw new IllegalStateException("a histogram has buckets");
        }
        return this;
    }

    /** Adds a row if something was counted: combinations that never happened are not listed. */
    void rowIfAny(double value, String... labels) {
        if (value != 0) {
            row(value, labels);
        }
    }

    /**
     * Adds a row of a histogram.
     *
     * @param buckets null = nothing was counted, no row
     */
    void row(ClassicHistogramBuckets buckets, double sum, String... labels) {
        if (buckets != null) {
            histograms.add(new HistogramDataPointSnapshot(buckets, sum, Labels.of(labelNames, labels), null, 0));
        }
    }

    /** Hands over the rows, if there are any. */
    void into(MetricSnapshots.Builder snapshots) {
        MetricSnapshot made = switch (kind) {
            case COUNTER -> counters.isEmpty() ? null : new CounterSnapshot(metadata, counters);
            case GAUGE -> gauges.isEmpty() ? null : new GaugeSnapshot(metadata, gauges);
            case HISTOGRAM -> histograms.isEmpty() ? null : new HistogramSnapshot(metadata, histograms);
        };
        if (made != null) {
            snapshots.metricSnapshot(made);
        }
    }
}
