package io.sluice.transport;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What the system lets this process open (getrlimit(2), RLIMIT_NOFILE), and how many connections follow from that.
 * <em>Immutable.</em>
 */
public final class Descriptors {
    private static final int UNKNOWN_MAX = 10_000;
    private static final int PER_CONNECTION = 2;
    /** What the heap needs before anybody connects: the young generation that the launcher asks for, and what lives. */
    private static final long HEAP_BASE_BYTES = 24L << 20;
    /** An idle connection costs some 2 KiB of heap; the other half is for what it may have in flight. */
    private static final long HEAP_BYTES_PER_CONNECTION = 4L << 10;
    /** A heap too small for the rule above still serves a few. */
    private static final long CONNECTIONS_LEAST = 256;

    private Descriptors() {}

    /**
     * How many client connections four fifths of the descriptors are enough for, if each needs one for itself and one to
     * a backend, but no more than the Java heap holds; at least 1. In containers a million descriptors is common, and
     * memory for so many is not: without the second limit idle connections alone could end the process.
     */
    public static int connectionsMax() {
        long descriptors = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : UNKNOWN_MAX;
        return connectionsMax(descriptors, Runtime.getRuntime().maxMemory());
    }

    /** How many pipes may be open at once, each two descriptors: a quarter of all descriptors; at least 16. */
    public static int pipesMax() {
        return pipesMax(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : UNKNOWN_MAX);
    }

    static int pipesMax(long descriptors) {
        return Math.clamp(descriptors / 8, 16, 100_000);
    }

    static int connectionsMax(long descriptors, long heapBytes) {
        long opened = descriptors * 4 / 5 / PER_CONNECTION;
        long held = Math.max(CONNECTIONS_LEAST, (heapBytes - HEAP_BASE_BYTES) / HEAP_BYTES_PER_CONNECTION);
        return Math.clamp(Math.min(opened, held), 1, 1_000_000);
    }
}
