package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OCSP responses as a client of the JDK's gets them with the certificate: it takes what is well formed. */
@Scenario
final class StaplingIT {
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 4;
    private static final byte[] BASIC = {6, 9, 43, 6, 1, 5, 5, 7, 48, 1, 1};
    private static final byte[] SHA1 = {6, 5, 43, 14, 3, 2, 26};
    private static final byte[] ECDSA_SHA256 = {6, 8, 42, (byte) 134, 72, (byte) 206, 61, 4, 3, 2};
    private static final byte[] THEN = der(24, Http.bytes("20260101000000Z"));

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    private Path folder;

    /** A response (RFC 6960 §4.2.1) that says good of the certificate of this number. */
    private static byte[] response(int serial) {
        byte[] hash = der(OCTETS, new byte[20]);
        byte[] certificate = der(SEQUENCE, der(SEQUENCE, SHA1, der(5)), hash, hash, der(2, new byte[] {(byte) serial}));
        byte[] single = der(SEQUENCE, certificate, der(0x80), THEN);
        byte[] data = der(SEQUENCE, der(0xa2, hash), THEN, der(SEQUENCE, single));
        byte[] basic = der(SEQUENCE, data, der(SEQUENCE, ECDSA_SHA256), der(3, new byte[9]));
        return der(SEQUENCE, der(10, new byte[1]), der(0xa0, der(SEQUENCE, BASIC, der(OCTETS, basic))));
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (content.size() > 127) {
            whole.write(0x81);
        }
        whole.write(content.size());
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }

    private String yaml(Path staple) {
        return "listeners:\n  - { name: web, address: \"127.0.0.1:0\" }\n  - { name: tls, address: \"127.0.0.1:0\", "
                + TestAuthority.LOCALHOST.replace(" }]", (staple == null ? "" : ", ocsp: \"" + staple + "\"") + " }]") + " }\n";
    }

    private List<byte[]> stapled(String version) throws Exception {
        try (Socket raw = new Socket(proxy.server().address("tls").getAddress(), proxy.server().address("tls").getPort())) {
            // A context of its own: who goes on with a session is shown nothing again.
            SSLContext context = TestAuthority.showing(null);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();
            return ((ExtendedSSLSession) socket.getSession()).getStatusResponses();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void handsTheResponseOnAndTheOneThatTakesItsPlace(String version) throws Exception {
        Path staple = Files.write(folder.resolve("staple.ocsp"), response(1));
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("ok")));
        proxy.start(yaml(staple), backend);
        assertThat(stapled(version)).containsExactly(response(1));

        Path other = Files.write(folder.resolve("other.ocsp"), response(2));
        Files.move(other, staple, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(proxy.reload(yaml(staple), backend).problems()).isEmpty();

        assertThat(stapled(version)).containsExactly(response(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void handsNothingOnWhereThereIsNothing(String version) throws Exception {
        proxy.start(yaml(null), proxy.backend(Script.answering(Http.ok("ok"))));

        assertThat(stapled(version)).isEmpty();
    }
}
