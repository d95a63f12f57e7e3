package io.sluice.scenario;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

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
                // The builder takes no wildcards for alternative names; then the subject is all there is.
                if (name.matches("[a-z.]+")) {
                    begun.addSanDnsName(name);
                }
            }
            return begun.buildIssuedBy(AUTHORITY);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The file of the authority's own certificate. */
    static Path file() throws IOException {
        return AUTHORITY.toTempRootCertPem().toPath();
    }

    /** A client that shows this certificate; null = none. */
    static SSLContext showing(X509Bundle bundle) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(bundle == null ? null : bundle.toKeyManagerFactory().getKeyManagers(),
                new TrustManager[] {AUTHORITY.toTrustManager()}, null);
        return context;
    }

    /** A client that shows this certificate whoever the server trusts. */
    static SSLContext insistingOn(X509Bundle bundle) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new Insisting(bundle)}, new TrustManager[] {AUTHORITY.toTrustManager()}, null);
        return context;
    }

    /** A client that trusts everybody, whatever its certificate was signed with. */
    static SSLContext trusting() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        return context;
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

    /** Speaks TLS over a connected socket from here on, and in it one of these protocols, if there are any; the handshake is done. */
    static SSLSocket over(Socket raw, String... protocols) throws IOException {
        return over(raw, CLIENT, "localhost", protocols);
    }

    /** The same by another context, asking for a name. */
    static SSLSocket over(Socket raw, SSLContext context, String name, String... protocols) throws IOException {
        int port = ((InetSocketAddress) raw.getRemoteSocketAddress()).getPort();
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, name, port, true);
        socket.setSoTimeout((int) RawConnection.PATIENCE.toMillis());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** A client of HTTP/2 over TLS: the handshake is done, and has agreed on it. */
    static FrameClient http2Over(Socket raw, SSLContext context, String name) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, name, raw.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout((int) RawConnection.PATIENCE.toMillis());
        socket.startHandshake();
        return new FrameClient(new RawConnection(socket, raw));
    }

    /** Shows one certificate, always. <em>Immutable.</em> */
    private static final class Insisting extends X509ExtendedKeyManager {
        private final X509Bundle bundle;

        private Insisting(X509Bundle bundle) {
            this.bundle = bundle;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"it"};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "it";
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return bundle.getCertificatePath();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return bundle.getKeyPair().getPrivate();
        }
    }

    /** Trusts everybody. <em>Immutable.</em> */
    private static final class Trusting extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // Nobody asks.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // Whoever it is.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Nobody asks.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Whoever it is.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Nobody asks.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Whoever it is.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
