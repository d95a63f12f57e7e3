package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Which file a command reads, before and after it has. */
final class ConfigSourceTest {
    private final ConfigSource source = new ConfigSource();

    private static Machine machine(Map<String, String> environment) {
        return new Machine(environment, Path.of("/"), FakeMachine.HEAP_BYTES);
    }

    @Test
    void knowsTheFileOfTheEnvironmentBeforeItIsRead() {
        Machine machine = machine(Map.of("SLUICE_CONFIG", "/etc/sluice/sluice.yaml"));

        assertThat(source.file(machine)).isEqualTo(Path.of("/etc/sluice/sluice.yaml"));
        assertThat(source.named(machine)).isTrue();
        assertThat(source.name(machine)).isEqualTo("/etc/sluice/sluice.yaml");
    }

    @Test
    void hasNoFileWhereEndpointsAreGiven() {
        Machine machine = machine(Map.of("SLUICE_CONFIG", "/etc/sluice/sluice.yaml", "SLUICE_ENDPOINTS", "app:80"));

        assertThat(source.file(machine)).isNull();
        assertThat(source.named(machine)).isTrue();
        assertThat(source.name(machine)).isEqualTo("the environment");
    }

    @Test
    void theOptionComesBeforeBoth() {
        Machine machine = machine(Map.of("SLUICE_CONFIG", "usual.yaml", "SLUICE_ENDPOINTS", "app:80"));
        CommandLine.populateCommand(source, "-c", "mine.yaml");

        assertThat(source.file(machine)).isEqualTo(Path.of("mine.yaml"));
    }

    @Test
    void nothingIsNamedByAnEmptyEnvironment() {
        assertThat(source.named(machine(Map.of("SLUICE_CONFIG", "")))).isFalse();
        assertThat(source.file(machine(Map.of()))).isNull();
    }
}
