package io.sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** What the clients of the soak saw. <em>Thread-safe.</em> */
final class SoakTally {
    private static final int REPORTED_MAX = 20;

    private final LongAdder requests = new LongAdder();
    private final LongAdder bodyBytes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final ConcurrentLinkedQueue<String> firstFailures = new ConcurrentLinkedQueue<>();
    private final Map<String, LongAdder> endings = new ConcurrentHashMap<>();

    /** One request ended, in one of a few words. */
    void ended(String ending) {
        requests.increment();
        endings.computeIfAbsent(ending, unused -> new LongAdder()).increment();
    }

    /** So many bytes of bodies were checked. */
    void checked(long bytes) {
        bodyBytes.add(bytes);
    }

    /** Something was wrong; the first few are kept as they are told. */
    void failed(String what) {
        failures.increment();
        if (firstFailures.size() < REPORTED_MAX) {
            firstFailures.add(what);
        }
    }

    long requests() {
        return requests.sum();
    }

    long bodyBytes() {
        return bodyBytes.sum();
    }

    long failures() {
        return failures.sum();
    }

    List<String> firstFailures() {
        return new ArrayList<>(firstFailures);
    }

    /** How requests ended, and how many. */
    String endings() {
        StringBuilder text = new StringBuilder();
        endings.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> text.append(text.isEmpty() ? "" : ", ")
                        .append(e.getKey()).append(' ').append(String.format("%,d", e.getValue().sum())));
        return text.toString();
    }
}
