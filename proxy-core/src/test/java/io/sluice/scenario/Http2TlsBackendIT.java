package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 to backends under TLS: both agree on it in the handshake, or there is no connection (RFC 9113 §3.2). */
@Scenario
final class Http2TlsBackendIT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    Path folder;

    private String service() throws Exception {
        return "services: { app: { endpoints: [${endpoints}], protocol: h2, tls: { ca: "
                + BackendSecrets.authorityFile(folder) + " } } }\n";
    }

    private static BackendSecrets agreeing(String protocol) throws Exception {
        return BackendSecrets.good().with(socket -> socket.setHandshakeApplicationProtocolSelector(
                (_, offered) -> offered.contains(protocol) ? protocol : ""));
    }

    @Test
    void aRequestCrossesUnderTls() throws Exception {
        ScriptedBackend backend = proxy.owned(ScriptedBackend.secure(agreeing("h2"), Framed.script(connection -> {
            while (true) {
                Framed.Request request = connection.request();
                connection.answer(request.stream(), 200, request.head().scheme() + " " + request.text());
            }
        })));
        proxy.start(service(), backend);

        assertThat(proxy.answerTo(Http.post("/", "first")).text()).isEqualTo("https first");
        assertThat(proxy.answerTo(Http.post("/", "second")).text()).isEqualTo("https second");

        assertThat(BackendSecrets.protocol(backend.connection(0))).isEqualTo("h2");
        proxy.awaitMetric(1, "sluice_pool_created_total");
    }

    @Test
    void aClientCertificateThatIsMissedIsAFailureOfTls() throws Exception {
        ScriptedBackend backend = proxy.owned(ScriptedBackend.secure(
                agreeing("h2").with(socket -> socket.setNeedClientAuth(true)), Framed.answering(200, "never")));
        proxy.start(service(), backend);

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
        proxy.awaitCounted("backend_tls_handshake");
    }

    @Test
    void aBackendThatDoesNotAgreeIsNotUsed() throws Exception {
        ScriptedBackend backend =
                proxy.owned(ScriptedBackend.secure(agreeing("http/1.1"), Script.answering(Http.ok("not this way"))));
        proxy.start(service(), backend);

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
        proxy.awaitCounted("not_http2");
    }
}
