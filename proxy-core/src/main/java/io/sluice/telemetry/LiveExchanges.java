package io.sluice.telemetry;

import io.sluice.telemetry.LiveExchange.BlockedOn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Gathers what is going on at a moment: sums over all exchanges, and the longest of them. <em>Loop-confined</em> to who
 * gathers.
 */
public final class LiveExchanges {
    private static final Comparator<LiveExchange> YOUNGEST_FIRST = (a, b) ->
            // By difference, as nanoTime wants it; the youngest began last.
            Long.signum(b.startedNanos() - a.startedNanos());

    private final int max;
    private final PriorityQueue<LiveExchange> oldest = new PriorityQueue<>(YOUNGEST_FIRST);
    private int count;
    private int onClient;
    private int onBackend;
    private long bytesIn;
    private long bytesOut;
    private long zeroCopyBytes;
    private long onClientNanos;
    private long onBackendNanos;

    /**
     * Creates it, empty.
     *
     * @param max how many to keep
     */
    public LiveExchanges(int max) {
        this.max = max;
    }

    /** Takes one in. */
    public void add(LiveExchange exchange) {
        count++;
        onClient += exchange.blockedOn() == BlockedOn.CLIENT ? 1 : 0;
        onBackend += exchange.blockedOn() == BlockedOn.BACKEND ? 1 : 0;
        bytesIn += exchange.bytesIn();
        bytesOut += exchange.bytesOut();
        zeroCopyBytes += exchange.zeroCopyBytes();
        onClientNanos += exchange.blockedOnClientNanos();
        onBackendNanos += exchange.blockedOnBackendNanos();
        keep(exchange);
    }

    /** Takes all of another one in, which is of no use afterwards. */
    public void addAll(LiveExchanges others) {
        count += others.count;
        onClient += others.onClient;
        onBackend += others.onBackend;
        bytesIn += others.bytesIn;
        bytesOut += others.bytesOut;
        zeroCopyBytes += others.zeroCopyBytes;
        onClientNanos += others.onClientNanos;
        onBackendNanos += others.onBackendNanos;
        others.oldest.forEach(this::keep);
    }

    private void keep(LiveExchange exchange) {
        oldest.add(exchange);
        if (oldest.size() > max) {
            oldest.poll();
        }
    }

    /** Those kept, the longest first. */
    public List<LiveExchange> longest() {
        List<LiveExchange> sorted = new ArrayList<>(oldest);
        sorted.sort(YOUNGEST_FIRST.reversed());
        return sorted;
    }

    /** All of them, kept or not. */
    public int count() {
        return count;
    }

    /** Those whose client takes no more at the moment. */
    public int onClient() {
        return onClient;
    }

    /** Those whose backend takes no more, or has not begun to answer. */
    public int onBackend() {
        return onBackend;
    }

    /** Body bytes from clients, so far, of all of them. */
    public long bytesIn() {
        return bytesIn;
    }

    /** Body bytes to clients, so far, of all of them. */
    public long bytesOut() {
        return bytesOut;
    }

    /** Those of both that crossed inside the kernel. */
    public long zeroCopyBytes() {
        return zeroCopyBytes;
    }

    /** How long bytes waited for clients, so far, in all of them. */
    public long onClientNanos() {
        return onClientNanos;
    }

    /** How long bytes waited for backends, so far, in all of them. */
    public long onBackendNanos() {
        return onBackendNanos;
    }
}
