package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files that must be exactly what the code makes of them; {@code -Dsluice.rewrite=true} writes them anew. */
final class Golden {
    private static final boolean REWRITE = Boolean.getBoolean("sluice.rewrite");

    /** Tests run in the module's directory. */
    static final Path CONFIG = Path.of("..", "config");

    private Golden() {}

    static List<Path> files(Path directory, String ending) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
            assertThat(found).isNotEmpty();
            return found;
        }
    }

    static void check(Path file, String expected) {
        try {
            if (REWRITE) {
                Files.writeString(file, expected);
            }
            assertThat(file).exists();
            assertThat(Files.readString(file))
                    .as("%s (run with -Dsluice.rewrite=true and look at the difference)", file)
                    .isEqualTo(expected);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
