package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.sluice.config.BackendTlsConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.LoadedConfig;
import io.sluice.config.Secret;
import io.sluice.config.TracingConfig.Trust;
import io.sluice.config.TracingConfig;
import io.sluice.pem.Identity;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What can be seen of a configuration's secrets. */
class ConfigPageTest {
    private static final String SECRET = "a-secret-of-enough-length";

    @Test
    void showsNoSecretWhereverItStands() throws ConfigException {
        LoadedConfig loaded = new ConfigReader(Map.of("SECRET", SECRET)).load("test", """
                listeners: [{ address: ":8080" }]
                routes: [{ services: [{ name: one }, { name: list }] }]
                services:
                  one: { endpoints: ["a:1"], sticky: { secrets: "${SECRET}" } }
                  list: { endpoints: ["a:1"], sticky: { secrets: ["${SECRET}", another-of-enough-length] } }
                admin: { token: "${SECRET}" }
                """);
        JsonText json = new JsonText();
        ConfigPage.write(loaded.config(), json);

        assertThat(new String(json.bytes(), StandardCharsets.UTF_8))
                .contains("\"secrets\":[\"(hidden)\"]", "\"secrets\":[\"(hidden)\",\"(hidden)\"]", "\"token\":\"(hidden)\"")
                .doesNotContain(SECRET).doesNotContain("another-of");
        assertThat(loaded.config().toString()).doesNotContain(SECRET).doesNotContain("another-of");
        assertThat(List.of("services.one.sticky", "services.list.sticky", "admin"))
                .allSatisfy(path -> assertThat(loaded.origins().inForce(path).toString())
                        .contains("(hidden)").doesNotContain(SECRET).doesNotContain("another-of"));
        assertThat(loaded.origins().variables()).containsExactly("SECRET");
    }

    @Test
    void hidesWhatIsSentToTheCollectorWhateverItsHeaderIsCalled() {
        JsonText json = new JsonText();

        ConfigPage.write(new TracingConfig(URI.create("http://127.0.0.1:4318/v1/traces"), 10_000, Trust.TRUSTED_PROXIES,
                "sluice", Map.of("X-Tenant", new Secret("s3cret"))), json);

        assertThat(json.toString())
                .contains("\"endpoint\":\"http://127.0.0.1:4318/v1/traces\"", "\"trust\":\"trustedProxies\"",
                        "\"X-Tenant\":\"" + Secret.HIDDEN + "\"")
                .doesNotContain("s3cret");
    }

    @Test
    void showsWhoWeAreToBackendsAndNotOurKey() throws Exception {
        X509Bundle certificate = new CertificateBuilder().ecp256().subject("CN=proxy.example")
                .setIsCertificateAuthority(true).buildSelfSigned();
        Identity identity = new Identity(List.of(certificate.getCertificate()), certificate.getKeyPair().getPrivate());
        JsonText json = new JsonText();

        ConfigPage.write(new BackendTlsConfig(List.of(certificate.getCertificate()), true, identity, null), json);

        assertThat(json.toString())
                .contains("\"authorities\":[\"CN=proxy.example\"]", "\"chain\":[\"CN=proxy.example\"]",
                        "\"key\":\"" + Secret.HIDDEN + "\"")
                .doesNotContain(identity.key().toString());
    }
}
