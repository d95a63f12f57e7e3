package io.sluice.tls;

import io.sluice.config.TlsConfig.Profile;
import java.util.ArrayList;
import java.util.List;

/**
 * Versions and cipher suites of a profile, as Mozilla's "Server Side TLS" 5.7 has them, in its order. What an engine doesn't
 * have is left out. <em>Immutable.</em>
 *
 * @param versions TLS versions
 * @param ciphers  names of IANA
 */
record Suites(List<String> versions, List<String> ciphers) {
    private static final List<String> MODERN = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256");
    private static final List<String> INTERMEDIATE = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    private static final List<String> OLD = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
            "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_RSA_WITH_AES_256_CBC_SHA256",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            "TLS_RSA_WITH_AES_256_CBC_SHA",
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA");

    static Suites of(Profile profile) {
        List<String> ciphers = new ArrayList<>(MODERN);
        return switch (profile) {
            case MODERN -> new Suites(List.of("TLSv1.3"), List.copyOf(ciphers));
            case INTERMEDIATE -> {
                ciphers.addAll(INTERMEDIATE);
                yield new Suites(List.of("TLSv1.2", "TLSv1.3"), List.copyOf(ciphers));
            }
            case OLD -> {
                ciphers.addAll(INTERMEDIATE);
                ciphers.addAll(OLD);
                yield new Suites(List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"), List.copyOf(ciphers));
            }
        };
    }
}
