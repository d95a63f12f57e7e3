package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a hand slips into a file, the answer is a configuration or problems with places. */
final class MutatedFilesTest {
    private static final int ROUNDS = 300;
    private static final List<String> SLIPS = List.of(
            "", " ", "\n", "\t", ":", ": ", "- ", "[", "]", "{", "}", "\"", "'", "*", "&a ", "!x ", "#", "|\n", "---\n", "$", "${",
            "${A}", "$$", "~", "(", "\\", "0", "-1", "99999999999999999999", "null", "é", "\u0000", "\ud83d\ude00", "\ufeff",
            "%zz", "..", "//", "<<: ", "? ", "a.b", "\r\n");

    static List<Path> samples() throws IOException {
        return Golden.files(Golden.CONFIG, ".yaml");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void giveAConfigurationOrProblemsButNothingElse(Path sample) throws IOException {
        String text = Files.readString(sample);
        SplittableRandom random = new SplittableRandom(sample.getFileName().toString().hashCode());
        ConfigReader reader = new ConfigReader(Map.of("A", "x: [y"));
        int refused = 0;

        for (int round = 0; round < ROUNDS; round++) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + random.nextInt(4));
            String mutated = text.substring(0, at) + SLIPS.get(random.nextInt(SLIPS.size())) + text.substring(end);
            try {
                reader.read("mutated.yaml", mutated);
            } catch (ConfigException e) {
                refused++;
                assertThat(e.problems()).isNotEmpty().allSatisfy(problem -> {
                    assertThat(problem.line()).isPositive();
                    assertThat(problem.what()).isNotBlank().doesNotContain("\n");
                });
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("round " + round + ":\n" + mutated, e);
            }
        }

        assertThat(refused).isGreaterThan(ROUNDS / 20);
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void patternsAreAcceptedOrRefusedButNothingElse(String pattern) {
        assertThatCode(() -> {
                    try {
                        HttpTypes.PATTERN.parser().apply(pattern);
                    } catch (Mismatch refusal) {
                        assertThat(refusal).hasMessageNotContaining("null");
                    }
                })
                .doesNotThrowAnyException();
    }

    static List<String> patterns() {
        return List.of(
                "(".repeat(1_999),
                "(".repeat(999) + ")".repeat(999),
                "(?:".repeat(300) + "a" + "){2}".repeat(300),
                "((a{100}){100}){100}",
                "(((a{1000}){1000}){1000}){1000}",
                "[",
                "\\",
                "\\p{Foo}",
                "(?P<a>b)(?P<a>c)",
                "a**",
                "\\Q",
                "(?i",
                "x{1001}",
                "[z-a]",
                "\\C",
                "(?<n>a)");
    }
}
