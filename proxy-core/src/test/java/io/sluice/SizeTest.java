package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The sizes to live within, in every module, tests included; and the words every type of the core owes its reader. */
final class SizeTest {
    private static final int FILE_LINES_MAX = 400;
    private static final int METHOD_LINES_MAX = 60;
    private static final int PARAMETERS_MAX = 6;
    private static final List<String> MODULES = List.of("proxy-core", "proxy-cli", "proxy-bench");

    private static final List<SourceFile> SOURCES = new ArrayList<>();

    @BeforeAll
    static void readsAllSources() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        for (Path path : javaFiles(MODULES)) {
            texts.put(root().relativize(path).toString(), Files.readString(path));
        }
        SOURCES.clear();
        SOURCES.addAll(SourceFile.parse(texts));
        assertThat(SOURCES).as("sources found").hasSizeGreaterThan(60);
    }

    @Test
    void noFileIsLong() {
        assertThat(SOURCES).filteredOn(source -> source.lines() > FILE_LINES_MAX)
                .extracting(source -> source.name() + ": " + source.lines() + " lines").isEmpty();
    }

    @Test
    void noMethodIsLong() {
        assertThat(violations(method -> method.lines() > METHOD_LINES_MAX, SourceFile.Method::lines)).isEmpty();
    }

    @Test
    void noMethodTakesManyParameters() {
        assertThat(violations(
                method -> method.parameters() > PARAMETERS_MAX && !method.recordConstructor() && !method.overrides(),
                SourceFile.Method::parameters)).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        Set<Path> without = new TreeSet<>();
        for (String module : MODULES) {
            Set<Path> packages = packagesOf(module, name -> true);
            packages.removeAll(packagesOf(module, name -> name.equals("package-info.java")));
            without.addAll(packages);
        }

        assertThat(without).isEmpty();
    }

    @Test
    void everyTypeOfTheCoreSaysHowItMayBeShared() {
        assertThat(SOURCES.stream()
                .filter(source -> source.name().startsWith("proxy-core/src/main/"))
                .flatMap(source -> source.types().stream())
                .filter(type -> type.javadoc() == null
                        || Stream.of("Immutable", "Loop-confined", "Thread-safe").noneMatch(type.javadoc()::contains))
                .map(SourceFile.Type::name))
                .isEmpty();
    }

    @Test
    void nothingIsLeftToDo() throws IOException {
        List<String> left = new ArrayList<>();
        for (Path path : javaFiles(MODULES)) {
            // Spelt in two halves, or this file would find itself.
            if (Files.readString(path).matches("(?s).*\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b.*")) {
                left.add(root().relativize(path).toString());
            }
        }

        assertThat(left).isEmpty();
    }

    @Test
    void countsAMethodFromItsAnnotationsToItsBrace() {
        SourceFile file = SourceFile.parse("Sample.java", """
                /** Javadoc. */
                final class Sample {
                    /** Is not part of the method. */
                    @Deprecated
                    void three(int a, int b) { // { not a brace that counts
                    }
                    Runnable nested = new Runnable() {
                        public void run() {
                            String text = "}";
                        }
                    };
                }
                """);

        assertThat(file.lines()).isEqualTo(12);
        assertThat(file.methods()).extracting(SourceFile.Method::name).containsExactly("three", "run");
        assertThat(file.methods()).extracting(SourceFile.Method::lines).containsExactly(3, 3);
        assertThat(file.methods().getFirst().parameters()).isEqualTo(2);
        assertThat(file.types()).singleElement().extracting(SourceFile.Type::javadoc).asString().contains("Javadoc.");
    }

    @Test
    void excusesTheConstructorsOfRecords() {
        SourceFile file = SourceFile.parse("Sample.java", """
                record Sample(int a, int b, int c, int d, int e, int f, int g) {
                    Sample {
                        a = 1;
                    }
                    void seven(int a, int b, int c, int d, int e, int f, int g) {}
                }
                """);

        assertThat(file.methods()).filteredOn(method -> method.parameters() > PARAMETERS_MAX)
                .filteredOn(method -> !method.recordConstructor())
                .extracting(SourceFile.Method::name).containsExactly("seven");
        assertThat(file.types()).singleElement().extracting(SourceFile.Type::javadoc).isNull();
    }

    @Test
    void excusesWhatSomebodyElseDeclared() {
        SourceFile file = SourceFile.parse("Sample.java", """
                final class Sample extends Library {
                    @Override
                    void theirs(int a, int b, int c, int d, int e, int f, int g) {}
                    void ours(int a, int b, int c, int d, int e, int f, int g) {}
                }
                """);

        assertThat(file.methods()).filteredOn(method -> !method.overrides())
                .extracting(SourceFile.Method::name).containsExactly("ours");
    }

    private static List<String> violations(
            java.util.function.Predicate<SourceFile.Method> wrong,
            java.util.function.ToIntFunction<SourceFile.Method> figure) {
        return SOURCES.stream()
                .flatMap(source -> source.methods().stream().filter(wrong)
                        .map(method -> source.name() + " " + method.name() + ": " + figure.applyAsInt(method)))
                .toList();
    }

    private static Set<Path> packagesOf(String module, java.util.function.Predicate<String> file) throws IOException {
        return javaFiles(List.of(module)).stream()
                .filter(path -> file.test(path.getFileName().toString()))
                .map(SizeTest::packageOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The package's folder below the source root, which main and test sources share. */
    private static Path packageOf(Path file) {
        Path relative = root().relativize(file.getParent());
        return Path.of(relative.getName(0).toString()).resolve(relative.subpath(4, relative.getNameCount()));
    }

    private static List<Path> javaFiles(List<String> modules) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String module : modules) {
            for (String folder : List.of("src/main/java", "src/test/java")) {
                Path sources = root().resolve(module).resolve(folder);
                if (Files.isDirectory(sources)) {
                    try (Stream<Path> files = Files.walk(sources)) {
                        files.filter(path -> path.toString().endsWith(".java")).sorted().forEach(found::add);
                    }
                }
            }
        }
        return found;
    }

    /** Maven runs the tests in the module's folder. */
    private static Path root() {
        return Path.of("").toAbsolutePath().getParent();
    }
}
