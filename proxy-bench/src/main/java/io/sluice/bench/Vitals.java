package io.sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a proxy at rest holds. <em>Immutable.</em>
 *
 * @param descriptors        open, as /proc lists them
 * @param directBytes        memory outside the heap that buffers are cut from; -1 = unknown
 * @param heapBytes          live objects after a full collection
 * @param requestsActive     begun and not ended
 * @param clientConnections  open
 * @param backendConnections open, in use or idle
 * @param bufferedBytes      bodies that wait in buffers; -1 = unknown
 * @param pipes              open, in use or idle
 * @param spliceMismatches   bodies that lost bytes in a pipe, since the start
 */
record Vitals(
        long descriptors,
        long directBytes,
        long heapBytes,
        long requestsActive,
        long clientConnections,
        long backendConnections,
        long bufferedBytes,
        long pipes,
        long spliceMismatches) {
    /** Netty keeps chunks for reuse, and how many depends on the busiest moment. */
    private static final long DIRECT_SLACK_BYTES = 4 << 20;
    /** The JVM's own bookkeeping: code that got hot, strings, histograms. */
    private static final long HEAP_SLACK_BYTES = 2 << 20;

    /** Whether nothing is under way. */
    boolean quiet() {
        return requestsActive == 0 && clientConnections == 0 && backendConnections == 0 && bufferedBytes <= 0
                && pipes == 0;
    }

    /** What is not back where it was before; empty = all is. */
    List<String> notBack(Vitals before) {
        List<String> wrong = new ArrayList<>();
        expect(wrong, "descriptors", before.descriptors, descriptors, 0);
        expect(wrong, "direct memory", before.directBytes, directBytes, DIRECT_SLACK_BYTES);
        expect(wrong, "heap", before.heapBytes, heapBytes, HEAP_SLACK_BYTES);
        expect(wrong, "requests active", 0, requestsActive, 0);
        expect(wrong, "client connections", 0, clientConnections, 0);
        expect(wrong, "backend connections", 0, backendConnections, 0);
        expect(wrong, "buffered bytes", 0, Math.max(0, bufferedBytes), 0);
        expect(wrong, "pipes", 0, pipes, 0);
        expect(wrong, "splice mismatches", 0, spliceMismatches, 0);
        return wrong;
    }

    /** The same with another count of the heap. */
    Vitals withHeap(long bytes) {
        return new Vitals(
                descriptors, directBytes, bytes, requestsActive, clientConnections, backendConnections, bufferedBytes, pipes,
                spliceMismatches);
    }

    private static void expect(List<String> wrong, String what, long before, long after, long slack) {
        if (after > before + slack) {
            wrong.add(what + ": found " + after + "; expected at most " + before + (slack > 0 ? " + " + slack : ""));
        }
    }

    /** A table of both, with what one request would have left behind. */
    static String table(Vitals before, Vitals after, long requests) {
        StringBuilder text = new StringBuilder(String.format("%-22s %14s %14s %18s%n", "", "before", "after", "each request"));
        row(text, "descriptors", before.descriptors, after.descriptors, requests);
        row(text, "direct memory bytes", before.directBytes, after.directBytes, requests);
        row(text, "heap after GC bytes", before.heapBytes, after.heapBytes, requests);
        row(text, "requests active", before.requestsActive, after.requestsActive, requests);
        row(text, "client connections", before.clientConnections, after.clientConnections, requests);
        row(text, "backend connections", before.backendConnections, after.backendConnections, requests);
        row(text, "buffered bytes", before.bufferedBytes, after.bufferedBytes, requests);
        row(text, "pipes", before.pipes, after.pipes, requests);
        row(text, "splice mismatches", before.spliceMismatches, after.spliceMismatches, requests);
        return text.toString();
    }

    private static void row(StringBuilder text, String name, long before, long after, long requests) {
        if (before < 0 || after < 0) {
            text.append(String.format("%-22s %14s %14s %18s%n", name, "unknown", "unknown", ""));
        } else {
            text.append(String.format(Locale.ROOT, "%-22s %,14d %,14d %+18.3f%n", name, before, after,
                    (after - before) / (double) requests));
        }
    }
}
