package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS where there is no native library for the system: by the JDK, in a process of its own that is told to do without. */
@DisabledOnOs(OS.WINDOWS)
final class JdkEngineIT {
    private static final List<String> NO_NATIVE_TLS = List.of("-Dio.netty.handler.ssl.noOpenSsl=true");

    @TempDir
    private Path temp;

    private X509Bundle authority;

    @BeforeEach
    void makesAnAuthority() throws Exception {
        authority = new CertificateBuilder().subject("CN=authority").setIsCertificateAuthority(true).ecp256().buildSelfSigned();
    }

    private SluiceProcess start(String tls) throws Exception {
        X509Bundle own = issued("localhost");
        Path yaml = Files.writeString(temp.resolve("sluice.yaml"), """
                listeners:
                  - name: web
                    address: 127.0.0.1:0
                    tls: { certificates: [{ cert: "%s", key: "%s" }]%s }
                routes: [{ respond: { status: 200, body: by the JDK } }]
                services: {}
                admin: "off"
                accessLog: { path: "%s" }
                """.formatted(own.toTempCertChainPem(), own.toTempPrivateKeyPem(), tls, temp.resolve("access.log")));
        return SluiceProcess.startWith(NO_NATIVE_TLS, temp, "run", "-c", yaml.toString());
    }

    private X509Bundle issued(String name) throws Exception {
        return new CertificateBuilder().subject("CN=" + name).addSanDnsName(name).ecp256().buildIssuedBy(authority);
    }

    private HttpResponse<String> answer(SluiceProcess sluice, Version version, X509Bundle shown) throws Exception {
        String port = sluice.awaitErr("Listening listeners=web@127\\.0\\.0\\.1:(\\d+) ").group(1);
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = shown == null ? null : shown.toKeyManagerFactory().getKeyManagers();
        context.init(keys, new TrustManager[] {authority.toTrustManager()}, null);
        try (HttpClient client = HttpClient.newBuilder().sslContext(context).version(version).build()) {
            return client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/")).build(), BodyHandlers.ofString());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void saysSoAndServesHttpsAllTheSame(Version version) throws Exception {
        try (SluiceProcess sluice = start("")) {
            HttpResponse<String> answer = answer(sluice, version, null);

            assertThat(answer.body()).isEqualTo("by the JDK");
            assertThat(answer.version()).isEqualTo(version);
            assertThat(answer.sslSession()).hasValueSatisfying(session -> assertThat(session.getProtocol()).isEqualTo("TLSv1.3"));
            sluice.awaitErr("TLS engine provider=JDK library=\"the JDK's, as there is no native library: ");
        }
    }

    @Test
    void asksForCertificatesOfClients() throws Exception {
        try (SluiceProcess sluice = start(", clientAuth: required, clientCa: \"" + authority.toTempRootCertPem() + "\"")) {
            assertThat(answer(sluice, Version.HTTP_2, issued("alice")).statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> answer(sluice, Version.HTTP_2, null)).isInstanceOf(IOException.class);
        }
    }
}
