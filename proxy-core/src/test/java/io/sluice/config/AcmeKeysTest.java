package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.AcmeConfig.Challenge;
import io.sluice.config.AcmeConfig.ExternalAccount;
import io.sluice.config.AcmeConfig.KeyType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may stand under acme; what is said of mistakes is in the broken files. */
final class AcmeKeysTest {
    private static final String SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA";

    private static LoadedConfig load(String names, String acme) throws ConfigException {
        return new ConfigReader(Map.of("KEY", SECRET)).load("test", """
                listeners:
                  - { address: "127.0.0.1:80" }
                  - { address: "127.0.0.1:443", tls: { certificates: [{ acme: [%s] }] } }
                routes: [{ service: app }]
                services: { app: { endpoints: ["127.0.0.1:1"] } }
                acme: { acceptTerms: true, storage: /var/lib/acme%s }
                """.formatted(names, acme));
    }

    private static AcmeConfig read(String acme) throws ConfigException {
        return load("a.example", acme).config().acme();
    }

    @Test
    void needsNoMoreThanConsentAndAPlace() throws ConfigException {
        assertThat(read("")).isEqualTo(new AcmeConfig(
                URI.create("https://acme-v02.api.letsencrypt.org/directory"), null, Path.of("/var/lib/acme"),
                Challenge.HTTP_01, Duration.ZERO, KeyType.ECDSA, null, null));
    }

    @Test
    void takesAllOfIt() throws ConfigException {
        assertThat(read(", directory: \"https://ca.example:8443/dir\", contact: a.b+c@mail.example, challenge: tls-alpn-01,"
                + " renewBefore: 10d, keyType: rsa, externalAccount: { keyId: kid/7, key: \"${KEY}\" }"))
                .isEqualTo(new AcmeConfig(URI.create("https://ca.example:8443/dir"), "a.b+c@mail.example",
                        Path.of("/var/lib/acme"), Challenge.TLS_ALPN_01, Duration.ofDays(10), KeyType.RSA,
                        new ExternalAccount("kid/7", new Secret(SECRET)), null));
    }

    @Test
    void isNotThereUnlessWritten() throws ConfigException {
        assertThat(new ConfigReader(Map.of()).load("test", """
                listeners: [{ address: "127.0.0.1:80" }]
                routes: [{ service: app }]
                services: { app: { endpoints: ["127.0.0.1:1"] } }
                """).config().acme()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"1h, PT1H", "48h, PT48H", "30d, PT720H", "365d, PT8760H", "auto, PT0S"})
    void readsHowLongBeforehandToRenew(String written, Duration meant) throws ConfigException {
        assertThat(read(", renewBefore: " + written).renewBefore()).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0d", "0h", "366d", "30", "30 days", "1w", "-1d", "30m", "1.5d", "\"\"", "99999d"})
    void refusesOtherTimes(String written) {
        assertThatThrownBy(() -> read(", renewBefore: " + written))
                .isInstanceOf(ConfigException.class).hasMessageContaining("acme.renewBefore");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "http://a/dir", "ftp://a", "a", "https://", "https:///dir", "https://u:p@a/dir", "https://a/dir#x", "https://a:0/",
        "https://a:65536/", "https://a b/", "//a/dir"
    })
    void refusesWhatIsNoDirectory(String written) {
        assertThatThrownBy(() -> read(", directory: \"" + written + "\""))
                .isInstanceOf(ConfigException.class).hasMessageContaining("acme.directory");
    }

    @Test
    void namesAreWrittenInAnyCase() throws ConfigException {
        assertThat(load("A.Example, xn--bcher-kva.example, localhost", "").config().listeners().get(1).tls().certificates())
                .containsExactly(new TlsConfig.CertificateConfig(
                        null, null, null, List.of("a.example", "xn--bcher-kva.example", "localhost")));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\"*.a.example\"", "\"*\"", "127.0.0.1", "\"fd00::1\"", "\"[fd00::1]\"", "a.example.", ".a.example", "a..example",
        "-a.example", "a-.example", "a_b.example", "bücher.example", "\"a.example:443\"", "https://a.example", "\"\"",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"
    })
    void refusesWhatNoCertificateIsOrderedFor(String name) {
        assertThatThrownBy(() -> load(name, ""))
                .isInstanceOf(ConfigException.class).hasMessageContaining("listeners[1].tls.certificates[0].acme[0]");
    }

    @Test
    void refusesMoreNamesThanAuthoritiesTake() throws ConfigException {
        String hundred = String.join(", ", java.util.stream.IntStream.range(0, 100).mapToObj(i -> "n" + i + ".example").toList());
        load(hundred, "");

        assertThatThrownBy(() -> load(hundred + ", one.more.example", ""))
                .isInstanceOf(ConfigException.class).hasMessageContaining("found 101 names");
    }

    @Test
    void theKeyOfAnAccountIsShownNowhere() throws ConfigException {
        LoadedConfig loaded = load("a.example", ", externalAccount: { keyId: kid, key: \"${KEY}\" }");

        assertThat(loaded.config().acme().externalAccount().key().reveal()).isEqualTo(SECRET);
        assertThat(loaded.config().toString()).doesNotContain(SECRET);
        assertThat(loaded.origins().inForce("acme")).map(Origins.Setting::text).contains(Secret.HIDDEN).doesNotContain(SECRET);
        assertThatThrownBy(() -> read(", externalAccount: { keyId: kid, key: c2hvcnQ }"))
                .isInstanceOfSatisfying(ConfigException.class,
                        refused -> assertThat(refused.problems().toString()).doesNotContain("c2hvcnQ"));
    }

    @Test
    void warnsOfTermsThatNobodyUses() throws ConfigException {
        LoadedConfig loaded = new ConfigReader(Map.of()).load("test", """
                listeners: [{ address: "127.0.0.1:80" }]
                routes: [{ service: app }]
                services: { app: { endpoints: ["127.0.0.1:1"] } }
                acme: { acceptTerms: true, storage: /var/lib/acme }
                """);

        assertThat(loaded.warnings()).hasSize(1);
        assertThat(loaded.warnings().toString()).contains("nothing is ordered");
    }

    @ParameterizedTest
    @CsvSource({
        "directory, https://other.example/dir", "contact, a@b.example", "challenge, tls-alpn-01", "renewBefore, 7d", "keyType, rsa",
    })
    void aReloadTakesEveryKey(String key, String value) throws ConfigException {
        ConfigDiff diff = ConfigDiff.of(
                load("a.example", "").config(), load("a.example", ", " + key + ": \"" + value + "\"").config());

        assertThat(diff.settings()).containsExactly("acme." + key);
        assertThat(diff.needRestart()).isEmpty();
        assertThat(diff.listeners().changed()).isEmpty();
    }

    @Test
    void aReloadMayBringTheSection() throws ConfigException {
        SluiceConfig with = load("a.example", "").config();
        SluiceConfig without = new ConfigReader(Map.of()).load("test", """
                listeners: [{ address: "127.0.0.1:80" }]
                routes: [{ service: app }]
                services: { app: { endpoints: ["127.0.0.1:1"] } }
                """).config();

        assertThat(StartSettings.fit(without, with).acme()).isEqualTo(with.acme());
        assertThat(ConfigDiff.of(without, with).settings()).containsExactly("acme");
        assertThat(ConfigDiff.of(with, without).settings()).containsExactly("acme");
    }
}
