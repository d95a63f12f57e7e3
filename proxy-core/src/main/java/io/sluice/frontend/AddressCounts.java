package io.sluice.frontend;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How many connections there are from each address, and no more than there may be. <em>Thread-safe.</em> Knows only
 * addresses that are connected, so its size is bounded by the number of connections.
 */
final class AddressCounts {
    private final int max;
    private final ConcurrentMap<Long, Integer> counts = new ConcurrentHashMap<>();

    /**
     * Creates it, empty.
     *
     * @param max from one address, at least 1
     */
    AddressCounts(int max) {
        this.max = max;
    }

    /** Counts a connection; false if it would be one too many. True obliges to {@link #left} exactly once. */
    boolean entered(long address) {
        if (counts.merge(address, 1, Integer::sum) <= max) {
            return true;
        }
        left(address);
        return false;
    }

    /** Counts the end of a connection. */
    void left(long address) {
        counts.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }

    /** Addresses that are connected. */
    int addresses() {
        return counts.size();
    }
}
