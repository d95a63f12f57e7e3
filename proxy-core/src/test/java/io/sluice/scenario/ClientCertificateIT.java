package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
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

    private RawConnection client(SSLContext context, String name) throws IOException {
        Socket raw = new Socket(proxy.server().address("tls").getAddress(), proxy.server().address("tls").getPort());
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

    @Test
    void refusesWhoShowsNoneWhereItIsRequired() throws Exception {
        start(asking("required"), Script.answering(Http.ok("ok")));

        assertThatThrownBy(() -> {
            try (RawConnection client = client(TestAuthority.showing(null), "localhost")) {
                // In TLS 1.3 the client's part of the handshake is over before it is looked at.
                client.send(Http.get("/"));
                client.response();
            }
        }).isInstanceOf(IOException.class);

        proxy.awaitMetric(1, "sluice_rejected_total", "reason=client_certificate_refused");
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
}
