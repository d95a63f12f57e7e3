package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.flag;

import io.sluice.config.BackendTlsConfig.Identity;
import java.security.PrivateKey;
import java.util.List;

/** The keys about TLS to endpoints. <em>Immutable.</em> */
final class BackendTlsKeys {
    private static final String NAME = "tls";
    private static final String VERIFY = "verify";
    private static final String CLIENT_CERT = "clientCert";
    private static final String CLIENT_KEY = "clientKey";

    private BackendTlsKeys() {}

    static List<Key> all() {
        return List.of(
                section("services.*.tls", "Speaks TLS 1.2 or 1.3 to the endpoints: tls: {}, or just true, is enough where their"
                                + " certificates are signed by a public authority. Files are read at the start and by every"
                                + " reload. Health checks speak TLS, too.")
                        .orValue(flag())
                        .unset("false"),
                value("services.*.tls.ca", PemFile.CERTIFICATES.orWord("system", PemFile.NONE), "Who may have signed the"
                                + " endpoints' certificates; a self-signed certificate signs itself. system: whom the Java"
                                + " runtime trusts.")
                        .byDefault("system"),
                value("services.*.tls.verify", flag(), "Whether an endpoint's certificate must be signed by one of these, be in"
                                + " force, and name the endpoint. false: anybody on the way can answer in its place.")
                        .byDefault("true"),
                value("services.*.tls.clientCert", PemFile.CERTIFICATES.orWord("none", PemFile.NONE), "Our certificate, then"
                                + " those between it and an authority, for endpoints that ask for one.")
                        .byDefault("none"),
                value("services.*.tls.clientKey", PemFile.KEY.orWord("none", PemFile.NONE), "Its private key, without a"
                                + " passphrase. It may also stand in the file of clientCert.")
                        .byDefault("none"),
                value("services.*.tls.serverName", Addresses.HOST, "Whom certificates must name, and what endpoints are told by"
                                + " SNI (an IP address is never told).")
                        .unset("the endpoint's host, as it is written"));
    }

    /** What is written under a service; null if nothing is, or false. */
    static BackendTlsConfig of(Section service) {
        if (!service.has(NAME) || Boolean.FALSE.equals(service.values().value(service.at(NAME)))) {
            return null;
        }
        Section at = service.section(NAME);
        PemFile certificates = at.get(CLIENT_CERT, PemFile.class);
        PrivateKey key = key(at, certificates);
        return new BackendTlsConfig(
                at.get("ca", PemFile.class).certificates(),
                at.get(VERIFY, Boolean.class),
                certificates.certificates().isEmpty() ? null : new Identity(certificates.certificates(), key),
                at.get("serverName", String.class));
    }

    private static PrivateKey key(Section at, PemFile certificates) {
        PrivateKey own = at.get(CLIENT_KEY, PemFile.class).key();
        return own == null ? certificates.key() : own;
    }

    /** What no key can say alone; what can be used, but is hardly meant, goes to {@code warnings}. */
    static void check(Section service, BackendTlsConfig tls, List<Problem> problems, List<Problem> warnings) {
        Section at = service.section(NAME);
        if (tls == null || !at.values().sound(at.path())) {
            return;
        }
        Identity identity = tls.identity();
        if (identity == null && at.get(CLIENT_KEY, PemFile.class).key() != null) {
            problem(at, CLIENT_KEY, "found a key without clientCert; expected its certificate, too", problems);
        } else if (identity != null && identity.key() == null) {
            problem(at, CLIENT_CERT, "found a certificate without clientKey; expected its private key, in a file of its own or"
                    + " in this one", problems);
        } else if (identity != null && !PrivateKeys.fits(identity.key(), identity.chain().getFirst().getPublicKey())) {
            problem(at, at.has(CLIENT_KEY) ? CLIENT_KEY : CLIENT_CERT, "found a key that is not that of the first certificate in"
                    + " clientCert; expected the one that is", problems);
        }
        if (!tls.verify()) {
            problem(at, VERIFY, "found false: certificates are not looked at, so anybody on the way to the endpoints can read"
                    + " and answer in their place", warnings);
        }
    }

    private static void problem(Section at, String key, String what, List<Problem> problems) {
        problems.add(at.values().placeOf(at.at(key)).problem(at.at(key), what));
    }
}
