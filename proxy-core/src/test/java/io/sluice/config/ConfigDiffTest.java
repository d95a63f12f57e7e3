package io.sluice.config;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

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

    /** Every key outside of listeners, routes and services: a new one is to be decided about here, too. */
    private static final Map<String, String> TAKEN_AT_ONCE = Map.ofEntries(
            entry("limits.requestHead", "20KiB"),
            entry("limits.requestLine", "4KiB"),
            entry("limits.headers", "77"),
            entry("limits.responseHead", "20KiB"),
            entry("limits.requestBody", "1MiB"),
            entry("timeouts.handshake", "7s"),
            entry("limits.handshakes", "7"),
            entry("timeouts.connectionAge", "7m"),
            entry("limits.requestsPerConnection", "7"),
            entry("timeouts.requestHead", "7s"),
            entry("timeouts.requestBodyIdle", "7s"),
            entry("timeouts.responseWriteIdle", "7s"),
            entry("timeouts.keepAlive", "7s"),
            entry("timeouts.connect", "7s"),
            entry("timeouts.responseHeaders", "7s"),
            entry("timeouts.attemptResponseHeaders", "7s"),
            entry("timeouts.responseBodyIdle", "7s"),
            entry("timeouts.request", "7s"),
            entry("timeouts.tunnel", "7s"),
            entry("timeouts.drain.accepting", "7s"),
            entry("timeouts.drain.exchanges", "7s"),
            entry("retry.attempts", "1"),
            entry("retry.replayBody", "1KiB"),
            entry("retry.on.statuses", "[503]"),
            entry("retry.on.methods", "[POST]"),
            entry("retry.on.retryAfter", "7s"),
            entry("retry.budget.percent", "7"),
            entry("retry.budget.min", "7"),
            entry("zeroCopy.enabled", "false"),
            entry("zeroCopy.threshold", "32KiB"),
            entry("tracing.sample", "7%"),
            entry("tracing.trust", "none"),
            entry("trustedProxies", "[10.0.0.0/8]"));

    private static final Map<String, String> NEEDS_A_RESTART = Map.ofEntries(
            entry("limits.connections", "77"),
            entry("limits.connectionsPerAddress", "7"),
            entry("limits.memory", "77"),
            entry("zeroCopy.pipeSize", "128KiB"),
            entry("buffers.read", "8KiB"),
            entry("buffers.highWatermark", "256KiB"),
            entry("buffers.lowWatermark", "32KiB"),
            entry("accessLog.path", "stderr"),
            entry("accessLog.format", "common"),
            entry("accessLog.queue", "7"),
            entry("tracing.endpoint", "\"http://127.0.0.2\""),
            entry("tracing.serviceName", "edge"),
            entry("tracing.headers", "{ X-Token: abc }"),
            entry("admin.address", "\"127.0.0.1:9\""),
            entry("admin.token", "sixteen-or-longer"),
            entry("dns.servers", "[127.0.0.53]"),
            entry("dns.families", "ipv6"),
            entry("dns.timeout", "1s"),
            entry("eventLoops", "1023"));

    /** One key set otherwise, as flat YAML. */
    private static String set(String key, String value) {
        String[] names = key.split("\\.");
        return names[0] + ": " + IntStream.range(1, names.length).mapToObj(i -> "{ " + names[i] + ": ")
                .collect(Collectors.joining()) + value + " }".repeat(names.length - 1) + "\n";
    }

    /** Its keys mean nothing without an endpoint. */
    private static String traced(String key, String value) {
        String endpoint = "tracing: { endpoint: http://127.0.0.1";
        return key.equals("tracing.endpoint") ? set(key, value)
                : endpoint + (key.isEmpty() ? "" : ", " + key.substring("tracing.".length()) + ": " + value) + " }\n";
    }

    private static ConfigDiff diff(String key, String value) throws ConfigException {
        String before = """
                listeners: [{ address: "127.0.0.1:81" }]
                routes: [{ service: app }]
                services: { app: { endpoints: ["127.0.0.1:1"] } }
                """;
        return key.startsWith("tracing.")
                ? ConfigDiff.of(read(before + traced("", "")), read(before + traced(key, value)))
                : ConfigDiff.of(read(before), read(before + set(key, value)));
    }

    private static Set<String> takenAtOnce() {
        return TAKEN_AT_ONCE.keySet();
    }

    private static Set<String> needRestart() {
        return NEEDS_A_RESTART.keySet();
    }

    @Test
    void ofEverySettingItIsKnownWhetherItIsTakenAtOnce() {
        assertThat(KeyReference.keys()
                        .filter(key -> key.shape() != Key.Shape.SECTION)
                        .map(Key::path)
                        .filter(path -> !path.matches("(listeners|routes|services|acme)\\b.*") && !path.matches(".*(\\[]|\\*)")))
                .containsExactlyInAnyOrderElementsOf(Stream.of(takenAtOnce(), needRestart()).flatMap(Set::stream).toList());
    }

    @ParameterizedTest
    @MethodSource("takenAtOnce")
    void callsAKeyThatIsTakenAtOnceByItsName(String key) throws ConfigException {
        ConfigDiff diff = diff(key, TAKEN_AT_ONCE.get(key));

        assertThat(diff.settings()).containsExactly(key);
        assertThat(diff.needRestart()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("needRestart")
    void saysOfAKeyThatOnlyAStartReadsThatItNeedsARestart(String key) throws ConfigException {
        ConfigDiff diff = diff(key, NEEDS_A_RESTART.get(key));

        assertThat(diff.needRestart()).containsExactly(key);
        assertThat(diff.settings()).isEmpty();
        assertThat(diff.routes().kept()).containsExactly("route-1");
    }

    @ParameterizedTest
    @CsvSource({
        "timeouts.connect, 7s, 1",
        "limits.requestBody, 1MiB, 1",
        "zeroCopy.enabled, false, 1",
        "retry.budget.min, 7, 1",
        "timeouts.keepAlive, 7s, 0",
        "limits.headers, 77, 0",
        "timeouts.drain.exchanges, 7s, 0",
        "zeroCopy.pipeSize, 128KiB, 0"
    })
    void aRouteChangesWithSharedSettingsThatItMayHaveOfItsOwn(String key, String value, int changed)
            throws ConfigException {
        assertThat(diff(key, value).routes().changed()).hasSize(changed);
    }

    @Test
    void anAdminAddressThatAppearsNeedsARestart() throws ConfigException {
        ConfigDiff diff = diff(BEFORE.replace("admin: \"off\"", "admin: { address: \"127.0.0.1:9\" }"));

        assertThat(diff.needRestart()).containsExactly("admin.address");
    }

    @Test
    void whatIsPutInForceKeepsWhatNeedsARestart() throws ConfigException {
        SluiceConfig before = read(BEFORE);
        SluiceConfig wanted = read(BEFORE.replace("eventLoops: 2", "eventLoops: 3") + """
                limits: { connections: 77, connectionsPerAddress: 7, memory: 77, requestLine: 4KiB }
                zeroCopy: { threshold: 32KiB, pipeSize: 128KiB }
                """);

        SluiceConfig fit = StartSettings.fit(before, wanted);

        assertThat(fit.eventLoops()).isEqualTo(2);
        assertThat(fit.limits().connections()).isEqualTo(before.limits().connections());
        assertThat(fit.limits().connectionsPerAddress()).isEqualTo(Integer.MAX_VALUE);
        assertThat(fit.limits().memory()).isEqualTo(90);
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

        ConfigDiff diff = diff(BEFORE
                .replace("\"127.0.0.1:1\", \"127.0.0.1:2\"", endpoints)
                .replace("eventLoops: 2", "eventLoops: 3"));

        assertThat(diff.lines()).contains("listeners: added 0, changed 0, removed 0, kept 2");
        assertThat(diff.lines()).anyMatch(line -> line.startsWith("endpoints: added 30 (app/127.0.0.1:100 ")
                && line.endsWith("and 10 more), changed 0, removed 1 (app/127.0.0.1:2), kept 2"));
        assertThat(diff.lines()).contains("needs a restart, the old value stays until then: eventLoops");
    }
}
