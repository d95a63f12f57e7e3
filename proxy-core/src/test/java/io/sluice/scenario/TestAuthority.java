package io.sluice.scenario;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Whom the clients of these tests trust, and a certificate of it for proxies. <em>Immutable</em>, made once. */
final class TestAuthority {
    private static final X509Bundle AUTHORITY = authority();
    private static final SSLContext CLIENT = client();
    /** For localhost. */
    static final String LOCALHOST = tls(issue("localhost"));

    private TestAuthority() {}

    private static X509Bundle authority() {
        try {
            return new CertificateBuilder().subject("CN=Sluice Tests").setIsCertificateAuthority(true).ecp256().buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext client() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {AUTHORITY.toTrustManager()}, null);
            return context;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate for these names, with an ECDSA key. */
    static X509Bundle issue(String... names) {
        return issue(new CertificateBuilder().ecp256(), names);
    }

    /** A certificate for these names, otherwise as begun. */
    static X509Bundle issue(CertificateBuilder begun, String... names) {
        try {
            begun.subject("CN=" + names[0]);
            for (String name : names) {
                begun.addSanDnsName(name);
            }
            return begun.buildIssuedBy(AUTHORITY);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes the two files of a certificate. */
    static void write(X509Bundle bundle, Path certificate, Path key) throws IOException {
        Files.writeString(certificate, bundle.getCertificatePathPEM());
        Files.writeString(key, bundle.getPrivateKeyPEM());
    }

    /** What a listener's YAML says to have these certificates. */
    static String tls(X509Bundle... bundles) {
        StringBuilder list = new StringBuilder();
        try {
            for (X509Bundle bundle : bundles) {
                list.append(list.isEmpty() ? "" : ", ").append("{ cert: \"").append(bundle.toTempCertChainPem())
                        .append("\", key: \"").append(bundle.toTempPrivateKeyPem()).append("\" }");
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return "tls: { certificates: [" + list + "] }";
    }

    /** Speaks TLS over a connected socket from here on; the handshake is done. */
    static SSLSocket over(Socket raw) throws IOException {
        return over(raw, CLIENT, "localhost");
    }

    /** The same by another context, asking for a name. */
    static SSLSocket over(Socket raw, SSLContext context, String name) throws IOException {
        int port = ((InetSocketAddress) raw.getRemoteSocketAddress()).getPort();
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, name, port, true);
        socket.setSoTimeout((int) RawConnection.PATIENCE.toMillis());
        socket.startHandshake();
        return socket;
    }
}
