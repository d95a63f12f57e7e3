package io.sluice.config;

import java.nio.file.Path;
import java.util.List;

/**
 * How a listener speaks TLS. <em>Immutable.</em>
 *
 * @param certificates at least one; the first is for clients whose name none is for
 * @param profile      which versions and ciphers
 * @param clientAuth   whether clients show a certificate
 * @param clientCa     the certificates of those who issue it; null = none are asked for
 */
public record TlsConfig(List<CertificateConfig> certificates, Profile profile, ClientAuth clientAuth, Path clientCa) {

    /** Whether clients show a certificate. */
    public enum ClientAuth {
        /** They are not asked. The default. */
        OFF,
        /** They may; one that is not good ends the handshake. */
        OPTIONAL,
        /** They must. */
        REQUIRED
    }

    /** Which clients are taken (Mozilla's "Server Side TLS" by name). */
    public enum Profile {
        /** TLS 1.3 only. */
        MODERN,
        /** TLS 1.2 and 1.3, with forward secrecy and authenticated encryption. The default. */
        INTERMEDIATE,
        /** Everything since TLS 1.0, for very old clients. */
        OLD
    }

    /**
     * One certificate: its files, or the names that it is ordered for.
     *
     * @param cert the certificate, and those that lead to its authority; null where it is ordered
     * @param key  its private key; null where it is ordered
     * @param ocsp what its authority says of its revocation; null = nothing
     * @param acme the names, in lower case; empty where there are files
     */
    public record CertificateConfig(Path cert, Path key, Path ocsp, List<String> acme) {
        /** Whether it is ordered. */
        public boolean ordered() {
            return !acme.isEmpty();
        }
    }
}
