package io.sluice.service;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The endpoints that a service has at a moment: those of addresses, and those that its names stand for just then.
 * <em>Immutable.</em>
 */
final class Roster {
    private final List<Entry> entries;
    private final List<Endpoint> endpoints;
    private final Map<Endpoint, Entry> byEndpoint = new IdentityHashMap<>();

    /**
     * An endpoint and its terms.
     *
     * @param endpoint who answers
     * @param weight   0 to 1000, as configured or as a record says
     * @param priority 0 = first; higher ones are backups
     */
    record Entry(Endpoint endpoint, int weight, int priority) {}

    /** Creates it; each endpoint may be in it once. */
    Roster(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        this.endpoints = entries.stream().map(Entry::endpoint).toList();
        entries.forEach(entry -> byEndpoint.put(entry.endpoint(), entry));
    }

    /** In the order configured. */
    List<Entry> entries() {
        return entries;
    }

    /** The same, without their terms. */
    List<Endpoint> endpoints() {
        return endpoints;
    }

    /** Whether an endpoint is in it. */
    boolean has(Endpoint endpoint) {
        return byEndpoint.containsKey(endpoint);
    }

    /** An endpoint's weight; 0 if it is not in it. */
    int weight(Endpoint endpoint) {
        Entry entry = byEndpoint.get(endpoint);
        return entry == null ? 0 : entry.weight();
    }

    /** Whether it is the same endpoints on the same terms. */
    boolean same(Roster other) {
        return entries.equals(other.entries);
    }
}
