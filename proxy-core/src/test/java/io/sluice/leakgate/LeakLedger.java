package io.sluice.leakgate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The leaks that detectors reported. <em>Thread-safe.</em> */
final class LeakLedger {
    /** Frames of the test runner, which say nothing about a leak. */
    private static final List<String> NOISE = List.of("org.junit.", "org.apache.maven.", "java.base/");

    private final List<String> reports = new ArrayList<>();

    /**
     * Enters a leak.
     *
     * @param resourceType what leaked
     * @param records      where it was touched last; may be empty
     */
    synchronized void enter(String resourceType, String records) {
        String places = records.lines()
                .filter(line -> NOISE.stream().noneMatch(line.strip()::startsWith))
                .collect(Collectors.joining("\n"));
        reports.add(resourceType + " was garbage-collected without being released." + places);
    }

    /** All leaks so far. */
    synchronized List<String> reports() {
        return List.copyOf(reports);
    }
}
