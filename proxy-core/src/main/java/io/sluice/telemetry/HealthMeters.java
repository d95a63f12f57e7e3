package io.sluice.telemetry;

import java.util.List;
import java.util.function.Supplier;

/** The meters of one service's endpoints' fitness. <em>Thread-safe.</em> */
public final class HealthMeters {
    static final int PASSED = 0;
    static final int FAILED = 1;
    static final int TIMED_OUT = 2;
    static final int EJECTIONS = 3;

    private final String service;
    private final Cells cells = Cells.single(EJECTIONS + 1);
    /** While no endpoint is fit, every request counts here. */
    private final Cells failedOpen = Cells.striped(1);
    private volatile Supplier<List<Row>> endpoints = List::of;

    /** Makes meters that no scrape shows; {@link Metrics#health} makes the others. */
    public HealthMeters(String service) {
        this.service = service;
    }

    /**
     * An endpoint and whether it gets requests. <em>Immutable.</em>
     *
     * @param endpoint its address as configured
     */
    public record Row(String endpoint, boolean up) {}

    /** Says where {@code sluice_endpoint_up} comes from; a later call replaces an earlier one. Asked during a scrape. */
    public void endpoints(Supplier<List<Row>> source) {
        endpoints = source;
    }

    /** Counts a check that an endpoint passed. */
    public void passed() {
        cells.add(PASSED, 1);
    }

    /** Counts a check that an endpoint failed. */
    public void failed() {
        cells.add(FAILED, 1);
    }

    /** Counts a check that an endpoint did not answer in time. */
    public void timedOut() {
        cells.add(TIMED_OUT, 1);
    }

    /** Counts an endpoint that was left out because requests to it failed. */
    public void ejected() {
        cells.add(EJECTIONS, 1);
    }

    /** Counts a request for which an endpoint was chosen among all, because none was fit. */
    public void failedOpen() {
        failedOpen.add(0, 1);
    }

    String service() {
        return service;
    }

    long sum(int cell) {
        return cells.sum(cell);
    }

    long failedOpenRequests() {
        return failedOpen.sum(0);
    }

    List<Row> endpoints() {
        return endpoints.get();
    }
}
