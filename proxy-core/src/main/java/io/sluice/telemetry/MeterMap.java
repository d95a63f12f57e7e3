package io.sluice.telemetry;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Meters by their names. Those that no configuration uses any more go when nothing moves on them, and what they counted was
 * told in a scrape once more. <em>Thread-safe.</em>
 */
final class MeterMap<K, M> {
    private final Function<K, M> made;
    private final Predicate<M> quiet;
    private final Map<K, M> meters = new LinkedHashMap<>();
    private final Set<K> unused = new HashSet<>();

    /**
     * Creates it, empty.
     *
     * @param made  makes the meters of a name
     * @param quiet whether nothing is open that they count
     */
    MeterMap(Function<K, M> made, Predicate<M> quiet) {
        this.made = made;
        this.quiet = quiet;
    }

    /** The meters of this name: always the same, as long as they are used. */
    synchronized M of(K key) {
        unused.remove(key);
        return meters.computeIfAbsent(key, made);
    }

    /** Says which are used from now on. What an earlier call left unused, and no scrape has removed, goes now. */
    synchronized void retain(Set<K> used) {
        unused.removeAll(used);
        removeQuiet();
        for (K key : meters.keySet()) {
            if (!used.contains(key)) {
                unused.add(key);
            }
        }
    }

    /** All there are. */
    synchronized List<M> all() {
        return new ArrayList<>(meters.values());
    }

    /** All, for one scrape; the unused and quiet ones for the last time. */
    synchronized List<M> forScrape() {
        List<M> all = new ArrayList<>(meters.values());
        removeQuiet();
        return all;
    }

    private void removeQuiet() {
        for (K key : new ArrayList<>(unused)) {
            if (quiet.test(meters.get(key))) {
                meters.remove(key);
                unused.remove(key);
            }
        }
    }
}
