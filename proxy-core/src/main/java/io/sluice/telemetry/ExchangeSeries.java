package io.sluice.telemetry;

import static io.sluice.telemetry.ExchangeMeters.CODES;
import static io.sluice.telemetry.ExchangeMeters.COPY_REASONS;
import static io.sluice.telemetry.ExchangeMeters.DURATIONS;
import static io.sluice.telemetry.ExchangeMeters.ERRORS;
import static io.sluice.telemetry.ExchangeMeters.METHODS;
import static io.sluice.telemetry.ExchangeMeters.PROTOCOLS;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;

/** The rows that all {@link ExchangeMeters} make in one scrape. <em>Loop-confined</em> to the thread of that scrape. */
final class ExchangeSeries {
    private static final double NANOS = 1e-9;

    private final Family requests = Family.counter(
            "requests", "Requests ended.", "listener", "route", "service", "method", "code", "protocol");
    private final Family active =
            Family.gauge("requests_active", "Requests begun and not ended.", "listener", "route", "service");
    private final Family durations = Family.histogram(
            "request_duration_seconds",
            "From a request's first byte to the end of its exchange; for a tunnel, until it was open.",
            "listener", "route", "service");
    private final Family backendDurations = Family.histogram(
            "backend_duration_seconds",
            "From a connection to the backend being there to the head of its response.",
            "listener", "route", "service");
    private final Family bytes = Family.counter(
            "bytes", "Body bytes read from (in) and handed to (out) a side.",
            "listener", "route", "service", "side", "direction");
    private final Family relays = Family.counter(
            "relays", "Response bodies by how they crossed, and why not spliced.",
            "listener", "route", "service", "kind", "reason");
    private final Family zeroCopyBytes = Family.counter(
            "zero_copy_bytes", "Body bytes that crossed inside the kernel, by how.",
            "listener", "route", "service", "mechanism");
    private final Family errors = Family.counter(
            "errors", "Exchanges that failed.", "listener", "route", "service", "error");
    private final Family retries = Family.counter(
            "retries", "Failed attempts made again, or refused by limit or budget.",
            "listener", "route", "service", "reason", "result");
    private final Family blocked = Family.counter(
            "blocked_seconds", "Time bytes waited for a side that took no more.",
            "listener", "route", "service", "side");

    /** Adds the rows of one (listener, route, service). */
    void add(ExchangeMeters meters) {
        Cells cells = meters.cells();
        String[] three = meters.labels(0);
        if (cells.sum(ExchangeMeters.BEGUN) != 0) {
            active.row(meters.active(), three);
        }
        addRequests(meters);
        durations.row(
                DURATIONS.counts(cells, ExchangeMeters.DURATION_BUCKETS),
                cells.sum(ExchangeMeters.DURATION_NANOS) * NANOS,
                three);
        backendDurations.row(
                DURATIONS.counts(cells, ExchangeMeters.BACKEND_BUCKETS),
                cells.sum(ExchangeMeters.BACKEND_NANOS) * NANOS,
                three);
        bytes.rowIfAny(cells.sum(ExchangeMeters.CLIENT_IN_BYTES), labels(meters, "client", "in"));
        bytes.rowIfAny(cells.sum(ExchangeMeters.CLIENT_OUT_BYTES), labels(meters, "client", "out"));
        bytes.rowIfAny(cells.sum(ExchangeMeters.BACKEND_IN_BYTES), labels(meters, "backend", "in"));
        bytes.rowIfAny(cells.sum(ExchangeMeters.BACKEND_OUT_BYTES), labels(meters, "backend", "out"));
        blocked.rowIfAny(cells.sum(ExchangeMeters.BLOCKED_ON_CLIENT_NANOS) * NANOS, labels(meters, "client"));
        blocked.rowIfAny(cells.sum(ExchangeMeters.BLOCKED_ON_BACKEND_NANOS) * NANOS, labels(meters, "backend"));
        relays.rowIfAny(cells.sum(ExchangeMeters.SPLICED), labels(meters, "spliced", ""));
        relays.rowIfAny(cells.sum(ExchangeMeters.SENDFILE), labels(meters, "sendfile", ""));
        for (int i = 0; i < COPY_REASONS.size(); i++) {
            relays.rowIfAny(cells.sum(ExchangeMeters.COPIED + i), labels(meters, "copied", COPY_REASONS.get(i)));
        }
        zeroCopyBytes.rowIfAny(cells.sum(ExchangeMeters.SPLICED_BYTES), labels(meters, "splice"));
        zeroCopyBytes.rowIfAny(cells.sum(ExchangeMeters.SENDFILE_BYTES), labels(meters, "sendfile"));
        addRare(meters);
    }

    private void addRequests(ExchangeMeters meters) {
        for (Method method : METHODS) {
            for (int code = 0; code < CODES.size(); code++) {
                for (int protocol = 0; protocol < PROTOCOLS.size(); protocol++) {
                    requests.rowIfAny(
                            meters.cells().sum(ExchangeMeters.requests(method, code, protocol)),
                            labels(meters, method.name(), CODES.get(code), PROTOCOLS.get(protocol).text()));
                }
            }
        }
    }

    private void addRare(ExchangeMeters meters) {
        Cells rare = meters.rare();
        for (ProxyError error : ERRORS) {
            int i = error.ordinal();
            errors.rowIfAny(rare.sum(ExchangeMeters.FAILED + i), labels(meters, error.word()));
            retries.rowIfAny(rare.sum(ExchangeMeters.RETRIED + i), labels(meters, error.word(), "made"));
            retries.rowIfAny(rare.sum(ExchangeMeters.RETRY_REFUSED + i), labels(meters, error.word(), "refused"));
        }
    }

    /** Hands over all rows. */
    void into(MetricSnapshots.Builder snapshots) {
        requests.into(snapshots);
        active.into(snapshots);
        durations.into(snapshots);
        backendDurations.into(snapshots);
        bytes.into(snapshots);
        relays.into(snapshots);
        zeroCopyBytes.into(snapshots);
        errors.into(snapshots);
        retries.into(snapshots);
        blocked.into(snapshots);
    }

    private static String[] labels(ExchangeMeters meters, String... more) {
        String[] labels = meters.labels(more.length);
        System.arraycopy(more, 0, labels, labels.length - more.length, more.length);
        return labels;
    }
}
