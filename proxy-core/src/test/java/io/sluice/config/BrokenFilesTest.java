package io.sluice.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class BrokenFilesTest {
    private static final Path BROKEN = Path.of("src", "test", "resources", "config", "broken");
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PORT", "80800", "EMPTY", "", "YAML", "[a, b]: {c: d}", "OK", "app:8080");

    static List<String> names() throws IOException {
        return Golden.files(BROKEN, ".yaml").stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void saysExactlyWhatIsWrong(String name) {
        Path file = BROKEN.resolve(name);

        ConfigException refusal =
                catchThrowableOfType(ConfigException.class, () -> new ConfigReader(ENVIRONMENT).read(file));

        String problems = refusal.problems().stream()
                .map(problem -> problem.toString().replace(file.toString(), name) + "\n")
                .collect(Collectors.joining());
        Golden.check(BROKEN.resolve(name.replace(".yaml", ".txt")), problems);
    }
}
