package io.sluice.transport;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What the system lets this process open (getrlimit(2), RLIMIT_NOFILE). <em>Immutable.</em> */
public final class Descriptors {
    private static final int UNKNOWN_MAX = 10_000;
    private static final int PER_CONNECTION = 2;

    private Descriptors() {}

    /**
     * How many client connections four fifths of the descriptors are enough for, if each needs one for itself and one to
     * a backend; at least 1.
     */
    public static int connectionsMax() {
        long limit = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : UNKNOWN_MAX;
        return Math.clamp(limit * 4 / 5 / PER_CONNECTION, 1, 1_000_000);
    }
}
