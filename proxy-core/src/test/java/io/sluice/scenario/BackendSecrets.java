package io.sluice.scenario;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Who a backend with TLS is, and on which terms it speaks. <em>Immutable.</em>
 *
 * @param context its certificate and whom it trusts; null = no TLS
 * @param terms   done to each socket before its handshake
 */
record BackendSecrets(SSLContext context, Consumer<SSLSocket> terms) {
    /** A backend without any. */
    static final BackendSecrets NONE = new BackendSecrets(null, _ -> {});

    /** Who signs certificates here. */
    static final X509Bundle AUTHORITY = authority("CN=authority");

    /** Somebody else, whom nobody knows. */
    static final X509Bundle STRANGER = authority("CN=stranger");

    /** Ready to be used again and again: for 127.0.0.1, signed by {@link #AUTHORITY}. */
    static final BackendSecrets GOOD = ready();

    /** What a service's YAML says of them. */
    static final String YAML = yaml();

    private static BackendSecrets ready() {
        try {
            return good();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String yaml() {
        try {
            return "tls: { ca: \"" + AUTHORITY.toTempRootCertPem() + "\" }";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static X509Bundle authority(String name) {
        try {
            return new CertificateBuilder().ecp256().subject(name).setIsCertificateAuthority(true).buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A certificate for 127.0.0.1 and app.test, unless this says otherwise. */
    static BackendSecrets signedBy(X509Bundle authority, UnaryOperator<CertificateBuilder> edit) throws Exception {
        CertificateBuilder certificate = new CertificateBuilder().ecp256().subject("CN=backend");
        return of(edit.apply(certificate).buildIssuedBy(authority));
    }

    /** A certificate for 127.0.0.1 and app.test, signed by {@link #AUTHORITY}. */
    static BackendSecrets good() throws Exception {
        return signedBy(AUTHORITY, it -> it.addSanIpAddress("127.0.0.1").addSanDnsName("app.test"));
    }

    /** The same, but its time is over. */
    static BackendSecrets expired() throws Exception {
        Instant now = Instant.now();
        return signedBy(AUTHORITY, it -> it.addSanIpAddress("127.0.0.1")
                .notBefore(now.minusSeconds(7200)).notAfter(now.minusSeconds(3600)));
    }

    private static BackendSecrets of(X509Bundle identity) throws Exception {
        KeyManagerFactory keys = identity.toKeyManagerFactory();
        TrustManagerFactory trusted = AUTHORITY.toTrustManagerFactory();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return new BackendSecrets(context, _ -> {});
    }

    /** The same on further terms. */
    BackendSecrets with(Consumer<SSLSocket> further) {
        return new BackendSecrets(context, terms.andThen(further));
    }

    /** The backend's end of an accepted socket. */
    RawConnection over(Socket socket) throws IOException {
        if (context == null) {
            return new RawConnection(socket);
        }
        SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
        secure.setUseClientMode(false);
        terms.accept(secure);
        return new RawConnection(secure, socket);
    }

    /** Writes the certificate of {@link #AUTHORITY} to a file; returns its path. */
    static Path authorityFile(Path folder) throws IOException {
        return Files.writeString(folder.resolve("authority.crt"), AUTHORITY.getCertificatePEM());
    }

    /** Writes a client certificate and its key to one file; returns its path. */
    static Path clientFile(Path folder, X509Bundle authority) throws Exception {
        X509Bundle client = new CertificateBuilder().ecp256().subject("CN=sluice").addExtendedKeyUsageClientAuth()
                .buildIssuedBy(authority);
        return Files.writeString(folder.resolve("client.pem"), client.getCertificatePEM() + client.getPrivateKeyPEM());
    }

    /** Ends the handshake, where there is TLS; the first byte read or sent would, too. */
    static void shakeHands(RawConnection connection) throws IOException {
        if (connection.socket() instanceof SSLSocket secure) {
            try {
                secure.startHandshake();
            } catch (IOException e) {
                // Somebody may wait to hear that the connection has met its end: it does so by reading.
                connection.awaitEnd();
                throw e;
            }
        }
    }

    /** What was agreed on in the handshake. */
    static SSLSession session(RawConnection connection) {
        return ((SSLSocket) connection.socket()).getSession();
    }

    /** The SNI of the handshake; empty if there was none. */
    static String serverName(RawConnection connection) {
        return ((ExtendedSSLSession) session(connection)).getRequestedServerNames().stream()
                .map(name -> new String(name.getEncoded(), StandardCharsets.US_ASCII))
                .collect(Collectors.joining());
    }

    /** What was agreed on by ALPN; empty if nothing was. */
    static String protocol(RawConnection connection) {
        return ((SSLSocket) connection.socket()).getApplicationProtocol();
    }

    /** Who the proxy said it is. */
    static String clientName(RawConnection connection) throws IOException {
        return ((X509Certificate) session(connection).getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }
}
