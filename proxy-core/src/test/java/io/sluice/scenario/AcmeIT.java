package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.sluice.acme.ScriptedAuthority;
import io.sluice.server.ReloadResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are ordered: the whole proxy, and an authority that looks where a real one does. */
@Scenario
final class AcmeIT {
    private static final String NAME = "a.sluice.test";
    private static final String PATH = "/.well-known/acme-challenge/";
    /** RFC 8737 §3. */
    private static final String IDENTIFIER = "1.3.6.1.5.5.7.1.31";

    @TempDir
    private Path directory;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private ScriptedAuthority authority;

    @BeforeEach
    void begins() throws Exception {
        authority = ScriptedAuthority.start(directory.resolve("ca.pem"));
    }

    @AfterEach
    void ends() {
        authority.close();
    }

    private String yaml(String names, String... more) {
        return "listeners:\n"
                + "  - { name: web, address: \"127.0.0.1:0\" }\n"
                + "  - { name: secure, address: \"127.0.0.1:0\", tls: { certificates: [{ acme: [" + names + "] }] } }\n"
                + "acme: { directory: \"" + authority.directory() + "\", acceptTerms: true, storage: \"" + directory.resolve("kept")
                + "\", ca: \"" + directory.resolve("ca.pem") + "\"" + String.join("", more) + " }\n";
    }

    private void startsWith(String yaml) throws Exception {
        proxy.start(yaml, proxy.backend(Script.answering(Http.ok("routed"))));
    }

    private X509Certificate seen() throws Exception {
        return Handshake.any(proxy.server().address("secure"), NAME).certificate();
    }

    private void awaitTrusted(String name) {
        await(name).ignoreExceptions().untilAsserted(() -> assertThat(
                        Handshake.trusting(authority.rootPem(), proxy.server().address("secure"), name).certificate())
                .isNotNull());
    }

    /** The thread that answers is the authority's; so what it asks is asked while the order is on. */
    private String asksByHttp(String token) throws Exception {
        Message answer = proxy.answerTo(Http.get(PATH + token));
        return answer.status() == 200 && answer.text().startsWith(token + ".") ? null : "got " + answer.status();
    }

    @Test
    void getsACertificateByAnsweringAtAPlainListener() throws Exception {
        authority.validation((_, token) -> asksByHttp(token));

        startsWith(yaml(NAME + ", b.sluice.test"));

        awaitTrusted(NAME);
        awaitTrusted("b.sluice.test");
        proxy.awaitMetric(1, "sluice_acme_orders_total", "result=issued");
        proxy.awaitMetric(0, "sluice_acme_missing");
        assertThat(proxy.answerTo(Http.get(PATH + "token-0-0")).text()).as("behind the order").isEqualTo("routed");
    }

    @Test
    void getsACertificateByAnsweringInAHandshake() throws Exception {
        authority.validation((name, _) -> {
            Handshake shaken = Handshake.any(proxy.server().address("secure"), name, "acme-tls/1");
            boolean critical = shaken.certificate().getCriticalExtensionOIDs() != null
                    && shaken.certificate().getCriticalExtensionOIDs().contains(IDENTIFIER);
            return critical && shaken.protocol().equals("acme-tls/1") ? null : "no proof";
        });

        startsWith(yaml(NAME, ", challenge: tls-alpn-01"));

        awaitTrusted(NAME);
        assertThat(Handshake.any(proxy.server().address("secure"), NAME, "acme-tls/1"))
                .satisfies(after -> assertThat(after.protocol()).isEmpty())
                .satisfies(after -> assertThat(after.certificate().getCriticalExtensionOIDs()).doesNotContain(IDENTIFIER));
    }

    @Test
    void othersGetTheUsualCertificateWhileAHandshakeIsAskedFor() throws Exception {
        authority.validation((name, _) -> {
            for (String[] offered : new String[][] {{}, {"http/1.1"}, {"acme-tls/1", "http/1.1"}, {"http/1.1", "acme-tls/1"}}) {
                X509Certificate seen = Handshake.any(proxy.server().address("secure"), name, offered).certificate();
                if (seen.getCriticalExtensionOIDs() != null && seen.getCriticalExtensionOIDs().contains(IDENTIFIER)) {
                    return "shown to whoever offers " + Arrays.toString(offered);
                }
            }
            return null;
        });

        startsWith(yaml(NAME, ", challenge: tls-alpn-01"));

        awaitTrusted(NAME);
    }

    @Test
    void untilThenClientsSeeOneThatNobodyHasSigned() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        authority.validation((_, _) -> {
            looked.await();
            return null;
        });

        startsWith(yaml(NAME));

        assertThat(seen().getIssuerX500Principal()).isEqualTo(seen().getSubjectX500Principal());
        assertThatExceptionOfType(SSLHandshakeException.class).isThrownBy(
                () -> Handshake.trusting(authority.rootPem(), proxy.server().address("secure"), NAME));
        looked.countDown();
        awaitTrusted(NAME);
    }

    @Test
    void answersNothingElseThereWhileAnOrderIsOn() throws Exception {
        authority.validation((_, token) -> {
            for (String request : new String[] {Http.get(PATH + token + "x"), Http.get(PATH), Http.get(PATH + "%74oken-0-0"),
                    Http.get("/" + token)}) {
                if (!proxy.answerTo(request).text().equals("routed")) {
                    return "something else was answered";
                }
            }
            return asksByHttp(token);
        });

        startsWith(yaml(NAME));

        awaitTrusted(NAME);
    }

    @Test
    void isAnsweredWhereEverythingElseIsSentToHttps() throws Exception {
        authority.validation((_, token) ->
                proxy.answerTo(Http.get("/")).status() == 308 ? asksByHttp(token) : "nothing is sent to https");

        startsWith(yaml(NAME).replace("{ name: web,", "{ name: web, redirectToHttps: true,"));

        awaitTrusted(NAME);
    }

    @Test
    void aRestartNeedsNoAuthority() throws Exception {
        startsWith(yaml(NAME));
        awaitTrusted(NAME);
        X509Certificate first = seen();
        proxy.server().close();
        authority.close();

        startsWith(yaml(NAME));

        assertThat(seen()).isEqualTo(first);
        assertThat(authority.ordersBegun()).isEqualTo(1);
    }

    @Test
    void aCertificateThatCannotBeRenewedStaysInUse() throws Exception {
        authority.lifetime(Duration.ofSeconds(6));
        startsWith(yaml(NAME));
        awaitTrusted(NAME);
        X509Certificate first = seen();
        authority.close();

        // A third of its lifetime before its end.
        proxy.awaitMetric(1, "sluice_acme_orders_total", "result=failed");

        assertThat(seen()).isEqualTo(first);
        proxy.awaitMetric(1, "sluice_acme_failing");
        proxy.awaitMetric(0, "sluice_acme_missing");
    }

    @Test
    void aRenewalTakesForceWithoutACut() throws Exception {
        authority.lifetime(Duration.ofSeconds(4));
        startsWith(yaml(NAME));
        awaitTrusted(NAME);
        X509Certificate first = seen();
        try (SSLSocket open = Handshake.open(authority.rootPem(), proxy.server().address("secure"), NAME)) {
            asks(open);

            await().untilAsserted(() -> assertThat(seen()).isNotEqualTo(first));

            asks(open);
        }
        assertThat(authority.ordersBegun()).isGreaterThan(1);
    }

    private static void asks(SSLSocket open) throws IOException {
        open.getOutputStream().write(Http.get("/").getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("routed") < 0) {
            int octet = open.getInputStream().read();
            assertThat(octet).as(answer.toString()).isNotNegative();
            answer.append((char) octet);
        }
    }

    @Test
    void whatIsRefusedIsNotAskedForAgainAtOnce() throws Exception {
        authority.validation((_, _) -> "nobody there");
        startsWith(yaml(NAME));

        proxy.awaitMetric(1, "sluice_acme_orders_total", "result=failed");
        assertThat(proxy.reload(yaml(NAME), proxy.backend(Script.answering(Http.ok("routed")))).problems()).isEmpty();

        proxy.settle();
        assertThat(authority.ordersBegun()).isEqualTo(1);
        proxy.awaitMetric(1, "sluice_acme_missing");
    }

    @Test
    void aReloadOrdersWhatIsNewAndKeepsWhatIsThere() throws Exception {
        startsWith(yaml(NAME));
        awaitTrusted(NAME);
        X509Certificate first = seen();

        ReloadResult result = proxy.reload(yaml(NAME + "] }, { acme: [b.sluice.test"),
                proxy.backend(Script.answering(Http.ok("routed"))));

        assertThat(result.problems()).isEmpty();
        awaitTrusted("b.sluice.test");
        assertThat(seen()).isEqualTo(first);
        assertThat(authority.ordersBegun()).isEqualTo(2);
    }

    @Test
    void aReloadMayBringTheFirst() throws Exception {
        startsWith("");
        proxy.reload(yaml(NAME), proxy.backend(Script.answering(Http.ok("routed"))));

        awaitTrusted(NAME);
    }

    @Test
    void aReloadMayEndIt() throws Exception {
        startsWith(yaml(NAME));
        awaitTrusted(NAME);

        assertThat(proxy.reload("", proxy.backend(Script.answering(Http.ok("routed")))).problems()).isEmpty();

        proxy.awaitMetric(0, "sluice_acme_missing");
        assertThat(authority.ordersBegun()).isEqualTo(1);
    }
}
