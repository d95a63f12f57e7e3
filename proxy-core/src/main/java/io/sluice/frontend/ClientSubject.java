package io.sluice.frontend;

import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;

/** Who a client is, by its verified certificate. <em>Immutable.</em> */
final class ClientSubject {
    private static final int LENGTH_MAX = 1024;

    private ClientSubject() {}

    /**
     * The subject of the certificate that a client showed, as RFC 4514 writes it, in printable ASCII; null = it showed none.
     *
     * @throws SSLPeerUnverifiedException if it has none that one could tell a backend
     */
    static String of(SSLSession session) throws SSLPeerUnverifiedException {
        Certificate[] chain;
        try {
            chain = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException _) {
            return null;
        }
        String subject = chain.length > 0 && chain[0] instanceof X509Certificate certificate
                ? printable(certificate.getSubjectX500Principal()) : "";
        if (subject.isEmpty() || subject.length() > LENGTH_MAX) {
            throw new SSLPeerUnverifiedException("a subject of " + subject.length() + " characters");
        }
        return subject;
    }

    /** Octets other than printable ASCII become a backslash and two digits (RFC 4514 §2.4), so no value ends a line. */
    private static String printable(X500Principal subject) {
        StringBuilder text = new StringBuilder();
        for (byte octet : subject.getName(X500Principal.RFC2253).getBytes(StandardCharsets.UTF_8)) {
            if (octet >= ' ' && octet <= '~') {
                text.append((char) octet);
            } else {
                text.append(String.format(Locale.ROOT, "\\%02X", octet));
            }
        }
        return text.toString().strip();
    }

    /** Whether a handshake failed for what the client showed, or didn't. */
    static boolean atFault(Throwable why) {
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof CertificateException
                    || message.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
                    || message.contains("Empty client certificate chain")) {
                return true;
            }
        }
        return false;
    }
}
