package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.TracingConfig.Trust;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may stand under tracing; what is said of mistakes is in the broken files. */
final class TracingKeysTest {
    private static LoadedConfig load(String tracing) throws ConfigException {
        return new ConfigReader(Map.of("TOKEN", "Bearer s3cret")).load("test", """
                listeners: [{ address: "127.0.0.1:81" }]
                routes: [{ service: app }]
                services: { app: { endpoints: ["127.0.0.1:1"] } }
                """ + tracing + "\n");
    }

    private static TracingConfig read(String tracing) throws ConfigException {
        return load(tracing).config().tracing();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tracing: off", "tracing: \"off\"", "tracing:"})
    void isOffUnlessWritten(String tracing) throws ConfigException {
        assertThat(read(tracing)).isEqualTo(TracingConfig.OFF);
    }

    @Test
    void needsNoMoreThanAnEndpoint() throws ConfigException {
        assertThat(read("tracing: { endpoint: http://127.0.0.1:4318 }")).isEqualTo(new TracingConfig(
                URI.create("http://127.0.0.1:4318/v1/traces"), 10_000, Trust.TRUSTED_PROXIES, "sluice", Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "http://a, http://a/v1/traces", "https://a:1/, https://a:1/v1/traces", "http://a/v1/traces, http://a/v1/traces",
        "http://a/v1/traces/, http://a/v1/traces", "https://a/otlp, https://a/otlp/v1/traces",
        "'http://[::1]:4318', 'http://[::1]:4318/v1/traces'", "HTTP://a, http://a/v1/traces",
    })
    void addsThePathOfTraces(String written, String meant) throws ConfigException {
        assertThat(read("tracing: { endpoint: \"" + written + "\" }").endpoint()).isEqualTo(URI.create(meant));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "a:4318", "127.0.0.1:4318", "ftp://a", "http://", "http:///v1/traces", "http://a?b", "http://a#b", "http://u:p@a",
        "http://a b", "http://a:0", "http://a:65536", "http://a_b:80", "//a", "file:/tmp/x", "http:a",
    })
    void refusesWhatIsNoAddressOfACollector(String endpoint) {
        assertThatThrownBy(() -> read("tracing: { endpoint: \"" + endpoint + "\" }"))
                .isInstanceOf(ConfigException.class).hasMessageContaining("tracing.endpoint");
    }

    @ParameterizedTest
    @CsvSource({"0%, 0", "100%, 1000000", "1%, 10000", "0.1%, 1000", "0.0001%, 1", "99.9999%, 999999", "007%, 70000"})
    void readsASharePreciselyEnough(String share, int millionths) throws ConfigException {
        assertThat(read("tracing: { endpoint: http://a, sample: " + share + " }").sampleMillionths()).isEqualTo(millionths);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0.5", "-1%", "100.0001%", "101%", "1 %", "0.00001%", ".1%", "1.%", "all", "999%"})
    void refusesWhatIsNoShare(String share) {
        assertThatThrownBy(() -> read("tracing: { endpoint: http://a, sample: \"" + share + "\" }"))
                .isInstanceOf(ConfigException.class).hasMessageContaining("tracing.sample");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Host", "content-type", "CONTENT-LENGTH", "Transfer-Encoding", "Connection", "Expect", "a b", "a:", "",
    })
    void refusesHeadersThatTheExportWritesItselfOrNobodyMay(String name) {
        assertThatThrownBy(() -> read("tracing: { endpoint: http://a, headers: { \"" + name + "\": x } }"))
                .isInstanceOf(ConfigException.class).hasMessageContaining("tracing.headers");
    }

    @Test
    void aHeadersValueIsSentButShownNowhere() throws ConfigException {
        LoadedConfig loaded = load("tracing: { endpoint: http://a, headers: { Authorization: \"${TOKEN}\" } }");

        Secret value = loaded.config().tracing().headers().get("Authorization");
        assertThat(value.reveal()).isEqualTo("Bearer s3cret");
        assertThat(loaded.config().toString()).doesNotContain("s3cret");
        assertThat(loaded.origins().inForce("tracing")).map(Origins.Setting::text)
                .contains("http://a", Secret.HIDDEN).doesNotContain("Bearer s3cret");
    }

    @Test
    void aBrokenValueIsNotRepeated() {
        assertThatThrownBy(() -> read("tracing: { endpoint: http://a, headers: { Authorization: \"s3cret\\n\" } }"))
                .isInstanceOfSatisfying(ConfigException.class, refusal -> assertThat(refusal.problems().toString())
                        .contains("tracing.headers.Authorization").doesNotContain("s3cret"));
    }

    @Test
    void keepsTheOrderOfHeaders() throws ConfigException {
        assertThat(List.copyOf(read("tracing: { endpoint: http://a, headers: { B: x, A: y } }").headers().keySet()))
                .containsExactly("B", "A");
    }
}
