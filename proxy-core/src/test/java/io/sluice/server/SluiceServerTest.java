package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.ServiceConfig;
import io.sluice.config.SluiceConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy that does not start leaves nothing behind. */
final class SluiceServerTest {
    private static final String YAML = """
            listeners: [{ name: web, address: "127.0.0.1:0" }]
            routes: [{ name: all, service: app }]
            services: { app: { endpoints: ["127.0.0.1:1"] } }
            accessLog: { path: "%s" }
            admin: "off"
            """;

    @TempDir
    private Path directory;

    private Path log() {
        return directory.resolve("access.log");
    }

    /** A configuration as the reader would have refused it. */
    private SluiceConfig config(Map<String, ServiceConfig> services, int eventLoops) throws ConfigException {
        SluiceConfig read = new ConfigReader(Map.of()).read("test", YAML.formatted(log()));
        return new SluiceConfig(
                read.listeners(), read.routes(), services == null ? read.services() : services, read.buffers(),
                read.limits(), read.timeouts(), read.retry(), read.zeroCopy(), read.acme(), read.dns(), read.accessLog(),
                read.tracing(), read.admin(), read.trustedProxies(),
                eventLoops);
    }

    private static Set<Thread> logWriters() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("sluice-access-log"))
                .collect(Collectors.toSet());
    }

    @Test
    void opensNoAccessLogForAConfigurationThatDoesNotCompile() throws ConfigException {
        SluiceConfig config = config(Map.of(), 1);

        assertThatThrownBy(() -> SluiceServer.start(config)).hasMessageContaining("found \"app\"");

        assertThat(log()).doesNotExist();
    }

    @Test
    void endsTheAccessLogsWriterWhenTheEventLoopsCannotBeMade() throws ConfigException {
        Set<Thread> before = logWriters();
        SluiceConfig config = config(null, -1);

        assertThatThrownBy(() -> SluiceServer.start(config)).isInstanceOf(IllegalArgumentException.class);

        assertThat(log()).exists();
        await().until(() -> before.containsAll(logWriters()));
    }
}
