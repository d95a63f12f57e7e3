package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program in a process of its own, since signals go to processes. */
final class SluiceProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Path out;
    private final Path err;

    private SluiceProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static SluiceProcess start(Path folder, String... arguments) throws IOException {
        return startWith(List.of(), folder, arguments);
    }

    /** The same with further flags for Java. */
    static SluiceProcess startWith(List<String> javaFlags, Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(heedingSignals());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(javaFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Sluice.class.getName()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        return new SluiceProcess(process, out, err);
    }

    /**
     * What has a program heed SIGINT and SIGHUP, though a shell's background job or nohup, as whoever runs the tests may be, was
     * started to ignore them, and has all its children ignore them: Java then does, too. Nothing where the system's env can't.
     */
    private static List<String> heedingSignals() throws IOException {
        List<String> command = List.of("env", "--default-signal=HUP,INT");
        Process tried = new ProcessBuilder(List.of("env", "--default-signal=HUP,INT", "true"))
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return tried.onExit().join().exitValue() == 0 ? command : List.of();
    }

    /** Waits until standard error contains the pattern. */
    Matcher awaitErr(String pattern) {
        return awaitIn(err, pattern);
    }

    /** Waits until standard output contains the pattern. */
    Matcher awaitOut(String pattern) {
        return awaitIn(out, pattern);
    }

    private static Matcher awaitIn(Path file, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(text(file)).containsPattern(compiled));
        Matcher matcher = compiled.matcher(text(file));
        assertThat(matcher.find()).isTrue();
        return matcher;
    }

    String err() {
        return text(err);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).inheritIO().start();
        assertThat(kill.waitFor()).isZero();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("the process ended").isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
