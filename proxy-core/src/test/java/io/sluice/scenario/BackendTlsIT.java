package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS to backends: who is trusted, what is said, and what becomes of a request when there is no handshake. */
@Scenario
final class BackendTlsIT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    Path folder;

    private Path authority;

    @BeforeEach
    void writesTheAuthority() throws IOException {
        authority = BackendSecrets.authorityFile(folder);
    }

    private String service(String terms) {
        return "services: { app: { endpoints: [${endpoints}], tls: { ca: " + authority + terms + " } } }\n";
    }

    private ScriptedBackend backend(BackendSecrets secrets) throws IOException {
        return proxy.owned(ScriptedBackend.secure(secrets, Script.answering(Http.ok("well"))));
    }

    private Message get() throws IOException {
        return proxy.answerTo(Http.get("/", "Connection: close"));
    }

    @Test
    void asksABackendThatAuthoritiesVouchFor() throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good());
        proxy.start(service(""), backend);

        assertThat(get().text()).isEqualTo("well");

        RawConnection asked = backend.connection(0);
        assertThat(BackendSecrets.session(asked).getProtocol()).isEqualTo("TLSv1.3");
        assertThat(BackendSecrets.protocol(asked)).isEmpty();
        assertThat(BackendSecrets.serverName(asked)).as("an address is no name").isEmpty();
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void tellsTheNameItWantsAndAgreesOnAProtocol() throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good().with(socket ->
                socket.setHandshakeApplicationProtocolSelector((_, offered) ->
                        offered.contains("http/1.1") && offered.size() == 1 ? "http/1.1" : null)));
        proxy.start(service(", serverName: app.test"), backend);

        assertThat(get().text()).isEqualTo("well");

        assertThat(BackendSecrets.serverName(backend.connection(0))).isEqualTo("app.test");
        assertThat(BackendSecrets.protocol(backend.connection(0))).isEqualTo("http/1.1");
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, TLSv1.2", "TLSv1.3, TLSv1.3", "TLSv1.1 TLSv1.2, TLSv1.2"})
    void speaksTheVersionsOfToday(String offered, String spoken) throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good().with(socket -> socket.setEnabledProtocols(offered.split(" "))));
        proxy.start(service(""), backend);

        assertThat(get().text()).isEqualTo("well");

        assertThat(BackendSecrets.session(backend.connection(0)).getProtocol()).isEqualTo(spoken);
    }

    @Test
    void keepsConnectionsAndGoesOnWithSessions() throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good());
        proxy.start(service("") + "retry: { attempts: 0 }\n", backend);
        try (RawConnection client = proxy.client()) {
            for (int i = 0; i < 5; i++) {
                client.send(Http.get("/" + i));
                assertThat(client.response().text()).isEqualTo("well");
                // Tickets come to a connection that is idle by now.
                proxy.settle();
            }
        }

        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitMetric(1, "sluice_pool_idle");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSecondConnectionGoesOnWithTheSessionOfTheFirst(String version) throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good().with(socket -> socket.setEnabledProtocols(new String[] {version})));
        proxy.start(service("").replace("tls:", "pool: { idlePerEndpoint: 0 }, tls:"), backend);

        get();
        get();
        get();

        long first = BackendSecrets.session(backend.connection(0)).getCreationTime();
        assertThat(BackendSecrets.session(backend.connection(1)).getCreationTime()).isEqualTo(first);
        assertThat(BackendSecrets.session(backend.connection(2)).getCreationTime()).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown authority", "other name", "other address", "expired", "no server"})
    void aBackendThatNobodyVouchesForGetsNoRequest(String why) throws Exception {
        BackendSecrets secrets = switch (why) {
            case "unknown authority" -> BackendSecrets.signedBy(
                    BackendSecrets.STRANGER, it -> it.addSanIpAddress("127.0.0.1"));
            case "other name" -> BackendSecrets.signedBy(BackendSecrets.AUTHORITY, it -> it.addSanDnsName("app.test"));
            case "other address" -> BackendSecrets.signedBy(BackendSecrets.AUTHORITY, it -> it.addSanIpAddress("127.0.0.2"));
            case "expired" -> BackendSecrets.expired();
            default -> BackendSecrets.signedBy(BackendSecrets.AUTHORITY, it -> it.addSanIpAddress("127.0.0.1")
                    .addExtendedKeyUsage(CertificateBuilder.ExtendedKeyUsage.PKIX_KP_CLIENT_AUTH));
        };
        ScriptedBackend backend = backend(secrets);
        proxy.start(service(""), backend);

        Message answer = get();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(backend.connection(0).received()).isEmpty();
        proxy.awaitCounted("backend_tls_untrusted");
    }

    @Test
    void aNameThatIsWantedMustStandInTheCertificate() throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good());
        proxy.start(service(", serverName: other.test"), backend);

        assertThat(get().status()).isEqualTo(502);
        proxy.awaitCounted("backend_tls_untrusted");
    }

    @Test
    void anAuthorityOfTheSystemDoesNotKnowOurs() throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good());
        proxy.start("services: { app: { endpoints: [${endpoints}], tls: true } }\n", backend);

        assertThat(get().status()).isEqualTo(502);
        proxy.awaitCounted("backend_tls_untrusted");
    }

    @Test
    void whoeverIsThereWillDoWhereNothingIsVerified() throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.signedBy(BackendSecrets.STRANGER, it -> it.addSanDnsName("other.test")));
        proxy.start(service(", verify: false"), backend);

        assertThat(get().text()).isEqualTo("well");
    }

    @Test
    void showsItsCertificateToABackendThatAsks() throws Exception {
        Path client = BackendSecrets.clientFile(folder, BackendSecrets.AUTHORITY);
        ScriptedBackend backend = backend(BackendSecrets.good().with(socket -> socket.setNeedClientAuth(true)));
        proxy.start(service(", clientCert: " + client), backend);

        assertThat(get().text()).isEqualTo("well");

        assertThat(BackendSecrets.clientName(backend.connection(0))).isEqualTo("CN=sluice");
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, backend_tls_handshake", "TLSv1.3, backend_tls_broken"})
    void aBackendThatWantsACertificateRefusesUsWithout(String version, String word) throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good().with(socket -> {
            socket.setEnabledProtocols(new String[] {version});
            socket.setNeedClientAuth(true);
        }));
        proxy.start(service(""), backend);

        assertThat(get().status()).isEqualTo(502);
        proxy.awaitCounted(word);
    }

    @Test
    void aBackendOfYesterdayIsRefused() throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good().with(socket -> {
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
        }));
        proxy.start(service(""), backend);

        assertThat(get().status()).isEqualTo(502);
        proxy.awaitCounted("backend_tls_handshake");
    }

    @Test
    void aBackendThatSpeaksInClearIsRefused() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> connection.send(Http.ok("in clear")));
        proxy.start(service(""), backend);

        assertThat(get().status()).isEqualTo(502);
        proxy.awaitCounted("backend_tls_handshake");
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset"})
    void aBackendThatLeavesInTheHandshakeIsAFailedConnection(String how) throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            assertThat(connection.read()).as("a handshake record").isEqualTo(22);
            if (how.equals("reset")) {
                connection.reset();
            }
        });
        proxy.start(service(""), backend);

        assertThat(get().status()).isEqualTo(502);
        proxy.awaitCounted("backend_tls_handshake");
    }

    @Test
    void theDeadlineForConnectingIsThatOfTheHandshakeToo() throws Exception {
        ScriptedBackend backend = proxy.backend(RawConnection::awaitEnd);
        proxy.start(service("") + "timeouts: { connect: 200ms }\nretry: { attempts: 0 }\n", backend);

        assertThat(get().status()).isEqualTo(504);
        backend.connection(0).awaitEnded();
        proxy.awaitCounted("connect_timeout");
    }

    @Test
    void tenRequestsAreMadeAgainAtTheNextEndpoint() throws Exception {
        ScriptedBackend untrusted = backend(BackendSecrets.expired());
        ScriptedBackend well = backend(BackendSecrets.good());
        proxy.start(service("").replace("tls:", "loadBalancer: { policy: roundRobin }, outlierEjection: off, tls:"),
                untrusted, well);

        // Each begins with the one whose turn it is, and leaves the next one's to the retry.
        for (int i = 0; i < 10; i++) {
            assertThat(proxy.answerTo(Http.post("/", "order", "Connection: close")).text()).isEqualTo("well");
        }

        assertThat(untrusted.connections()).isEqualTo(10);
        proxy.awaitMetric(10, "sluice_retries_total", "reason=backend_tls_untrusted", "result=made");
    }

    @Test
    void largeBodiesCrossBothWays() throws Exception {
        byte[] body = Http.random(3_000_000);
        proxy.start(service(""), proxy.owned(ScriptedBackend.secure(BackendSecrets.good(), Script.echoing())));
        try (RawConnection client = proxy.client()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length + "\r\n\r\n");
                client.send(body);
                assertThat(client.response().body()).isEqualTo(body);
            }
        }
        proxy.awaitMetric(3, "sluice_relays_total", "kind=copied", "reason=tls");
        proxy.awaitMetric(1, "sluice_pool_created_total");
    }

    @Test
    void aFileThatChangedIsReadByAReload() throws Exception {
        ScriptedBackend backend = backend(BackendSecrets.good());
        Files.writeString(authority, BackendSecrets.STRANGER.getCertificatePEM());
        proxy.start(service(""), backend);
        assertThat(get().status()).isEqualTo(502);

        BackendSecrets.authorityFile(folder);
        proxy.reload(service(""), backend);

        assertThat(get().text()).isEqualTo("well");
    }
}
