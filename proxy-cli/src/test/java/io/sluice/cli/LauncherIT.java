package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher on the tree that was just built. Its training run makes the start-up cache beside the build, so that a
 * {@code mvn verify} leaves a tree that starts fast.
 */
@DisabledOnOs(OS.WINDOWS)
final class LauncherIT {
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path temp;

    private Path home;

    record Outcome(int exit, String out, String err) {}

    @BeforeEach
    void theTree() {
        home = Path.of("").toAbsolutePath().getParent();
        assumeThat(home.resolve("proxy-cli/target/sluice.jar")).as("a packaged build").exists();
    }

    private Outcome run(Path tree, String javaOptions, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tree.resolve("sluice").toString()));
        command.addAll(List.of(arguments));
        Path out = temp.resolve("out");
        Path err = temp.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS", javaOptions);
        builder.environment().remove("SLUICE_AOT");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void trainsACacheThatTheNextStartUses() throws Exception {
        Outcome training = run(home, "", "train");
        assertThat(training.err()).isEmpty();
        assertThat(training.exit()).isZero();

        Path loaded = temp.resolve("loaded");
        Outcome version = run(home, "-Xlog:class+load:file=" + loaded, "version");

        assertThat(version.err()).isEmpty();
        assertThat(version.out()).contains("netty");
        // The JVM names the cache as the source of the classes it takes from it.
        assertThat(Files.readAllLines(loaded)).anyMatch(line -> line.contains("io.sluice.server.SluiceServer")
                && line.contains("source: shared objects file"));
    }

    @Test
    void checksWithoutAWarningInASmallHeapAndShowsIt() throws Exception {
        Outcome check = run(home, "-Xmx24m", "check", "-c", home.resolve("config/minimal.yaml").toString());

        assertThat(check.err()).isEmpty();
        // 24 MiB, less the part of the young generation that is always empty.
        assertThat(check.out()).containsPattern("Java heap, at most +20\\.\\d MiB").contains("× 256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-XX:+UseG1GC", "-XX:-UseCompressedOops"})
    void startsWithoutAWordIfTheCacheDoesNotFit(String javaOptions) throws Exception {
        Path tree = Files.createDirectories(temp.resolve("another tree"));
        Path target = Files.createDirectories(tree.resolve("proxy-cli/target"));
        Files.copy(home.resolve("sluice"), tree.resolve("sluice"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(home.resolve("proxy-cli/target/sluice.jar"), target.resolve("sluice.jar"));
        Files.createDirectory(target.resolve("lib"));
        try (Stream<Path> jars = Files.list(home.resolve("proxy-cli/target/lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, target.resolve("lib").resolve(jar.getFileName()));
            }
        }
        Files.writeString(target.resolve("sluice.aot"), "no cache at all");

        Outcome version = run(tree, javaOptions, "version");

        assertThat(version.exit()).isZero();
        assertThat(version.err()).isEmpty();
        assertThat(version.out()).startsWith("sluice ").hasLineCount(5);
    }
}
