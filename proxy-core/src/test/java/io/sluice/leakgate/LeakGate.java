package io.sluice.leakgate;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Creates detectors that record, and in the end tells every leak there was. <em>Thread-safe.</em>
 *
 * <p>A leak is seen only once the garbage collector has found the object and the detector was used again. So the gate
 * leaks a canary of its own, collects until the canary is reported, and only then believes that nothing else leaked.
 */
final class LeakGate extends ResourceLeakDetectorFactory {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LeakLedger ledger = new LeakLedger();
    private final List<RecordingLeakDetector<?>> detectors = new CopyOnWriteArrayList<>();

    @Override
    @Deprecated
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval, long maxActive) {
        return detector(resource, samplingInterval);
    }

    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
        return detector(resource, samplingInterval);
    }

    private <T> ResourceLeakDetector<T> detector(Class<T> resource, int samplingInterval) {
        RecordingLeakDetector<T> detector = new RecordingLeakDetector<>(resource, samplingInterval, ledger);
        detectors.add(detector);
        return detector;
    }

    /**
     * All leaks since the gate was put up. Takes as long as two garbage collections.
     *
     * @throws IllegalStateException if the gate itself doesn't see leaks any more
     */
    List<String> leaks() {
        // Twice: what the first round found may have held further objects alive until then.
        awaitCanary();
        awaitCanary();
        detectors.forEach(RecordingLeakDetector::flush);
        return ledger.reports();
    }

    private static void awaitCanary() {
        LeakLedger sightings = new LeakLedger();
        RecordingLeakDetector<Canary> detector = new RecordingLeakDetector<>(Canary.class, 1, sightings);
        detector.trackForcibly(new Canary());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (sightings.reports().isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the leak gate is blind: it does not see its own leaked canary");
            }
            System.gc();
            detector.flush();
        }
    }

    /** What the gate leaks on purpose. */
    private static final class Canary {}
}
