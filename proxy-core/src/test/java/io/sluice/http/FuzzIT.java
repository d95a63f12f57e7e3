package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs each fuzz target under Jazzer in a process of its own, guided by coverage, for {@code -Dfuzz.seconds}. What it finds
 * is left in {@code target/fuzz}; such a file becomes a seed in {@code src/test/resources/fuzz}.
 */
final class FuzzIT {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 5);
    private static final Pattern RUNS = Pattern.compile("Done (\\d+) runs in \\d+ second");

    /** So many inputs are tried at the least: on a busy machine the time is over before. */
    private static final int RUNS_MIN = 1_000;
    private static final int ROUNDS_MAX = 10;

    @ParameterizedTest
    @ValueSource(classes = {RequestHeadFuzz.class, ResponseHeadFuzz.class, ChunkedDecoderFuzz.class})
    void findsNoInputThatBreaksAPromise(Class<?> target) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of("target/fuzz", target.getSimpleName()).toAbsolutePath());
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        long runs = 0;
        for (int round = 0; round < ROUNDS_MAX && runs <= RUNS_MIN; round++) {
            runs += fuzz(target, folder, corpus);
        }

        assertThat(runs).as("inputs tried").isGreaterThan(RUNS_MIN);
        System.out.println("fuzz " + target.getSimpleName() + ": " + runs + " runs");
    }

    /** One time of {@link #SECONDS}; how many inputs were tried. */
    private static long fuzz(Class<?> target, Path folder, Path corpus) throws IOException, InterruptedException {
        Path log = folder.resolve("log.txt");
        Process jazzer = new ProcessBuilder(command(target, corpus))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(jazzer.waitFor(SECONDS + 90L, TimeUnit.SECONDS)).as("Jazzer ends by itself").isTrue();
        } finally {
            jazzer.destroyForcibly();
        }

        String said = Files.readString(log);
        assertThat(jazzer.exitValue()).as("Jazzer said:%n%s", said).isZero();
        var runs = RUNS.matcher(said);
        assertThat(runs.find()).as("Jazzer said:%n%s", said).isTrue();
        assertThat(said).as("guided by coverage").containsPattern("cov: [1-9]\\d* ft: [1-9]\\d*");
        return Long.parseLong(runs.group(1));
    }

    private static List<String> command(Class<?> target, Path corpus) {
        Path seeds = Path.of("src/test/resources/fuzz", target.getSimpleName()).toAbsolutePath();
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=io.sluice.http.**",
                "--custom_hook_includes=io.sluice.http.**",
                "-max_total_time=" + SECONDS,
                "-max_len=2000",
                "-print_final_stats=1",
                corpus.toString(),
                seeds.toString());
    }
}
