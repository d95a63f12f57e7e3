package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.sluice.config.FilterConfig.Coding;

/** The meters of bodies that are compressed, by coding. <em>Thread-safe.</em> */
public final class CompressionMeters {
    private static final int BEGUN = 0;
    private static final int ENDED = 1;
    private static final int IN_BYTES = 2;
    private static final int OUT_BYTES = 3;
    private static final int EACH = 4;

    private final Cells cells = Cells.striped(EACH * Coding.values().length);

    CompressionMeters() {}

    /** Counts a body that begins; {@link #ended} must follow. */
    public void begun(Coding coding) {
        cells.add(EACH * coding.ordinal() + BEGUN, 1);
    }

    /** Counts a body that is over, whole or not; bytes before and behind the coding. */
    public void ended(Coding coding, long inBytes, long outBytes) {
        long[] stripe = cells.stripe();
        Cells.add(stripe, EACH * coding.ordinal() + ENDED, 1);
        Cells.add(stripe, EACH * coding.ordinal() + IN_BYTES, inBytes);
        Cells.add(stripe, EACH * coding.ordinal() + OUT_BYTES, outBytes);
    }

    /** Hands over the rows. */
    void into(MetricSnapshots.Builder snapshots) {
        Family bodies = Family.counter("compressed_responses", "Response bodies that were compressed.", "coding");
        Family bytes = Family.counter("compression_bytes",
                "Bytes of compressed response bodies: in before the coding, out behind it.", "coding", "side");
        Family active = Family.gauge("compressions_active", "Response bodies that are being compressed.", "coding");
        for (Coding coding : Coding.values()) {
            int at = EACH * coding.ordinal();
            // Ended before begun: what begins between the two is not missing then.
            long ended = cells.sum(at + ENDED);
            long begun = cells.sum(at + BEGUN);
            bodies.row(ended, coding.word());
            bytes.row(cells.sum(at + IN_BYTES), coding.word(), "in");
            bytes.row(cells.sum(at + OUT_BYTES), coding.word(), "out");
            active.row(begun - ended, coding.word());
        }
        bodies.into(snapshots);
        bytes.into(snapshots);
        active.into(snapshots);
    }
}
