package io.sluice.scenario;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What a client of the JDK's sees in one handshake. <em>Immutable.</em>
 *
 * @param certificate the server's own
 * @param protocol    agreed by ALPN; empty = none
 */
record Handshake(X509Certificate certificate, String protocol) {
    private static final int TIMEOUT_MILLIS = 5000;

    /** Makes one with whoever is there, whatever it shows. */
    static Handshake any(InetSocketAddress address, String name, String... protocols) throws Exception {
        TrustManager everybody = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        return with(new TrustManager[] {everybody}, null, address, name, protocols);
    }

    /** Makes one that fails unless the certificate is for the name, and from this root. */
    static Handshake trusting(String rootPem, InetSocketAddress address, String name) throws Exception {
        return with(trust(rootPem), "HTTPS", address, name);
    }

    /** Whom one trusts who trusts this root. */
    static TrustManager[] trust(String rootPem) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        Certificate root = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(rootPem.getBytes(StandardCharsets.US_ASCII)));
        store.setCertificateEntry("root", root);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static Handshake with(
            TrustManager[] trust, String check, InetSocketAddress address, String name, String... protocols) throws Exception {
        try (SSLSocket tls = open(trust, check, address, name, protocols)) {
            return new Handshake((X509Certificate) tls.getSession().getPeerCertificates()[0], tls.getApplicationProtocol());
        }
    }

    /** A connection that is encrypted, to a server whose certificate is from this root and for this name. */
    static SSLSocket open(String rootPem, InetSocketAddress address, String name) throws Exception {
        return open(trust(rootPem), "HTTPS", address, name);
    }

    private static SSLSocket open(
            TrustManager[] trust, String check, InetSocketAddress address, String name, String... protocols) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust, null);
        Socket socket = new Socket();
        try {
            socket.connect(address, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, name, address.getPort(), true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            parameters.setEndpointIdentificationAlgorithm(check);
            parameters.setApplicationProtocols(protocols);
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return tls;
        } catch (Exception failed) {
            socket.close();
            throw failed;
        }
    }
}
