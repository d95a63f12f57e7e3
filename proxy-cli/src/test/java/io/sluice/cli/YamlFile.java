package io.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A YAML file of this repository (JSON is YAML, too), and ways into it. <em>Immutable.</em>
 *
 * @param content maps, lists and scalars
 */
record YamlFile(Object content) {
    /** The repository's folder. */
    static Path repository() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("Dockerfile")) ? here : here.getParent();
    }

    static YamlFile read(String file) throws IOException {
        return new YamlFile(new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(repository().resolve(file))));
    }

    /** What is found by these keys and list indices, one after the other; fails if nothing is. */
    YamlFile at(Object... path) {
        Object found = content;
        for (Object step : path) {
            Object next = step instanceof Integer index ? ((List<?>) found).get(index) : ((Map<?, ?>) found).get(step);
            if (next == null) {
                throw new AssertionError("nothing at " + step + " of " + List.of(path) + " in " + found);
            }
            found = next;
        }
        return new YamlFile(found);
    }

    boolean has(String key) {
        return ((Map<?, ?>) content).containsKey(key);
    }

    String text() {
        return content.toString();
    }

    int number() {
        return ((Number) content).intValue();
    }

    List<YamlFile> list() {
        return ((List<?>) content).stream().map(element -> new YamlFile(element)).toList();
    }

    List<String> texts() {
        return list().stream().map(YamlFile::text).toList();
    }

    List<String> keys() {
        return ((Map<?, ?>) content).keySet().stream().map(Object::toString).toList();
    }
}
