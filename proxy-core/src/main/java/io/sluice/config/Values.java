package io.sluice.config;

import io.sluice.config.ConfigNode.Place;
import io.sluice.config.Origins.Origin;
import io.sluice.config.Origins.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a configuration says, value by value, each under its path with elements named. <em>Loop-confined</em> to the one
 * reading that fills it.
 */
final class Values {
    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, Setting> written = new HashMap<>();
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Set<String> broken = new HashSet<>();
    private final Map<String, List<String>> children = new HashMap<>();

    /** Notes that something stands at a path. */
    void place(String path, Place place) {
        places.put(path, place);
    }

    /** Notes an element of a list or of a map of names. */
    void child(String parent, String path) {
        children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(path);
    }

    /** Notes a valid value. */
    void value(String path, Object value, String text, List<String> variables) {
        Place place = places.get(path);
        Origin origin = place.line() == 0
                ? new Origin.Variable(place.source())
                : new Origin.Written(place.source(), place.line(), place.column(), variables);
        values.put(path, value);
        written.put(path, new Setting(path, value instanceof Secret ? Secret.HIDDEN : text, origin));
    }

    /** Notes that what stands at a path has been reported. */
    void broken(String path) {
        broken.add(path);
    }

    /** Whether nothing at a path or below it has been reported, so that it may be judged as a whole. */
    boolean sound(String path) {
        return broken.stream()
                .noneMatch(it -> it.equals(path) || it.startsWith(path + ".") || it.startsWith(path + "["));
    }

    /** Whether what stands at a path, as a whole, has been reported. */
    boolean refused(String path) {
        return broken.contains(path);
    }

    /** The valid value at a path; null if there is none. */
    Object value(String path) {
        return values.get(path);
    }

    /** Whether anything was written at a path, valid or not. */
    boolean has(String path) {
        return places.containsKey(path);
    }

    /** Where it stands, or where the nearest thing around it does. */
    Place placeOf(String path) {
        String at = path;
        while (!places.containsKey(at)) {
            at = at.substring(0, Math.max(at.lastIndexOf('.'), at.endsWith("]") ? at.lastIndexOf('[') : 0));
        }
        return places.get(at);
    }

    /** The paths of a list's elements or of a map's names, in order. */
    List<String> children(String path) {
        return children.getOrDefault(path, List.of());
    }

    /** Where everything came from. */
    Origins origins() {
        return new Origins(written, children);
    }
}
