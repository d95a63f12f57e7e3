package io.sluice.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where certificates are ordered that listeners want by name, and how (RFC 8555). <em>Immutable.</em>
 *
 * @param directory       where the authority says what it offers; https, outside of tests
 * @param contact         an e-mail address that the authority may write to; null = none
 * @param storage         the directory that keys and certificates are kept in
 * @param challenge       how control over a name is shown
 * @param renewBefore     so long before its end a certificate is ordered anew; zero = a third of its lifetime
 * @param keyType         of certificates
 * @param externalAccount what the authority gave beforehand; null = nothing
 * @param ca              whom the directory's own certificate must come from, in PEM; null = whom the system trusts
 */
public record AcmeConfig(
        URI directory,
        String contact,
        Path storage,
        Challenge challenge,
        Duration renewBefore,
        KeyType keyType,
        ExternalAccount externalAccount,
        Path ca) {

    /** How control over a name is shown. */
    public enum Challenge {
        /** A plain listener answers a request of the authority (RFC 8555 §8.3). The default. */
        HTTP_01,
        /** A handshake of the authority's gets a certificate made for it (RFC 8737). */
        TLS_ALPN_01
    }

    /** The kind of a certificate's key. */
    public enum KeyType {
        /** On the curve P-256. The default. */
        ECDSA,
        /** Of 2048 bits. */
        RSA
    }

    /**
     * An account that the authority knows already (RFC 8555 §7.3.4).
     *
     * @param keyId its name there
     * @param key   what proves that it is ours, in base64url
     */
    public record ExternalAccount(String keyId, Secret key) {}
}
