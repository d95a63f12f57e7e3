package io.sluice.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the commands see of the machine: the environment, and the kernel's files. <em>Immutable.</em>
 *
 * @param environment the environment variables
 * @param root        where {@code proc} and {@code sys} are found; {@code /} except in tests
 * @param heapBytes   the most the Java heap may grow to
 */
record Machine(Map<String, String> environment, Path root, long heapBytes) {

    /** The one this process runs on. */
    static Machine current() {
        return new Machine(System.getenv(), Path.of("/"), Runtime.getRuntime().maxMemory());
    }

    /**
     * The lines of a file of the kernel.
     *
     * @param file relative to the root
     * @return empty if there is no such file, or it can't be read
     */
    List<String> lines(String file) {
        try {
            // The kernel's file names and figures are ASCII; what else stands there must not stop us.
            return Files.readAllLines(root.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * A figure out of a file of the kernel.
     *
     * @param column which word of its first line, from 0
     * @return -1 if there is no such file or no figure at that place
     */
    long figure(String file, int column) {
        List<String> lines = lines(file);
        if (lines.isEmpty()) {
            return -1;
        }
        String[] words = lines.getFirst().strip().split("\\s+");
        return column < words.length ? figure(words[column]) : -1;
    }

    /** The whole number that a word is, or -1 if it is none that fits. */
    static long figure(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
