package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** The meters of certificates that are ordered. <em>Thread-safe.</em> */
public final class AcmeMeters {
    private static final int ISSUED = 0;
    private static final int FAILED = 1;

    private final Cells cells = Cells.single(FAILED + 1);
    private volatile int failing;
    private volatile int missing;

    /** Makes meters that no scrape shows; {@link Metrics#acme} makes the others. */
    public AcmeMeters() {}

    /** Counts an order that brought a certificate. */
    public void issued() {
        cells.add(ISSUED, 1);
    }

    /** Counts an order that did not. */
    public void failed() {
        cells.add(FAILED, 1);
    }

    /**
     * Says how it stands.
     *
     * @param nowFailing certificates whose last order failed
     * @param nowMissing certificates that were never issued, in whose place clients see one that nobody has signed
     */
    public void state(int nowFailing, int nowMissing) {
        failing = nowFailing;
        missing = nowMissing;
    }

    /** Orders that brought a certificate. */
    public long issuedCount() {
        return cells.sum(ISSUED);
    }

    /** Orders that did not. */
    public long failedCount() {
        return cells.sum(FAILED);
    }

    /** Certificates whose last order failed. */
    public int failing() {
        return failing;
    }

    /** Certificates that were never issued. */
    public int missing() {
        return missing;
    }

    /** Hands over the rows, zeros included. */
    void into(MetricSnapshots.Builder snapshots) {
        Family.counter("acme_orders", "Orders of certificates.", "result")
                .row(issuedCount(), "issued")
                .row(failedCount(), "failed")
                .into(snapshots);
        Family.gauge("acme_failing", "Certificates whose last order failed.").row(failing).into(snapshots);
        Family.gauge("acme_missing", "Certificates that were never issued.").row(missing).into(snapshots);
    }
}
