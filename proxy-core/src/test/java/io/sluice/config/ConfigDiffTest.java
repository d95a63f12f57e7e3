package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConfigDiffTest {
    private static final String BEFORE = """
            listeners: [{ name: web, address: "127.0.0.1:81" }, { name: gone, address: "127.0.0.1:82" }]
            routes: [{ name: all, service: app }, { name: old, match: { path: /old }, redirect: { location: /new } }]
            services:
              app: { endpoints: ["127.0.0.1:1", "127.0.0.1:2"] }
              same: { endpoints: ["127.0.0.1:1"] }
            accessLog: { path: "off" }
            admin: "off"
            eventLoops: 2
            """;

    private static SluiceConfig read(String yaml) throws ConfigException {
        return new ConfigReader(Map.of()).read("test.yaml", yaml);
    }

    private static ConfigDiff diff(String after) throws ConfigException {
        return ConfigDiff.of(read(BEFORE), read(after));
    }

    @Test
    void theSameTextChangesNothing() throws ConfigException {
        ConfigDiff diff = diff(BEFORE);

        assertThat(diff.empty()).isTrue();
        assertThat(diff.listeners().kept()).containsExactly("web", "gone");
        assertThat(diff.endpoints().kept()).containsExactly("app/127.0.0.1:1", "app/127.0.0.1:2", "same/127.0.0.1:1");
    }

    @Test
    void saysOfEachThingWhatBecomesOfIt() throws ConfigException {
        ConfigDiff diff = diff(BEFORE
                .replace("{ name: gone, address: \"127.0.0.1:82\" }", "{ name: new, address: \"127.0.0.1:83\" }")
                .replace("location: /new", "location: /newer")
                .replace("\"127.0.0.1:2\"", "{ address: \"127.0.0.1:3\", weight: 2 }"));

        assertThat(diff.listeners().added()).containsExactly("new");
        assertThat(diff.listeners().removed()).containsExactly("gone");
        assertThat(diff.listeners().kept()).containsExactly("web");
        assertThat(diff.routes().changed()).containsExactly("old");
        assertThat(diff.routes().kept()).containsExactly("all");
        assertThat(diff.services().changed()).containsExactly("app");
        assertThat(diff.services().kept()).containsExactly("same");
        assertThat(diff.endpoints().added()).containsExactly("app/127.0.0.1:3");
        assertThat(diff.endpoints().removed()).containsExactly("app/127.0.0.1:2");
        assertThat(diff.settings()).isEmpty();
    }

    @Test
    void anotherWeightIsAChangeOfTheEndpoint() throws ConfigException {
        ConfigDiff diff = diff(BEFORE.replace("\"127.0.0.1:2\"", "{ address: \"127.0.0.1:2\", weight: 2 }"));

        assertThat(diff.endpoints().changed()).containsExactly("app/127.0.0.1:2");
        assertThat(diff.endpoints().removed()).isEmpty();
    }

    @Test
    void tellsSettingsThatAreTakenAtOnceFromThoseThatNeedARestart() throws ConfigException {
        ConfigDiff diff = diff(BEFORE.replace("eventLoops: 2", "eventLoops: 3") + """
                timeouts: { keepAlive: 7s }
                limits: { connections: 77, requestLine: 4KiB }
                zeroCopy: { threshold: 32KiB, pipeSize: 128KiB }
                buffers: { read: 8KiB }
                trustedProxies: [10.0.0.0/8]
                """);

        assertThat(diff.settings())
                .containsExactlyInAnyOrder("timeouts.keepAlive", "limits.requestLine", "zeroCopy.threshold", "trustedProxies");
        assertThat(diff.needRestart())
                .containsExactlyInAnyOrder("eventLoops", "limits.connections", "zeroCopy.pipeSize", "buffers.read");
    }

    @Test
    void anAdminAddressThatAppearsNeedsARestart() throws ConfigException {
        ConfigDiff diff = diff(BEFORE.replace("admin: \"off\"", "admin: { address: \"127.0.0.1:9\" }"));

        assertThat(diff.needRestart()).containsExactly("admin.address");
    }

    @Test
    void whatIsPutInForceKeepsWhatNeedsARestart() throws ConfigException {
        SluiceConfig before = read(BEFORE);
        SluiceConfig wanted = read(BEFORE.replace("eventLoops: 2", "eventLoops: 3")
                + "limits: { connections: 77, requestLine: 4KiB }\nzeroCopy: { threshold: 32KiB, pipeSize: 128KiB }\n");

        SluiceConfig fit = StartSettings.fit(before, wanted);

        assertThat(fit.eventLoops()).isEqualTo(2);
        assertThat(fit.limits().connections()).isEqualTo(before.limits().connections());
        assertThat(fit.limits().requestLine()).isEqualTo(4096);
        assertThat(fit.zeroCopy().threshold()).isEqualTo(32 * 1024);
        assertThat(fit.zeroCopy().pipeSize()).isEqualTo(before.zeroCopy().pipeSize());
        assertThat(StartSettings.needRestart(before, fit)).isEmpty();
    }

    @Test
    void linesNameWhatChangesAndCutLongListsShort() throws ConfigException {
        StringBuilder endpoints = new StringBuilder("\"127.0.0.1:1\"");
        for (int port = 100; port < 130; port++) {
            endpoints.append(", \"127.0.0.1:").append(port).append('"');
        }

        ConfigDiff diff = diff(BEFORE.replace("\"127.0.0.1:1\", \"127.0.0.1:2\"", endpoints).replace("eventLoops: 2", "eventLoops: 3"));

        assertThat(diff.lines()).contains("listeners: added 0, changed 0, removed 0, kept 2");
        assertThat(diff.lines()).anyMatch(line -> line.startsWith("endpoints: added 30 (app/127.0.0.1:100 ")
                && line.endsWith("and 10 more), changed 0, removed 1 (app/127.0.0.1:2), kept 2"));
        assertThat(diff.lines()).contains("needs a restart, the old value stays until then: eventLoops");
    }
}
