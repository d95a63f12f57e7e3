package io.sluice.leakgate;

import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Puts up the leak gate before any test is found. <em>Thread-safe.</em> */
public final class LeakGateListener implements LauncherSessionListener {
    private final LeakGate gate = new LeakGate();

    /** Called by the launcher. */
    public LeakGateListener() {}

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        // Before any class of Netty asks for its detector, which it does once.
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(gate);
    }

    /**
     * Fails the run if anything leaked. Surefire and Failsafe take an error thrown here as a failed build, where they
     * would only log one thrown by a listener of single tests.
     */
    @Override
    public void launcherSessionClosed(LauncherSession session) {
        List<String> leaks = gate.leaks();
        if (!leaks.isEmpty()) {
            throw new AssertionError("%d leaked; each must be released by whoever owns it last:%n%s"
                    .formatted(leaks.size(), String.join("\n", leaks)));
        }
    }
}
