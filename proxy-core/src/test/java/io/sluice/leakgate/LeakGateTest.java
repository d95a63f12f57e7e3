package io.sluice.leakgate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import org.junit.jupiter.api.Test;

/** A gate of its own, so that what leaks here does not fail the build. */
final class LeakGateTest {
    private final LeakGate gate = new LeakGate();
    private final ResourceLeakDetector<Resource> detector = gate.newResourceLeakDetector(Resource.class, 1);

    @Test
    void tellsWhatLeakedAndWhere() {
        detector.trackForcibly(new Resource());

        assertThat(gate.leaks()).singleElement().asString()
                .contains("Resource was garbage-collected without being released")
                .contains("LeakGateTest.tellsWhatLeakedAndWhere")
                .doesNotContain("org.junit.");
    }

    @Test
    void staysSilentAboutWhatWasReleased() {
        Resource resource = new Resource();
        ResourceLeakTracker<Resource> tracker = detector.trackForcibly(resource);

        tracker.close(resource);

        assertThat(gate.leaks()).isEmpty();
    }

    @Test
    void watchesTheBuffersOfThisTestRunAtTheParanoidLevel() {
        assertThat(ResourceLeakDetectorFactory.instance()).isInstanceOf(LeakGate.class);
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
    }

    /** Something that could leak. */
    private static final class Resource {}
}
