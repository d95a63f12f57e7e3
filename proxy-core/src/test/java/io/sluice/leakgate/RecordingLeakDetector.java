package io.sluice.leakgate;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;

/** Netty's detector, writing to a ledger what it would otherwise only log. <em>Thread-safe.</em> */
final class RecordingLeakDetector<T> extends ResourceLeakDetector<T> {
    private final LeakLedger ledger;

    RecordingLeakDetector(Class<T> resourceType, int samplingInterval, LeakLedger ledger) {
        super(resourceType, samplingInterval);
        this.ledger = ledger;
    }

    /** Has every leak that the garbage collector found so far reported: tracking one more object does that. */
    @SuppressWarnings("unchecked")
    void flush() {
        // A detector never looks at the type of what it tracks.
        T probe = (T) new Object();
        ResourceLeakTracker<T> tracker = trackForcibly(probe);
        tracker.close(probe);
    }

    @Override
    protected boolean needReport() {
        // Netty asks its logger here, which a test run may have silenced.
        return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        ledger.enter(resourceType, records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        ledger.enter(resourceType, "");
    }
}
