package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code sluice}, with scripts in place of Java and Maven, in a folder whose name has a space. */
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {
    /** Says how it was called; makes the cache if asked to. */
    private static final String JAVA = """
            #!/bin/sh
            if [ "$1" = -version ]; then echo 'openjdk version "VERSION" 2026-01-01' >&2; exit; fi
            for argument; do
                case $argument in
                    -XX:AOTCacheOutput=*)
                        echo 'heard while training'
                        [ -z "${TRAINING_FAILS:-}" ] || exit 3
                        : >"${argument#*=}"
                        exit
                        ;;
                esac
            done
            echo "java $0"
            echo "pid $$"
            for argument; do echo "<$argument>"; done
            exit "${JAVA_EXITS:-0}"
            """;

    private static final String MAVEN = """
            #!/bin/sh
            echo 'heard while building'
            [ -z "${BUILD_FAILS:-}" ] || exit 1
            mkdir -p proxy-cli/target/lib
            : >proxy-cli/target/sluice.jar
            echo "$JAVA_SLUICE_HOME|$*" >built-with
            """;

    @TempDir
    private Path temp;

    private Path home;
    private Path tools;
    private Path folders;
    private final Map<String, String> environment = new HashMap<>();

    record Outcome(int exit, long pid, List<String> out, String err) {
        String usedJava() {
            return out.getFirst().substring("java ".length());
        }

        List<String> arguments() {
            return out.stream()
                    .filter(line -> line.startsWith("<"))
                    .map(line -> line.substring(1, line.length() - 1))
                    .toList();
        }
    }

    @BeforeEach
    void builtTreeAndNoJava() throws IOException {
        home = Files.createDirectories(temp.toRealPath().resolve("a tree"));
        Files.copy(launcher(), home.resolve("sluice"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(home.resolve("proxy-cli/target/lib"));
        Files.createFile(home.resolve("proxy-cli/target/sluice.jar"));
        tools = Files.createDirectories(temp.resolve("tools"));
        for (String tool : List.of("readlink", "sed", "head", "find", "mv", "rm", "mkdir")) {
            script(tools.resolve(tool), "#!/bin/sh\nexec " + onPath(tool) + " \"$@\"\n");
        }
        folders = Files.createDirectories(temp.resolve("jvm folder"));
        environment.put("PATH", tools.toString());
        environment.put("HOME", temp.toString());
        environment.put("SLUICE_JAVA_FOLDERS", temp.resolve("none") + ":" + folders);
    }

    private static Path launcher() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("sluice")) ? here.resolve("sluice") : here.resolveSibling("sluice");
    }

    private static Path onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    private static Path script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path java(Path folder, String version) throws IOException {
        script(folder.resolve("bin/java"), JAVA.replace("VERSION", version));
        String facts = "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\nLIBC=\"gnu\"\n";
        Files.writeString(folder.resolve("release"), facts);
        return folder;
    }

    private Path someJava() throws IOException {
        return java(folders.resolve("jdk"), "25.0.3");
    }

    private Outcome run(String... arguments) throws IOException, InterruptedException {
        return run(home.resolve("sluice"), arguments);
    }

    private Outcome run(Path command, String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(List.of(arguments));
        Path out = temp.resolve("out");
        Path err = temp.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.directory(temp.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Outcome(
                process.exitValue(), process.pid(), Files.readAllLines(out), Files.readString(err, StandardCharsets.UTF_8));
    }

    @Test
    void takesTheJavaItIsToldToTake() throws Exception {
        someJava();
        environment.put("JAVA_HOME", java(temp.resolve("other"), "26").toString());
        Path told = java(temp.resolve("told to"), "25");
        environment.put("SLUICE_JAVA_HOME", told.toString());

        assertThat(run().usedJava()).isEqualTo(told + "/bin/java");
    }

    @Test
    void refusesTheJavaItIsToldToTakeIfThatIsTooOld() throws Exception {
        someJava();
        Path told = java(temp.resolve("told"), "21.0.2");
        environment.put("SLUICE_JAVA_HOME", told.toString());

        Outcome outcome = run("version");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("sluice: SLUICE_JAVA_HOME is " + told).hasLineCount(1);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void takesJavaHomeIfItIsNewEnough() throws Exception {
        someJava();
        Path javaHome = java(temp.resolve("java home"), "25.0.1");
        environment.put("JAVA_HOME", javaHome.toString());

        assertThat(run().usedJava()).isEqualTo(javaHome + "/bin/java");
    }

    @Test
    void passesOverAJavaHomeThatIsTooOld() throws Exception {
        Path usual = someJava();
        environment.put("JAVA_HOME", java(temp.resolve("java home"), "17.0.15").toString());

        assertThat(run().usedJava()).isEqualTo(usual + "/bin/java");
    }

    @Test
    void takesTheJavaOnThePathThroughLinks() throws Exception {
        someJava();
        Path real = java(temp.toRealPath().resolve("real"), "25.0.3");
        Path alternative = Files.createSymbolicLink(temp.resolve("alternative"), real.resolve("bin/java"));
        Files.createSymbolicLink(tools.resolve("java"), alternative);

        assertThat(run().usedJava()).isEqualTo(real + "/bin/java");
    }

    @ParameterizedTest
    @ValueSource(strings = {"25", "25-ea", "25.0.3", "26.0.1", "100"})
    void findsANewEnoughJavaInTheUsualFolders(String version) throws Exception {
        java(folders.resolve("a-old"), "17.0.15");
        Path found = java(folders.resolve("b-new"), version);

        assertThat(run().usedJava()).isEqualTo(found + "/bin/java");
    }

    @ParameterizedTest
    @ValueSource(strings = {"24.0.2", "17.0.15", "1.8.0_392", "9", "unknown"})
    void saysWhatToInstallIfThereAreOnlyOlderOnes(String version) throws Exception {
        java(folders.resolve("jdk"), version);

        Outcome outcome = run("version");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("sluice: no Java 25 or newer found: install a JDK 25").hasLineCount(1);
    }

    @Test
    void asksAJavaThatHasNoReleaseFile() throws Exception {
        Path old = java(folders.resolve("a-old"), "17.0.15");
        Path young = java(folders.resolve("b-new"), "25.0.3");
        Files.delete(old.resolve("release"));
        Files.delete(young.resolve("release"));

        assertThat(run().usedJava()).isEqualTo(young + "/bin/java");
    }

    @Test
    void handsArgumentsOnAsTheyAre() throws Exception {
        someJava();

        Outcome outcome = run("run", "-c", "my file.yaml", "", "*", "$HOME", "'");

        String jar = home + "/proxy-cli/target/sluice.jar";
        assertThat(outcome.arguments()).endsWith("-jar", jar, "run", "-c", "my file.yaml", "", "*", "$HOME", "'");
    }

    @Test
    void becomesJavaAndEndsAsItDoes() throws Exception {
        someJava();
        environment.put("JAVA_EXITS", "2");

        Outcome outcome = run("check");

        assertThat(outcome.out().get(1)).isEqualTo("pid " + outcome.pid());
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void putsJavaOptsBehindItsOwnFlags() throws Exception {
        someJava();
        environment.put("JAVA_OPTS", "-Xmx64m  -Dpattern=*");

        List<String> arguments = run("version").arguments();

        assertThat(arguments).containsSubsequence("-XX:+UseSerialGC", "-Xmx64m", "-Dpattern=*", "-jar");
    }

    @Test
    void listsItsFlagsForThoseWhoStartJavaThemselves() throws Exception {
        someJava();
        List<String> given = run("version").arguments();

        List<String> flags = run("flags").out();

        assertThat(flags).contains("-XX:+UseSerialGC").isEqualTo(given.subList(0, given.indexOf("-jar")));
    }

    @Test
    void leavesTheChoiceOfACollectorToJavaOpts() throws Exception {
        someJava();
        environment.put("JAVA_OPTS", "-Xmx1g -XX:+UseZGC");

        List<String> arguments = run("version").arguments();

        assertThat(arguments).contains("-XX:+UseZGC").doesNotContain("-XX:+UseSerialGC", "-Xmn16m");
    }

    @Test
    void findsItsTreeThroughLinksFromAnywhere() throws Exception {
        someJava();
        Path first = Files.createSymbolicLink(home.resolve("near"), Path.of("sluice"));
        Path link = Files.createSymbolicLink(Files.createDirectory(temp.resolve("my bin")).resolve("proxy"), first);

        assertThat(run(link, "version").arguments()).contains(home + "/proxy-cli/target/sluice.jar");
    }

    @Test
    void saysThatItNeedsMavenIfItIsNotBuilt() throws Exception {
        someJava();
        Files.delete(home.resolve("proxy-cli/target/sluice.jar"));

        Outcome outcome = run("version");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("sluice: not built yet").contains("Maven 3.8").hasLineCount(1);
    }

    @Test
    void buildsAndTrainsOnFirstUseAndThenUsesTheCache() throws Exception {
        Path jdk = someJava();
        Files.delete(home.resolve("proxy-cli/target/sluice.jar"));
        script(tools.resolve("mvn"), MAVEN);

        Outcome outcome = run("run", "-c", "x");

        String builtWith = Files.readString(home.resolve("built-with"));
        assertThat(builtWith).startsWith(jdk + "|").contains("package -pl proxy-cli -am");
        assertThat(outcome.err())
                .contains("building with Maven", "heard while building", "starts faster")
                .doesNotContain("training");
        assertThat(outcome.out()).doesNotContain("heard while building", "heard while training");
        assertThat(outcome.arguments())
                .contains("-XX:AOTCache=" + home + "/proxy-cli/target/sluice.aot")
                .endsWith("run", "-c", "x");
        assertThat(home.resolve("proxy-cli/target/sluice.aot.new")).doesNotExist();
    }

    @Test
    void saysThatABuildFailed() throws Exception {
        someJava();
        Files.delete(home.resolve("proxy-cli/target/sluice.jar"));
        script(tools.resolve("mvn"), MAVEN);
        environment.put("BUILD_FAILS", "yes");

        Outcome outcome = run("version");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err()).contains("sluice: the build failed");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void startsAlthoughTheTrainingFailed() throws Exception {
        someJava();
        Files.delete(home.resolve("proxy-cli/target/sluice.jar"));
        script(tools.resolve("mvn"), MAVEN);
        environment.put("TRAINING_FAILS", "yes");

        Outcome outcome = run("version");

        assertThat(outcome.exit()).isZero();
        assertThat(outcome.err()).contains("train.log says why");
        assertThat(outcome.arguments()).endsWith("version").noneMatch(argument -> argument.startsWith("-XX:AOTCache"));
    }

    @Test
    void trainsAnewWhenAsked() throws Exception {
        someJava();

        Outcome outcome = run("train");

        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(home.resolve("proxy-cli/target/sluice.aot")).exists();
    }

    @Test
    void failsIfTheTrainingAskedForDoes() throws Exception {
        someJava();
        environment.put("TRAINING_FAILS", "yes");

        Outcome outcome = run("train");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err()).contains("train.log says why").hasLineCount(1);
    }

    @Test
    void usesNoCacheIfToldNotTo() throws Exception {
        someJava();
        Files.createFile(home.resolve("proxy-cli/target/sluice.aot"));
        environment.put("SLUICE_AOT", "off");

        assertThat(run("version").arguments()).noneMatch(argument -> argument.startsWith("-XX:AOTCache"));
    }

    @Test
    void saysThatTheSourcesAreNewerThanTheBuild() throws Exception {
        someJava();
        Path source = Files.createDirectories(home.resolve("proxy-core/src/main/java")).resolve("A.java");
        Files.createFile(source);
        Path core = Files.createFile(home.resolve("proxy-cli/target/lib/proxy-core-1.jar"));

        Files.setLastModifiedTime(core, FileTime.from(Instant.now().plusSeconds(60)));
        String upToDate = run("version").err();
        Files.setLastModifiedTime(core, FileTime.from(Instant.now().minusSeconds(60)));
        Outcome outdated = run("version");

        assertThat(upToDate).isEmpty();
        assertThat(outdated.err()).contains("newer than the build").hasLineCount(1);
        assertThat(outdated.exit()).isZero();
    }
}
