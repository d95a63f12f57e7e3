package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.config.Origins.Origin;
import io.sluice.config.Origins.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeyReferenceTest {
    private static final String YAML = """
            listeners: [{ address: ":${PORT}" }]
            routes:
              - { name: a, service: app, timeouts: { connect: 1s } }
              - { name: b, match: { path: /b, headers: { X.Y: z } }, service: app }
            services:
              app: { endpoints: ["app:80", { address: "b:80", weight: 3 }], pool: { idleTimeout: 5s } }
              other: { endpoints: ["c:80"] }
            timeouts: { connect: 2s }
            admin: off
            """;

    @ParameterizedTest
    @CsvSource({
        "timeouts.connect, timeouts.connect",
        "listeners[0].address, listeners[].address",
        "listeners.address, listeners[].address",
        "listeners[], listeners[]",
        "services.app.pool.idleTimeout, services.*.pool.idleTimeout",
        "services.*.endpoints[3].weight, services.*.endpoints[].weight",
        "routes[].match.headers.X.Y, routes[].match.headers.*",
    })
    void findsAKeyWhetherOrNotItsPathNamesElements(String asked, String found) {
        assertThat(KeyReference.find(asked)).map(KeyReference.Entry::path).contains(found);
    }

    @ParameterizedTest
    @CsvSource({"timeouts.conect", "compression", "''", "routes[].compression", "timeouts.connect.more", "services.app.pool.x.y"})
    void findsNoOtherKey(String asked) {
        assertThat(KeyReference.find(asked)).isEmpty();
    }

    @Test
    void saysTypeDefaultAndMeaning() {
        assertThat(KeyReference.find("timeouts.connect"))
                .contains(new KeyReference.Entry(
                        "timeouts.connect",
                        "a duration such as 250ms, 5s, 1m or 1h, from 1ms to 24h",
                        "3s",
                        "One attempt to connect to an endpoint; then another endpoint is tried."));
        assertThat(KeyReference.find("routes[].timeouts.connect"))
                .map(KeyReference.Entry::defaultText)
                .contains("as timeouts.connect");
    }

    @Test
    void suggestsKeysOfNearlyTheSameName() {
        assertThat(KeyReference.closest("timeouts.conect")).startsWith("timeouts.connect");
        assertThat(KeyReference.closest("idleTimeout")).containsExactly("services.*.pool.idleTimeout");
        assertThat(KeyReference.closest("pool.idle_timeout")).containsExactly("services.*.pool.idleTimeout");
        assertThat(KeyReference.closest("connect")).contains("timeouts.connect").hasSizeLessThanOrEqualTo(3);
        assertThat(KeyReference.closest("xyzzy")).isEmpty();
    }

    @Test
    void everyComponentOfARecordHasItsKey() {
        assertFilled(SocketConfig.class, "listeners[].socket", Set.of());
        assertFilled(SocketConfig.class, "services.*.socket", Set.of("backlog", "deferAccept"));
        assertFilled(ServiceConfig.PoolConfig.class, "services.*.pool", Set.of());
        assertFilled(BufferConfig.class, "buffers", Set.of());
        assertFilled(LimitConfig.class, "limits", Set.of());
        assertFilled(TimeoutConfig.class, "timeouts", Set.of());
        assertFilled(RetryConfig.class, "retry", Set.of());
    }

    private static void assertFilled(Class<? extends Record> type, String section, Set<String> without) {
        List<String> unfilled = Arrays.stream(type.getRecordComponents())
                .map(component -> component.getName())
                .filter(name -> KeyReference.filling(section, name).isEmpty())
                .toList();
        assertThat(unfilled).as(section).containsExactlyInAnyOrderElementsOf(without);
    }

    @Test
    void everyDefaultIsAValueThatItsKeyAccepts() {
        List<Key> withDefault =
                KeyReference.keys().filter(key -> key.fallback() != null).toList();

        assertThat(withDefault)
                .hasSizeGreaterThan(40)
                .allSatisfy(key -> assertThat(key.type().parser().apply(key.fallback())).isNotNull());
    }

    @Test
    void saysWhereEachValueInForceCameFrom() throws ConfigException {
        Origins origins = new ConfigReader(Map.of("PORT", "8080")).load("s.yaml", YAML).origins();

        assertThat(origins.inForce("timeouts.connect"))
                .containsExactly(new Setting("timeouts.connect", "2s", new Origin.Written("s.yaml", 8, 22, List.of())));
        assertThat(origins.inForce("timeouts.keepAlive"))
                .containsExactly(new Setting("timeouts.keepAlive", "75s", new Origin.Default()));
        assertThat(origins.inForce("listeners[].address"))
                .containsExactly(new Setting(
                        "listeners[0].address", ":8080", new Origin.Written("s.yaml", 1, 24, List.of("PORT"))));
        assertThat(origins.inForce("listeners[0].address").getFirst().origin())
                .hasToString("s.yaml:1:24, from the environment: PORT");
        assertThat(origins.inForce("admin.address"))
                .containsExactly(new Setting("admin", "off", new Origin.Written("s.yaml", 9, 8, List.of())));
        assertThat(origins.inForce("routes[0].redirect.location")).isEmpty();
        assertThat(origins.inForce("no.such.key")).isEmpty();
    }

    @Test
    void namesEachElementWhereThePathNamesNone() throws ConfigException {
        Origins origins = new ConfigReader(Map.of("PORT", "8080")).load("s.yaml", YAML).origins();

        assertThat(origins.inForce("services.*.pool.idleTimeout"))
                .extracting(Setting::path, Setting::text)
                .containsExactly(
                        tuple("services.app.pool.idleTimeout", "5s"),
                        tuple("services.other.pool.idleTimeout", "30s"));
        assertThat(origins.inForce("services.other.pool.idleTimeout"))
                .extracting(Setting::text)
                .containsExactly("30s");
        assertThat(origins.inForce("routes[].timeouts.connect"))
                .extracting(Setting::path, Setting::text)
                .containsExactly(
                        tuple("routes[0].timeouts.connect", "1s"),
                        tuple("routes[1].timeouts.connect", "2s"));
        assertThat(origins.inForce("routes.match.headers"))
                .extracting(Setting::path)
                .containsExactly("routes[1].match.headers.X.Y");
        assertThat(origins.inForce("services.app.endpoints"))
                .extracting(Setting::path, Setting::text)
                .contains(
                        tuple("services.app.endpoints[0]", "app:80"),
                        tuple("services.app.endpoints[1].weight", "3"));
    }

    @Test
    void theStartWithoutAFileNamesItsVariables() throws ConfigException {
        Origins origins = new ConfigReader(Map.of("SLUICE_ENDPOINTS", "app:80"))
                .loadEnvironment()
                .origins();

        assertThat(origins.inForce("services.app.endpoints[0]").getFirst().origin())
                .hasToString("environment variable SLUICE_ENDPOINTS");
    }
}
