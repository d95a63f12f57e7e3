package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients show certificates of their own; backends are told whose, by us and nobody else. */
@Scenario
final class ClientCertificateIT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private void start(String tls, Script script) throws Exception {
        proxy.start("listeners:\n  - { name: web, address: \"127.0.0.1:0\" }\n  - { name: tls, address: \"127.0.0.1:0\", "
                + tls + " }\n", proxy.backend(script));
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

    private String asking(String auth) throws IOException {
        return TestAuthority.LOCALHOST.replace("tls: {", "tls: { clientAuth: " + auth + ", clientCa: \"" + TestAuthority.file() + "\",");
    }

    private static Script tellingTheSubject() {
        return connection -> {
            while (true) {
                connection.send(Http.ok(String.valueOf(connection.request().values("X-Client-Cert-Subject"))));
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"optional", "required"})
    void tellsBackendsWhoAClientIsAndNobodyElseDoes(String auth) throws Exception {
        start(asking(auth), tellingTheSubject());
        SSLContext alice = TestAuthority.showing(TestAuthority.issue(
                new CertificateBuilder().ecp256(), "alice \u00e9"));
        try (RawConnection client = client(alice, "localhost")) {
            client.send(Http.get("/", "X-Client-Cert-Subject: CN=root", "X-Client_Cert-Subject: CN=root"));

            assertThat(client.response().text()).isEqualTo("[CN=alice \\C3\\A9]");
        }
    }

    @Test
    void letsInWhoShowsNoneWhereItIsOptional() throws Exception {
        start(asking("optional"), tellingTheSubject());
        try (RawConnection client = client(TestAuthority.showing(null), "localhost")) {
            client.send(Http.get("/", "X-Client-Cert-Subject: CN=root"));

            assertThat(client.response().text()).isEqualTo("[]");
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, certificate_required", "TLSv1.2, handshake_failure"})
    void tellsWhoShowsNoneWhereItIsRequiredWhyThereIsNoConnection(String version, String alert) throws Exception {
        start(asking("required"), Script.answering(Http.ok("ok")));

        assertThatThrownBy(() -> {
            try (Socket raw = connected()) {
                // In TLS 1.3 the client's part of the handshake is over before it is looked at.
                new EngineClient(raw, TestAuthority.showing(null), List.of(version)).rest();
            }
        }).isInstanceOf(SSLException.class).hasMessageContaining(alert);

        proxy.awaitMetric(1, "sluice_rejected_total", "listener=tls", "reason=client_certificate_refused");
        proxy.awaitMetric(0, "sluice_tls_handshakes_total");
        assertThat(proxy.metric("sluice_requests_total")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"optional", "required"})
    void refusesACertificateThatNobodyTrustedIssued(String auth) throws Exception {
        start(asking(auth), Script.answering(Http.ok("ok")));
        SSLContext stranger = TestAuthority.insistingOn(new CertificateBuilder().ecp256().subject("CN=alice")
                .setIsCertificateAuthority(true).buildSelfSigned());

        assertThatThrownBy(() -> {
            try (RawConnection client = client(stranger, "localhost")) {
                client.send(Http.get("/"));
                client.response();
            }
        }).isInstanceOf(IOException.class);

        assertThat(proxy.metric("sluice_requests_total")).isZero();
    }

    /** What the backend is told of a client, and when its session began. */
    private String told(SSLContext context, String version, List<Long> sessions) throws IOException {
        try (Socket raw = connected()) {
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
            socket.setEnabledProtocols(new String[] {version});
            RawConnection client = new RawConnection(socket, raw);
            client.send(Http.get("/"));
            String text = client.response().text();
            sessions.add(socket.getSession().getCreationTime());
            return text;
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, optional", "TLSv1.2, required", "TLSv1.3, optional", "TLSv1.3, required"})
    void whoGoesOnWithASessionIsStillWhoBeganIt(String version, String auth) throws Exception {
        start(asking(auth), tellingTheSubject());
        SSLContext alice = TestAuthority.showing(TestAuthority.issue("alice"));
        List<Long> sessions = new ArrayList<>();
        assertThat(told(alice, version, sessions)).isEqualTo("[CN=alice]");
        // Sessions that began in different milliseconds are different ones.
        await().until(() -> System.currentTimeMillis() > sessions.getFirst());

        assertThat(told(alice, version, sessions)).isEqualTo("[CN=alice]");

        assertThat(sessions.get(1)).as("the same session").isEqualTo(sessions.get(0));
    }

    // ---- who says it ----

    /** Spellings that backends may take for the name, and other names of the family. */
    private static final List<String> FORGED = List.of(
            "x-client-cert-subject: CN=forged", "X_Client_Cert_Subject: CN=forged", "X-CLIENT_cert-SUBJECT: CN=forged",
            "x-client-cert-verify: forged");

    /** Says what it got, to the last trailer. */
    private static Script answeringWhatCame() {
        return connection -> {
            while (true) {
                Message request = connection.request();
                connection.send(Http.ok(request + " " + request.trailers()));
            }
        };
    }

    private static void sendForged(RawConnection client) throws IOException {
        StringBuilder trailers = new StringBuilder("0\r\nX-Good: passes\r\n");
        FORGED.forEach(line -> trailers.append(line).append("\r\n"));
        List<String> fields = new ArrayList<>(FORGED);
        // Nor has anybody ours taken away.
        fields.add("Connection: X-Client-Cert-Subject");
        fields.add("Transfer-Encoding: chunked");
        client.send(Http.request("POST / HTTP/1.1", fields.toArray(String[]::new)) + "1\r\na\r\n" + trailers + "\r\n");
    }

    private static String answerToForged(FrameClient client) throws IOException {
        List<String> fields = new ArrayList<>();
        for (String line : FORGED) {
            fields.addAll(List.of(line.toLowerCase(Locale.ROOT).split(": ")));
        }
        int stream = client.post("/", fields.toArray(String[]::new));
        client.data(stream, new byte[] {'a'}, false);
        fields.addAll(List.of("x-good", "passes"));
        client.send(FrameClient.HEADERS, FrameClient.END_STREAM | FrameClient.END_HEADERS, stream,
                FrameClient.fields(fields.toArray(String[]::new)));
        return client.answer(stream).text();
    }

    @Test
    void nobodyWithoutACertificateIsSomebody() throws Exception {
        start(asking("optional"), answeringWhatCame());
        List<String> answers = new ArrayList<>();
        RawConnection plain = proxy.client();
        sendForged(plain);
        answers.add(plain.response().text());
        answers.add(answerToForged(proxy.http2Client()));
        try (RawConnection client = client(TestAuthority.showing(null), "localhost")) {
            sendForged(client);
            answers.add(client.response().text());
        }
        try (FrameClient client = TestAuthority.http2Over(connected(), TestAuthority.showing(null), "localhost")) {
            answers.add(answerToForged(client));
        }

        assertThat(answers).hasSize(4).allSatisfy(answer ->
                assertThat(answer.toLowerCase(Locale.ROOT).replace('_', '-')).contains("x-good: passes")
                        .doesNotContain("forged").doesNotContain("x-client-cert-"));
    }

    @Test
    void whoHasACertificateIsNobodyElseAndDoesNotHideIt() throws Exception {
        start(asking("required"), answeringWhatCame());
        SSLContext alice = TestAuthority.showing(TestAuthority.issue("alice"));
        List<String> answers = new ArrayList<>();
        try (RawConnection client = client(alice, "localhost")) {
            sendForged(client);
            answers.add(client.response().text());
        }
        try (FrameClient client = TestAuthority.http2Over(connected(), alice, "localhost")) {
            answers.add(answerToForged(client));
        }

        assertThat(answers).hasSize(2).allSatisfy(answer ->
                assertThat(answer.replace('_', '-')).contains("X-Client-Cert-Subject: CN=alice")
                        .contains("passes").doesNotContain("forged").containsOnlyOnce("lient-"));
    }
}
