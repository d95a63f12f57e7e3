package io.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the value in force of each key came from. <em>Immutable.</em> */
public final class Origins {
    private final Map<String, Setting> written;
    private final Map<String, List<String>> children;

    /**
     * Creates it.
     *
     * @param written  by the path of what was written
     * @param children by the path of each list and map of names: the paths of what it holds
     */
    Origins(Map<String, Setting> written, Map<String, List<String>> children) {
        this.written = Map.copyOf(written);
        this.children = Map.copyOf(children);
    }

    /**
     * A value in force.
     *
     * @param path   the key, with elements named: {@code services.app.pool.idleTimeout}
     * @param text   the value as one would write it, environment variables replaced
     * @param origin where it came from
     */
    public record Setting(String path, String text, Origin origin) {}

    /** Where a value came from. */
    public sealed interface Origin {
        /** Nobody wrote it. */
        record Default() implements Origin {
            @Override
            public String toString() {
                return "default";
            }
        }

        /**
         * It stands in a file.
         *
         * @param source    the file's name
         * @param line      from 1
         * @param column    from 1
         * @param variables the environment variables it was made from
         */
        record Written(String source, int line, int column, List<String> variables) implements Origin {
            @Override
            public String toString() {
                String place = source + ":" + line + ":" + column;
                return variables.isEmpty()
                        ? place
                        : place + ", from the environment: " + String.join(", ", variables);
            }
        }

        /** It is an environment variable of the no-file start. */
        record Variable(String name) implements Origin {
            @Override
            public String toString() {
                return "environment variable " + name;
            }
        }
    }

    /** The environment variables that what was written is made from; one whose default was taken is not among them. */
    public Set<String> variables() {
        return written.values().stream()
                .flatMap(setting -> setting.origin() instanceof Origin.Written it ? it.variables().stream() : Stream.of())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * The values in force of a key, or of all keys under it. For a path that names no elements
     * ({@code services.*.pool.idleTimeout}, {@code routes[].name}) there is one for each element; a key that is not set and
     * has no default has none.
     *
     * @param path as {@link KeyReference#find(String)} takes it
     */
    public List<Setting> inForce(String path) {
        Optional<Key> key = KeyReference.resolve(path);
        if (key.isEmpty()) {
            return List.of();
        }
        String pattern = key.get().path();
        return KeyReference.keys()
                .filter(it -> it.path().equals(pattern) || isUnder(it.path(), pattern))
                .flatMap(it -> concrete(it.path()).map(at -> setting(it, at)).flatMap(Optional::stream))
                .filter(setting -> matches(setting.path(), path))
                .distinct()
                .toList();
    }

    private static boolean isUnder(String path, String section) {
        return path.startsWith(section + ".") || path.startsWith(section + "[]");
    }

    private Optional<Setting> setting(Key key, String path) {
        Setting here = written.get(path);
        if (here != null) {
            return Optional.of(here);
        }
        Setting whole = written.get(path.substring(0, Math.max(0, path.lastIndexOf('.'))));
        if (whole != null) {
            // A single word stands in the whole section's place: admin: off.
            return Optional.of(whole);
        }
        if (key.inherits() != null && key.type() != null) {
            return setting(KeyReference.key(key.inherits()), key.inherits())
                    .map(global -> new Setting(path, global.text(), global.origin()));
        }
        return Optional.ofNullable(key.fallback()).map(text -> new Setting(path, text, new Origin.Default()));
    }

    /** The paths that a pattern stands for in this configuration. */
    private Stream<String> concrete(String pattern) {
        List<String> paths = List.of("");
        for (String part : pattern.split("\\.")) {
            String name = part.replace("[]", "");
            List<String> next = new ArrayList<>();
            for (String path : paths) {
                if (name.equals("*")) {
                    next.addAll(children.getOrDefault(path, List.of()));
                } else {
                    next.add(KeyReference.join(path, name));
                }
            }
            paths = part.endsWith("[]")
                    ? next.stream()
                            .flatMap(path -> children.getOrDefault(path, List.of()).stream())
                            .toList()
                    : next;
        }
        return paths.stream();
    }

    /** Whether a path is what was asked for: the elements it names, if it names any. */
    private static boolean matches(String path, String asked) {
        String[] have = path.split("\\.");
        String[] want = asked.split("\\.");
        for (int i = 0; i < Math.min(have.length, want.length); i++) {
            boolean any = want[i].equals("*") || have[i].equals(want[i]);
            boolean anyElement = have[i].replaceAll("\\[[0-9]+\\]$", "").equals(want[i].replace("[]", ""));
            if (!any && !anyElement) {
                return false;
            }
        }
        return true;
    }
}
