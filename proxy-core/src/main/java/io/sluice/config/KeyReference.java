package io.sluice.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is known about every key, for those who read, explain or describe a configuration. <em>Immutable.</em> */
public final class KeyReference {
    private static final Map<String, Key> KEYS = index();
    private static final Map<String, List<Key>> UNDER = children();
    private static final Map<String, Map<String, Key>> FILLING = components();
    private static final Pattern ELEMENT = Pattern.compile("\\[[0-9]+\\]");
    private static final int SUGGESTIONS_MAX = 3;

    /**
     * One key as an operator may ask for it.
     *
     * @param path        dotted; {@code []} stands for any element of a list, {@code *} for any name
     * @param type        what may be written there, with its range
     * @param defaultText the default as one would write it, or in words what leaving the key out means
     * @param meaning     one or two sentences
     */
    public record Entry(String path, String type, String defaultText, String meaning) {}

    private KeyReference() {}

    /** Every key, in the order of the reference file. */
    public static List<Entry> entries() {
        return keys().map(KeyReference::entry).toList();
    }

    /**
     * The key of a path, which may name elements ({@code routes[2].match.host}, {@code services.app.pool}) or not
     * ({@code routes[].match.host}, {@code routes.match.host}, {@code services.*.pool}). Empty if there is none.
     */
    public static Optional<Entry> find(String path) {
        return resolve(path).map(KeyReference::entry);
    }

    /** Paths of the keys that were perhaps meant by one that doesn't exist, the nearest first; three at most. */
    public static List<String> closest(String path) {
        String word = path.substring(path.lastIndexOf('.') + 1);
        Stream<String> sameWord = keys().filter(key -> key.name().equalsIgnoreCase(word)).map(Key::path);
        List<String> paths = keys().map(Key::path).toList();
        List<String> names = keys().map(Key::name).distinct().toList();
        Stream<String> near = Words.closest(path, paths).stream();
        Stream<String> nearWord = Words.closest(word, names).stream()
                .flatMap(name -> keys().filter(key -> key.name().equals(name)).map(Key::path));
        Comparator<String> byDistance = Comparator.comparingInt(candidate -> Words.distance(path, candidate));
        return Stream.concat(near, Stream.concat(sameWord, nearWord).sorted(byDistance))
                .distinct()
                .limit(SUGGESTIONS_MAX)
                .toList();
    }

    /** Every key. */
    static Stream<Key> keys() {
        return KEYS.values().stream();
    }

    /** The key of exactly this path; null if there is none. */
    static Key key(String path) {
        return KEYS.get(path);
    }

    /** The keys directly under a path ("" = the top). */
    static List<Key> under(String path) {
        return UNDER.getOrDefault(path, List.of());
    }

    /** The key anywhere under a section that fills a record's component; empty if none does. */
    static Optional<Key> filling(String section, String component) {
        return Optional.ofNullable(FILLING.getOrDefault(section, Map.of()).get(component));
    }

    /** The path of a key under another one; {@code parent} may be empty. */
    static String join(String parent, String name) {
        return parent.isEmpty() ? name : parent + "." + name;
    }

    /** The key of a path that may name elements. */
    static Optional<Key> resolve(String path) {
        String pattern = "";
        for (String part : ELEMENT.matcher(path).replaceAll("[]").split("\\.", -1)) {
            String at = pattern;
            if (KEYS.containsKey(join(at, part))) {
                pattern = join(at, part);
            } else if (KEYS.containsKey(join(at, "*"))) {
                pattern = join(at, "*");
            } else if (KEYS.containsKey(join(at + "[]", part))) {
                pattern = join(at + "[]", part);
            } else if (!(at.endsWith(".*") && KEYS.get(at).shape() == Key.Shape.VALUE)) {
                // Only a name of the operator's own, such as a header's, may go on with a dot.
                return Optional.empty();
            }
        }
        return Optional.ofNullable(KEYS.get(pattern));
    }

    private static Entry entry(Key key) {
        return new Entry(key.path(), key.expected(), key.defaultText(), key.meaning());
    }

    private static Map<String, Key> index() {
        Map<String, Key> index = new LinkedHashMap<>();
        for (Key key : KeyTable.all()) {
            if (index.put(key.path(), key) != null) {
                throw new IllegalStateException("two entries for " + key.path());
            }
        }
        return Collections.unmodifiableMap(index);
    }

    private static Map<String, List<Key>> children() {
        Map<String, List<Key>> children = new HashMap<>();
        for (Key key : KEYS.values()) {
            if (!key.path().endsWith("[]")) {
                children.computeIfAbsent(key.parent(), _ -> new ArrayList<>()).add(key);
            }
        }
        children.replaceAll((_, keys) -> List.copyOf(keys));
        return Map.copyOf(children);
    }

    /** By each section above a value: by the component it fills. */
    private static Map<String, Map<String, Key>> components() {
        Map<String, Map<String, Key>> components = new HashMap<>();
        for (Key key : KEYS.values()) {
            if (key.shape() == Key.Shape.VALUE || key.shape() == Key.Shape.LIST) {
                for (String at = key.parent(); !at.isEmpty(); at = KEYS.get(at).parent()) {
                    components.computeIfAbsent(at, _ -> new HashMap<>()).putIfAbsent(key.component(), key);
                }
            }
        }
        components.replaceAll((_, keys) -> Map.copyOf(keys));
        return Map.copyOf(components);
    }
}
