package io.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The Dockerfile's instructions. <em>Immutable.</em>
 *
 * @param lines without comments, continued lines as one
 */
record DockerfileText(List<String> lines) {
    static DockerfileText read() throws IOException {
        String text = Files.readString(YamlFile.repository().resolve("Dockerfile"))
                .replaceAll("(?m)^#.*\n", "")
                .replaceAll("\\\\\n\\s*", " ");
        return new DockerfileText(text.lines().filter(line -> !line.isBlank()).toList());
    }

    /** What stands behind a word, in order. */
    Stream<String> all(String word) {
        return lines.stream().filter(line -> line.startsWith(word + " ")).map(line -> line.substring(word.length() + 1));
    }

    /** What stands behind a word that there is only once. */
    String only(String word) {
        List<String> found = all(word).toList();
        if (found.size() != 1) {
            throw new AssertionError("expected one " + word + ", found " + found);
        }
        return found.getFirst();
    }

    /** The exec form of an instruction: a list, that no shell reads. */
    static List<String> exec(String list) {
        return new YamlFile(new Load(LoadSettings.builder().build()).loadFromString(list)).texts();
    }
}
