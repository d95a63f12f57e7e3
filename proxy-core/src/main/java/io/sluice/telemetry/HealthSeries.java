package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** The rows about endpoints' fitness in one scrape. <em>Loop-confined</em> to the thread of that scrape. */
final class HealthSeries {
    private final Family up = Family.gauge("endpoint_up", "Whether an endpoint gets requests.", "service", "endpoint");
    private final Family checks = Family.counter("checks", "Health checks made.", "service", "result");
    private final Family ejections =
            Family.counter("ejections", "Endpoints left out for a time because requests to them failed.", "service");
    private final Family failOpen = Family.counter(
            "fail_open", "Requests for which an endpoint was chosen among all, because none was fit.", "service");

    /** Adds the rows of one service. */
    void add(HealthMeters meters) {
        String service = meters.service();
        for (HealthMeters.Row row : meters.endpoints()) {
            up.row(row.up() ? 1 : 0, service, row.endpoint());
        }
        checks.rowIfAny(meters.sum(HealthMeters.PASSED), service, "passed");
        checks.rowIfAny(meters.sum(HealthMeters.FAILED), service, "failed");
        checks.rowIfAny(meters.sum(HealthMeters.TIMED_OUT), service, "timed_out");
        ejections.row(meters.sum(HealthMeters.EJECTIONS), service);
        failOpen.row(meters.failedOpenRequests(), service);
    }

    /** Hands over all rows. */
    void into(MetricSnapshots.Builder snapshots) {
        up.into(snapshots);
        checks.into(snapshots);
        ejections.into(snapshots);
        failOpen.into(snapshots);
    }
}
