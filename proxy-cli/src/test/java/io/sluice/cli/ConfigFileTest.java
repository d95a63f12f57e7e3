package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigDiff;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.server.ReloadResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the file of a running proxy is read again, and what comes of it. */
final class ConfigFileTest {
    private static final String YAML = """
            listeners: [{ name: web, address: "127.0.0.1:0" }]
            routes: [{ service: app }]
            services: { app: { endpoints: ["127.0.0.1:%d"] } }
            """;

    @TempDir
    private Path temp;

    private final List<SluiceConfig> taken = new ArrayList<>();
    private final List<List<String>> refused = new ArrayList<>();
    private IllegalStateException defect;
    private Path path;
    private ConfigFile file;

    @BeforeEach
    void start() throws Exception {
        path = temp.resolve("sluice.yaml");
        Files.writeString(path, YAML.formatted(1));
        SluiceConfig running = new ConfigReader(Map.of()).read(path);
        file = new ConfigFile(path, Map.of(), ConfigFile.hash(path), new ConfigFile.Target() {
            @Override
            public ReloadResult reload(SluiceConfig config) {
                if (defect != null) {
                    throw defect;
                }
                taken.add(config);
                return new ReloadResult(taken.size() + 1, ConfigDiff.of(running, config), List.of());
            }

            @Override
            public ReloadResult refuse(List<String> problems) {
                refused.add(problems);
                return new ReloadResult(taken.size() + 1, ConfigDiff.of(running, running), problems);
            }
        });
    }

    @Test
    void looksInVainWhileTheContentIsTheSame() throws IOException {
        Path other = Files.writeString(temp.resolve("other"), YAML.formatted(1));
        Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);

        file.look();

        assertThat(taken).isEmpty();
    }

    @Test
    void takesAnotherContentOnce() throws IOException {
        Files.writeString(path, YAML.formatted(2));

        file.look();
        file.look();

        assertThat(taken).hasSize(1);
        assertThat(taken.getFirst().services().get("app").endpoints().getFirst().address().port()).isEqualTo(2);
    }

    @Test
    void followsASymbolicLinkThatIsMoved() throws IOException {
        Path real = Files.writeString(temp.resolve("v2.yaml"), YAML.formatted(2));
        Files.delete(path);
        Files.createSymbolicLink(path, real);

        file.look();

        assertThat(taken).hasSize(1);
    }

    @Test
    void saysWhatIsWrongOnceForEachContent() throws IOException {
        Files.writeString(path, "listners: []\n");

        file.look();
        file.look();

        assertThat(taken).isEmpty();
        assertThat(refused).hasSize(1);
        assertThat(refused.getFirst()).anyMatch(problem -> problem.contains("sluice.yaml:1:1  listners"));
    }

    @Test
    void aFileThatIsGoneChangesNothingAndIsTakenWhenItIsBack() throws IOException {
        Files.delete(path);
        file.look();
        file.look();
        assertThat(refused).hasSize(1);

        Files.writeString(path, YAML.formatted(1));
        file.look();

        assertThat(taken).hasSize(1);
    }

    @Test
    void aDefectRefusesOneContentAndNotTheNext() throws IOException {
        defect = new IllegalStateException("of these tests");
        Files.writeString(path, YAML.formatted(2));
        file.look();
        file.look();
        assertThat(refused).hasSize(1);
        assertThat(refused.getFirst().getFirst()).contains("defect", "of these tests");

        defect = null;
        Files.writeString(path, YAML.formatted(3));
        file.look();

        assertThat(taken).hasSize(1);
    }

    @Test
    void readsAgainWhenAskedThoughNothingChanged() {
        ReloadResult result = file.reload();

        assertThat(result.accepted()).isTrue();
        assertThat(result.diff().empty()).isTrue();
        assertThat(taken).hasSize(1);
    }
}
