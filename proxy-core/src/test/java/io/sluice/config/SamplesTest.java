package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

final class SamplesTest {
    private static final Path BROKEN = Path.of("src", "test", "resources", "config", "broken");
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(JsonSchema.text(), InputFormat.JSON);

    static List<Path> samples() throws IOException {
        return Golden.files(Golden.CONFIG, ".yaml");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void loadsWithoutAWarning(Path sample) throws ConfigException {
        LoadedConfig loaded = new ConfigReader(ExampleCertificate.ENVIRONMENT).load(sample);

        assertThat(loaded.warnings()).isEmpty();
        assertThat(loaded.config().listeners()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void satisfiesTheSchema(Path sample) throws IOException {
        assertThat(errors(sample)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"typo-keys", "wrong-types", "units", "missing", "actions"})
    void theSchemaRefusesBrokenFiles(String name) throws IOException {
        assertThat(errors(BROKEN.resolve(name + ".yaml"))).isNotEmpty();
    }

    @Test
    void theSchemaFileIsWhatTheTableSays() {
        Golden.check(Golden.CONFIG.resolve("schema.json"), JsonSchema.text());
    }

    private static List<String> errors(Path file) throws IOException {
        Object content = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
        return SCHEMA.validate(json(content), InputFormat.JSON).stream().map(Error::toString).toList();
    }

    private static String json(Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> map -> map.entrySet().stream()
                    .map(entry -> quoted(entry.getKey().toString()) + ":" + json(entry.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
            case List<?> list -> list.stream().map(SamplesTest::json).collect(Collectors.joining(",", "[", "]"));
            case String text -> quoted(text);
            default -> value.toString();
        };
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r") + "\"";
    }
}
