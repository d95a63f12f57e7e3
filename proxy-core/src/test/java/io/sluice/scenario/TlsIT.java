package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular to TLS; all else that clients may meet is in the scenarios that run over it. */
@Scenario
final class TlsIT {
    private static final String WEB = "  - { name: web, address: \"127.0.0.1:0\" }\n";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    /** Starts it with a listener {@code tls} beside the plain one, which {@link ProxyUnderTest#settle} uses. */
    private void start(String tls, String yaml, Script... scripts) throws Exception {
        proxy.start("listeners:\n" + WEB + "  - { name: tls, address: \"127.0.0.1:0\", " + tls + " }\n" + yaml,
                proxy.backend(scripts.length == 0 ? new Script[] {Script.answering(Http.ok("ok"))} : scripts));
    }

    private Socket connected() throws IOException {
        return new Socket(proxy.server().address("tls").getAddress(), proxy.server().address("tls").getPort());
    }

    private RawConnection client(SSLContext context, String name) throws IOException {
        Socket raw = connected();
        try {
            return new RawConnection(TestAuthority.over(raw, context, name), raw);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private X509Certificate shown(String name, SSLParameters parameters) throws Exception {
        try (Socket raw = connected()) {
            SSLSocket socket = (SSLSocket) TestAuthority.trusting().getSocketFactory().createSocket(raw, name, 1, true);
            if (parameters != null) {
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @ParameterizedTest
    @CsvSource({
        "one.test, one.test", "ONE.test, one.test", "a.wild.test, a certificate for all", "one.wild.test, one.wild.test",
        "b.a.wild.test, one.test", "wild.test, one.test", "else.test, one.test", "127.0.0.1, one.test"
    })
    void showsTheCertificateForTheNameAskedFor(String asked, String shown) throws Exception {
        start(TestAuthority.tls(
                TestAuthority.issue("one.test"),
                TestAuthority.issue("*.wild.test"),
                TestAuthority.issue("one.wild.test")), "");

        String expected = shown.equals("a certificate for all") ? "*.wild.test" : shown;
        assertThat(shown(asked, null).getSubjectX500Principal().getName()).isEqualTo("CN=" + expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void showsEcdsaToWhomCanAndRsaToOthers(String version) throws Exception {
        start(TestAuthority.tls(
                TestAuthority.issue(new CertificateBuilder().rsa2048(), "both.test"), TestAuthority.issue("both.test")), "");

        SSLParameters old = new SSLParameters();
        old.setProtocols(new String[] {version});
        assertThat(shown("both.test", old).getPublicKey().getAlgorithm()).isEqualTo("EC");
        old.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha256", "rsa_pkcs1_sha256"});
        assertThat(shown("both.test", old).getPublicKey().getAlgorithm()).isEqualTo("RSA");
    }

    @Test
    void theModernProfileTakesNothingBelowTls13() throws Exception {
        start(TestAuthority.LOCALHOST.replace("tls: {", "tls: { profile: modern,"), "");
        SSLParameters old = new SSLParameters();
        old.setProtocols(new String[] {"TLSv1.2"});

        assertThatThrownBy(() -> shown("localhost", old)).isInstanceOf(IOException.class);

        assertThat(shown("localhost", null)).isNotNull();
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=tls_handshake_failed");
    }

    @Test
    void tellsBackendsThatItWasTls() throws Exception {
        start(TestAuthority.LOCALHOST, "", connection -> {
            Message request = connection.request();
            connection.send(Http.ok(request.value("X-Forwarded-Proto") + " " + request.values("X-Client-Cert-Subject")));
        });
        try (RawConnection client = client(TestAuthority.showing(null), "localhost")) {
            client.send(Http.get("/", "X-Client-Cert-Subject: CN=forged", "X_Client_Cert_Subject: CN=forged"));

            assertThat(client.response().text()).isEqualTo("https []");
        }
    }

    // ---- what is no handshake, or doesn't end well ----

    @Test
    void answersAPlainRequestThatItSpeaksTls() throws Exception {
        start(TestAuthority.LOCALHOST, "");
        try (RawConnection client = proxy.clientOf("tls")) {
            client.send(Http.get("/"));

            Message answer = client.response();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("this port speaks TLS");
            client.awaitClose();
        }
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=plain_http_on_tls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0080\u0000\u0001", "hello", "GET", "\u0015\u0003\u0001\u0000\u0002\u0001\u0000", "get / HTTP/1.1"})
    void closesWhatIsNeither(String bytes) throws Exception {
        start(TestAuthority.LOCALHOST, "");
        try (RawConnection client = proxy.clientOf("tls")) {
            client.send(bytes);

            client.awaitEnd();
        }
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=no_tls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u0016\u0003\u0001\u0002\u0000\u0001"})
    void givesAHandshakeItsTimeAndNoMore(String begun) throws Exception {
        start(TestAuthority.LOCALHOST, "timeouts: { handshake: 200ms }\n");
        try (RawConnection client = proxy.clientOf("tls")) {
            client.send(begun);

            client.awaitEnd();
        }
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=tls_handshake_timeout");
    }

    @Test
    void refusesHandshakesBeyondTheLimitButNotConnections() throws Exception {
        start(TestAuthority.LOCALHOST, "limits: { handshakes: 1 }\n");
        try (RawConnection first = proxy.clientOf("tls"); RawConnection second = proxy.clientOf("tls")) {
            first.send("\u0016");
            proxy.settle();
            second.send("\u0016");

            second.awaitEnd();
        }
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=too_many_handshakes");
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=tls_handshake_failed");
        try (RawConnection third = client(TestAuthority.showing(null), "localhost");
                RawConnection fourth = client(TestAuthority.showing(null), "localhost")) {
            third.send(Http.get("/"));
            assertThat(third.response().text()).isEqualTo("ok");
            fourth.send(Http.get("/"));
            assertThat(fourth.response().text()).isEqualTo("ok");
        }
    }

    @Test
    void refusesAHelloThatIsTooLong() throws Exception {
        start(TestAuthority.LOCALHOST, "");
        try (RawConnection client = proxy.clientOf("tls")) {
            // A record of 16 bytes that begins a ClientHello of 16 MiB.
            client.send("\u0016\u0003\u0001\u0000\u0010\u0001\u00ff\u00ff\u00ff" + "\u0003\u0003" + "0123456789");

            client.awaitEnd();
        }
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=tls_handshake_failed");
    }

    @Test
    void aLookWhetherSomebodyListensIsNoFailure() throws Exception {
        start(TestAuthority.LOCALHOST, "");
        proxy.clientOf("tls").close();
        proxy.awaitMetric(0, "sluice_connections", "listener=tls");

        assertThat(proxy.metric("sluice_rejected_total")).isZero();
    }

    @Test
    void aDrainDoesNotWaitForHandshakes() throws Exception {
        start(TestAuthority.LOCALHOST, "timeouts: { drain: { accepting: 0s, exchanges: 3s } }\n");
        try (RawConnection quiet = proxy.clientOf("tls"); RawConnection begun = proxy.clientOf("tls")) {
            begun.send("\u0016");
            await().until(() -> proxy.metric("sluice_connections", "listener=tls") == 2);
            proxy.server().drain();

            quiet.awaitEnd();
            begun.awaitEnd();
        }
    }

    @Test
    void bytesThatCannotBeDecryptedEndTheConnection() throws Exception {
        start(TestAuthority.LOCALHOST, "", Script.silent());
        try (Socket raw = connected()) {
            RawConnection client = new RawConnection(TestAuthority.over(raw), raw);
            client.send(Http.get("/"));
            await().until(() -> proxy.metric("sluice_requests_active") == 1);

            // The first is answered by an alert; whoever goes on is closed.
            String garbage = "\u0017\u0003\u0003\u0000\u0020" + "garbage that is as long as that.";
            raw.getOutputStream().write(Http.bytes(garbage + garbage));

            proxy.awaitCounted("client_gone");
        }
    }

    @Test
    void aCloseNotifyIsALeave() throws Exception {
        start(TestAuthority.LOCALHOST, "", Script.silent());
        try (Socket raw = connected()) {
            SSLSocket socket = TestAuthority.over(raw);
            RawConnection client = new RawConnection(socket, raw);
            client.send(Http.get("/"));
            await().until(() -> proxy.metric("sluice_requests_active") == 1);

            socket.shutdownOutput();

            proxy.awaitCounted("client_gone");
        }
    }

    // ---- in front of it, and inside ----

    @Test
    void takesTheClientFromAProxyHeaderInFrontOfTls() throws Exception {
        start(TestAuthority.LOCALHOST + ", proxyProtocol: required", "", connection -> {
            Message request = connection.request();
            connection.send(Http.ok(request.value("X-Forwarded-For") + " " + request.value("X-Forwarded-Proto")));
        });
        try (Socket raw = connected()) {
            raw.getOutputStream().write(Http.bytes("PROXY TCP4 192.0.2.7 192.0.2.1 5555 443\r\n"));
            RawConnection client = new RawConnection(TestAuthority.over(raw), raw);
            client.send(Http.get("/"));

            assertThat(client.response().text()).isEqualTo("192.0.2.7 https");
        }
    }

    @Test
    void endsTlsInFrontOfRawTcp() throws Exception {
        start(TestAuthority.LOCALHOST + ", protocol: tcp, service: app", "", connection -> {
            connection.send("220 ready");
            assertThat(connection.line()).isEqualTo("HELO");
            connection.send(Http.random(300_000));
            connection.halfClose();
            assertThat(connection.line()).isEqualTo("after your end");
            connection.awaitEnd();
        });
        try (RawConnection client = client(TestAuthority.showing(null), "localhost")) {
            client.send("HELO\r\n");
            assertThat(client.crc(9)).isNotZero();
            assertThat(Http.bytes(client.rest())).isEqualTo(Http.random(300_000));
            client.send("after your end\r\n");
            client.halfClose();
            client.awaitClose();
        }
        proxy.awaitMetric(0, "sluice_requests_active");
    }

    @Test
    void carriesAnUpgradedConnection() throws Exception {
        start(TestAuthority.LOCALHOST, "", connection -> {
            connection.head();
            connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + "first");
            assertThat(connection.line()).isEqualTo("and back");
            connection.send("last");
        });
        try (RawConnection client = client(TestAuthority.showing(null), "localhost")) {
            client.send(Http.get("/", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x",
                    "Sec-WebSocket-Version: 13"));
            assertThat(client.head().status()).isEqualTo(101);
            client.send("and back\r\n");

            assertThat(client.rest()).isEqualTo("firstlast");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTunnelTellsAClientThatItHasAllOnlyIfItHas(boolean more) throws Exception {
        start(TestAuthority.LOCALHOST + ", protocol: tcp, service: app", "", connection -> {
            assertThat(connection.rest()).isEqualTo("bye");
            if (more) {
                connection.send("what the client can't be told any more");
            }
        });
        try (RawConnection client = client(TestAuthority.showing(null), "localhost")) {
            client.send("bye");
            ((SSLSocket) client.socket()).shutdownOutput();

            assertThat(client.awaitEnd()).isEqualTo(more ? Message.Ending.RESET : Message.Ending.CLOSED);
        }
        proxy.awaitMetric(more ? 1 : 0, "sluice_errors_total");
    }

    // ---- sessions and certificates ----

    private static SSLSession session(RawConnection client) throws IOException {
        client.send(Http.get("/"));
        client.response();
        return ((SSLSocket) client.socket()).getSession();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void goesOnWithASessionOnlyWhereItBegan(String version) throws Exception {
        SSLContext context = TestAuthority.showing(null);
        context.getDefaultSSLParameters();
        proxy.start("listeners:\n" + WEB
                + "  - { name: tls, address: \"127.0.0.1:0\", " + TestAuthority.tls(TestAuthority.issue("localhost")) + " }\n",
                proxy.backend(Script.answering(Http.ok("ok"))));

        long[] created = new long[2];
        for (int i = 0; i < 2; i++) {
            try (Socket raw = connected()) {
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
                socket.setEnabledProtocols(new String[] {version});
                socket.setSoTimeout(5000);
                created[i] = session(new RawConnection(socket, raw)).getCreationTime();
            }
            // A session of the same age is the same one: time passes between two.
            long before = System.currentTimeMillis();
            await().until(() -> System.currentTimeMillis() > before + 5);
        }

        assertThat(created[1]).isEqualTo(created[0]);
    }

    @Test
    void tellsWhenCertificatesEnd() throws Exception {
        start(TestAuthority.LOCALHOST, "");

        assertThat(proxy.metric("sluice_certificate_expiry_seconds", "listener=tls", "name=localhost", "key=ec")).isPositive();
        assertThat(List.of(proxy.metric("sluice_certificate_reloads_total"))).containsExactly(0.0);
    }
}
