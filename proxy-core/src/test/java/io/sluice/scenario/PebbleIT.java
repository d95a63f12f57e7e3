package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates from a real ACME server, where one is installed; what one does on demand only is in {@link AcmeIT}. */
@Scenario
final class PebbleIT {
    private static final String NAME = "a.sluice.test";

    @TempDir
    private Path directory;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private int httpPort;
    private int tlsPort;
    private Pebble pebble;

    @BeforeEach
    void needsPebble() throws Exception {
        assumeThat(Pebble.installed()).as("pebble is installed").isTrue();
        httpPort = Pebble.freePort();
        tlsPort = Pebble.freePort();
    }

    @AfterEach
    void ends() {
        if (pebble != null) {
            pebble.close();
        }
    }

    private void pebble(Duration lifetime) throws Exception {
        pebble = Pebble.start(directory, httpPort, tlsPort, lifetime);
    }

    private void proxy(String names, String... more) throws Exception {
        proxy.start("listeners:\n"
                        + "  - { name: web, address: \"127.0.0.1:" + httpPort + "\" }\n"
                        + "  - { name: secure, address: \"127.0.0.1:" + tlsPort + "\", tls: { certificates: [" + names + "] } }\n"
                        + "acme: { " + pebble.yaml() + ", acceptTerms: true, contact: admin@sluice.test, storage: \""
                        + directory.resolve("kept") + "\"" + String.join("", more) + " }\n",
                proxy.backend(Script.answering(Http.ok("routed"))));
    }

    private X509Certificate seen(String name) throws Exception {
        return Handshake.any(proxy.server().address("secure"), name).certificate();
    }

    private void awaitTrusted(String name) throws Exception {
        String root = pebble.rootPem();
        await(name).atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> assertThat(
                        Handshake.trusting(root, proxy.server().address("secure"), name).certificate())
                .isNotNull());
    }

    @ParameterizedTest
    @CsvSource({"http-01, ecdsa, EC", "http-01, rsa, RSA", "tls-alpn-01, ecdsa, EC", "tls-alpn-01, rsa, RSA"})
    void givesACertificateForTwoNames(String challenge, String keyType, String algorithm) throws Exception {
        pebble(Duration.ofDays(90));

        proxy("{ acme: [" + NAME + ", b.sluice.test] }", ", challenge: " + challenge, ", keyType: " + keyType);

        awaitTrusted(NAME);
        awaitTrusted("b.sluice.test");
        assertThat(seen(NAME).getPublicKey().getAlgorithm()).isEqualTo(algorithm);
        proxy.awaitMetric(1, "sluice_acme_orders_total", "result=issued");
        proxy.awaitMetric(0, "sluice_acme_orders_total", "result=failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http-01", "tls-alpn-01"})
    void renewsWhatEnds(String challenge) throws Exception {
        pebble(Duration.ofSeconds(6));
        proxy("{ acme: [" + NAME + "] }", ", challenge: " + challenge);
        awaitTrusted(NAME);
        X509Certificate first = seen(NAME);

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(seen(NAME)).isNotEqualTo(first));

        awaitTrusted(NAME);
        assertThat(seen(NAME).getPublicKey()).as("a key of its own").isNotEqualTo(first.getPublicKey());
    }

    @Test
    void isNotNeededByARestart() throws Exception {
        pebble(Duration.ofDays(90));
        proxy("{ acme: [" + NAME + "] }");
        awaitTrusted(NAME);
        X509Certificate first = seen(NAME);
        proxy.server().close();
        pebble.close();

        proxy("{ acme: [" + NAME + "] }");

        assertThat(seen(NAME)).isEqualTo(first);
        proxy.awaitMetric(0, "sluice_acme_missing");
    }

    @Test
    void refusesANameThatItCannotReachAndGivesTheOther() throws Exception {
        pebble(Duration.ofDays(90));
        pebble.lead("wrong.sluice.test", "127.0.0.77");
        proxy("{ acme: [wrong.sluice.test] }, { acme: [" + NAME + "] }");

        awaitTrusted(NAME);
        proxy.awaitMetric(1, "sluice_acme_orders_total", "result=failed");
        proxy.awaitMetric(1, "sluice_acme_failing");
        proxy.awaitMetric(1, "sluice_acme_missing");
        assertThat(seen("wrong.sluice.test")).as("a placeholder").satisfies(own -> own.verify(own.getPublicKey()));
    }

    @Test
    void whenItIsGoneTheOldCertificateStays() throws Exception {
        pebble(Duration.ofSeconds(12));
        proxy("{ acme: [" + NAME + "] }");
        awaitTrusted(NAME);
        X509Certificate first = seen(NAME);
        pebble.close();

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() ->
                assertThat(proxy.metric("sluice_acme_orders_total", "result=failed")).isEqualTo(1));

        assertThat(seen(NAME)).isEqualTo(first);
    }
}
