package io.sluice;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The house as ARCHITECTURE.md draws it: which package may use which, and what no class may be or do. */
final class ArchitectureTest {
    private static final String ROOT = "io.sluice.";

    /** Package → the packages of ours it may use. What stands nowhere here must not exist. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("admin", Set.of("server", "service", "telemetry", "config")),
            Map.entry("server", Set.of(
                    "frontend", "http2", "http1", "exchange", "acme", "otlp", "pool", "relay", "linux", "route", "files",
                    "filter", "service", "dns", "tls", "stream", "telemetry", "tracing", "transport", "http", "config", "pem")),
            Map.entry("frontend", Set.of("http2", "http1", "tls", "transport", "exchange", "telemetry", "http", "config")),
            Map.entry("http1", Set.of(
                    "exchange", "pool", "relay", "stream", "service", "tls", "route", "http", "telemetry", "transport",
                    "config")),
            Map.entry("http2", Set.of(
                    "http1", "exchange", "pool", "stream", "service", "tls", "route", "http", "telemetry", "transport", "config")),
            Map.entry("exchange", Set.of(
                    "route", "files", "filter", "service", "pool", "relay", "linux", "stream", "transport", "http",
                    "telemetry", "tracing", "config")),
            Map.entry("acme", Set.of("telemetry", "config", "pem")),
            Map.entry("otlp", Set.of("telemetry", "tracing", "http", "config")),
            Map.entry("pool", Set.of("service", "stream", "http", "transport", "telemetry", "config")),
            Map.entry("relay", Set.of("linux", "stream", "http", "transport")),
            Map.entry("linux", Set.of("transport")),
            Map.entry("route", Set.of("files", "filter", "service", "http", "config")),
            Map.entry("files", Set.of("stream", "http", "transport", "config")),
            Map.entry("filter", Set.of("http", "config")),
            Map.entry("service", Set.of("dns", "tls", "transport", "telemetry", "http", "config")),
            Map.entry("tls", Set.of("transport", "telemetry", "http", "config", "pem")),
            Map.entry("dns", Set.of("transport", "config")),
            Map.entry("stream", Set.of("http", "transport")),
            Map.entry("telemetry", Set.of("tracing", "http", "config")),
            Map.entry("tracing", Set.of("http", "config")),
            Map.entry("transport", Set.of("config")),
            Map.entry("http", Set.of()),
            Map.entry("config", Set.of("pem")),
            Map.entry("pem", Set.of()));

    private static JavaClasses main;

    @BeforeAll
    static void importsTheProduct() {
        main = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.sluice");
        assertThat(main).as("classes found").hasSizeGreaterThan(30);
    }

    @Test
    void packagesUseOnlyThoseBelowThem() {
        Map<String, Set<String>> wrong = new TreeMap<>();

        for (JavaClass from : main) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                String user = subject(from);
                String used = subject(dependency.getTargetClass());
                if (user.isEmpty() || used.isEmpty() || user.equals(used)) {
                    continue;
                }
                if (!ARROWS.getOrDefault(user, Set.of()).contains(used)) {
                    wrong.computeIfAbsent(user + " -> " + used, k -> new TreeSet<>())
                            .add(from.getName() + " uses " + dependency.getTargetClass().getName());
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void everyPackageHasItsPlaceInTheTable() {
        Set<String> packages = new TreeSet<>();
        main.forEach(type -> packages.add(subject(type)));
        packages.remove("");

        assertThat(ARROWS.keySet()).containsAll(packages);
    }

    @Test
    void theTableIsTheOneInArchitectureMd() throws IOException {
        Map<String, Set<String>> drawn = new TreeMap<>();
        List<String> lines = Files.readAllLines(Path.of("ARCHITECTURE.md")).stream()
                .filter(line -> line.matches("[a-z0-9]+ +→ .*")).toList();

        for (String line : lines) {
            String[] sides = line.split(" +→ ");
            Set<String> below = new TreeSet<>();
            if (sides[1].equals("everything below")) {
                lines.subList(lines.indexOf(line) + 1, lines.size()).forEach(l -> below.add(l.split(" ")[0]));
            } else if (!sides[1].startsWith("nothing of ours")) {
                below.addAll(List.of(sides[1].split(", ")));
            }
            drawn.put(sides[0], below);
        }

        assertThat(drawn).isEqualTo(ARROWS);
    }

    @Test
    void theTableItselfPointsOneWay() {
        // Whatever two packages allow each other is a cycle waiting to be written.
        ARROWS.forEach((user, used) -> used.forEach(below ->
                assertThat(reachable(below, new TreeSet<>())).as("below " + below).doesNotContain(user)));
    }

    private static Set<String> reachable(String from, Set<String> seen) {
        for (String below : ARROWS.getOrDefault(from, Set.of())) {
            if (seen.add(below)) {
                reachable(below, seen);
            }
        }
        return seen;
    }

    @Test
    void noPackagesFormACycle() {
        slices().matching("io.sluice.(**)").should().beFreeOfCycles().check(main);
    }

    @Test
    void theRequestPathHasNoLogger() {
        noClasses().that().resideInAnyPackage(packages("exchange", "relay", "linux", "route", "filter", "tracing", "http", "http1", "http2"))
                .should().dependOnClassesThat().resideInAnyPackage("org.slf4j..", "io.netty.util.internal.logging..")
                .allowEmptyShould(true)
                .check(main);
    }

    @Test
    void nothingPrintsOrUsesTheJdksLogger() {
        noClasses().that(describe("do not silence the exporter's library, which does",
                        type -> !type.getName().startsWith(ROOT + "otlp.")))
                .should().dependOnClassesThat().resideInAPackage("java.util.logging..").check(main);
        noClasses().that(describe("are not the access log, which may write to stdout",
                        type -> !type.getName().startsWith(ROOT + "telemetry.")))
                .should().accessField(System.class, "out")
                .orShould().accessField(System.class, "err")
                .check(main);
    }

    @Test
    void onlyTransportAndLinuxNameATransportsClasses() {
        noClasses().that().resideOutsideOfPackages(packages("transport", "linux"))
                .should().dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel.epoll..", "io.netty.channel.kqueue..", "io.netty.channel.unix..")
                .check(main);
    }

    @Test
    void onlyTheExportOfSpansKnowsOpenTelemetry() {
        noClasses().that().resideOutsideOfPackages(packages("otlp"))
                .should().dependOnClassesThat().resideInAPackage("io.opentelemetry..").check(main);
    }

    @Test
    void onlyTheOrderingOfCertificatesKnowsAcme4j() {
        noClasses().that().resideOutsideOfPackages(packages("acme"))
                .should().dependOnClassesThat().resideInAnyPackage("org.shredzone..", "org.jose4j..").check(main);
        noClasses().should().dependOnClassesThat().resideInAPackage("org.bouncycastle..").check(main);
    }

    @Test
    void configurationKnowsNothingOfNetty() {
        noClasses().that().resideInAPackage(ROOT + "config")
                .should().dependOnClassesThat().resideInAPackage("io.netty..").check(main);
    }

    @Test
    void theMessageModelUsesNothingOfNettyButBuffers() {
        noClasses().that().resideInAPackage(ROOT + "http")
                .should().dependOnClassesThat(describe("are Netty's, but no buffers",
                        type -> type.getPackageName().startsWith("io.netty.")
                                && !type.getPackageName().equals("io.netty.buffer")
                                && !type.getPackageName().equals("io.netty.util")))
                .check(main);
    }

    @Test
    void everyTopLevelTypeIsFinalSealedARecordAnEnumOrAnInterface() {
        classes().that().areTopLevelClasses().and().areNotInterfaces()
                .and(describe("are no package-info", type -> !type.getSimpleName().equals("package-info")))
                .should(be("final, sealed, a record or an enum", type ->
                        type.getModifiers().contains(JavaModifier.FINAL) || type.isRecord() || type.isEnum()
                                || type.reflect().isSealed()))
                .check(main);
    }

    @Test
    void nobodyHangsStateOnChannelsOrSendsItsOwnEvents() {
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("io.netty.util.AttributeKey").check(main);
        noClasses().should().callMethodWhere(describe("fireUserEventTriggered",
                call -> call.getName().equals("fireUserEventTriggered"))).check(main);
    }

    @Test
    void noStaticFieldCanChange() {
        fields().that().areStatic().and(describe("are not the compiler's own", field -> !isSynthetic(field)))
                .should().beFinal().check(main);
    }

    @Test
    void noStaticFieldHoldsSomethingThatChanges() {
        fields().that().areStatic().and(describe("are not the compiler's own", field -> !isSynthetic(field)))
                .should(holdNothingMutable()).check(main);
    }

    @Test
    void namesSaySubjectNotKind() {
        classes().should().haveNameNotMatching(".*(Manager|Helper|Util|Utils|Impl|Base|Processor)")
                .andShould().haveNameNotMatching(".*\\.(Abstract[A-Z]|I[A-Z][a-z]).*")
                .check(main);
        classes().that().haveSimpleNameEndingWith("Config").should().resideInAPackage(ROOT + "config").check(main);
    }

    @ParameterizedTest
    @ValueSource(strings = {"util", "common", "impl", "handler", "model"})
    void noPackageIsNamedAfterAKind(String kind) {
        noClasses().should().resideInAPackage(".." + kind + "..").check(main);
    }

    private static ArchCondition<JavaField> holdNothingMutable() {
        return new ArchCondition<>("hold nothing mutable") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                JavaClass type = field.getRawType();
                boolean mutable = type.isAssignableTo("java.util.concurrent.atomic.AtomicInteger")
                        || type.isAssignableTo("java.util.concurrent.atomic.AtomicLong")
                        || type.isAssignableTo(AtomicReference.class)
                        || type.isAssignableTo(ThreadLocal.class)
                        || type.isAssignableTo("io.netty.util.concurrent.FastThreadLocal")
                        || type.isAssignableTo("io.netty.util.Recycler")
                        || type.isAssignableTo(StringBuilder.class)
                        || isCollection(type) && !unmodifiable(field);
                if (mutable) {
                    events.add(SimpleConditionEvent.violated(field, field.getFullName() + " holds a " + type.getName()));
                }
            }
        };
    }

    private static boolean isCollection(JavaClass type) {
        return type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class);
    }

    /** Looks at the object itself: the collections of {@code List.of}, {@code Map.of} and {@code toList} can't change. */
    private static boolean unmodifiable(JavaField field) {
        try {
            java.lang.reflect.Field reflected = field.reflect();
            reflected.setAccessible(true);
            String type = reflected.get(null).getClass().getName();
            return List.of("java.util.ImmutableCollections", "java.util.Collections$Unmodifiable", "java.util.Collections$Empty")
                    .stream().anyMatch(type::startsWith);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isSynthetic(JavaField field) {
        return field.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    private static ArchCondition<JavaClass> be(String what, java.util.function.Predicate<JavaClass> test) {
        return ArchCondition.from(DescribedPredicate.describe(what, test));
    }

    private static String subject(JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith(ROOT)) {
            return "";
        }
        int dot = name.indexOf('.', ROOT.length());
        return name.substring(ROOT.length(), dot < 0 ? name.length() : dot);
    }

    private static String[] packages(String... subjects) {
        return java.util.Arrays.stream(subjects).map(subject -> ROOT + subject + "..").toArray(String[]::new);
    }
}
