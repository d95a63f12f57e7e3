package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.flag;

import io.sluice.pem.Authorities;
import io.sluice.pem.Identity;
import io.sluice.pem.PemException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** The keys about TLS to endpoints. <em>Immutable.</em> */
final class BackendTlsKeys {
    private static final Path NO_FILE = Path.of("");
    private static final String NAME = "tls";
    private static final String CA = "ca";
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
                value("services.*.tls.ca", TlsKeys.FILE.orWord("system", NO_FILE), "A PEM file of those who may have signed the"
                                + " endpoints' certificates; a self-signed certificate signs itself. system: whom the Java"
                                + " runtime trusts.")
                        .byDefault("system"),
                value("services.*.tls.verify", flag(), "Whether an endpoint's certificate must be signed by one of these, be in"
                                + " force, and name the endpoint. false: anybody on the way can answer in its place.")
                        .byDefault("true"),
                value("services.*.tls.clientCert", TlsKeys.FILE.orWord("none", NO_FILE), "Our certificate in PEM form, then"
                                + " those between it and an authority, for endpoints that ask for one.")
                        .byDefault("none"),
                value("services.*.tls.clientKey", TlsKeys.FILE.orWord("none", NO_FILE), "Its private key, without a"
                                + " passphrase. It may also stand in the file of clientCert.")
                        .byDefault("none"),
                value("services.*.tls.serverName", Addresses.HOST, "Whom certificates must name, and what endpoints are told by"
                                + " SNI (an IP address is never told).")
                        .unset("the endpoint's host, as it is written"));
    }

    /** What is written under a service; null if nothing is, or false. Files that can't be read are left to {@link #check}. */
    static BackendTlsConfig of(Section service) {
        if (!wanted(service)) {
            return null;
        }
        Section at = service.section(NAME);
        try {
            return new BackendTlsConfig(
                    authorities(at), at.get(VERIFY, Boolean.class), identity(at), at.get("serverName", String.class));
        } catch (PemException _) {
            return null;
        }
    }

    /** Whether a service is to have TLS, be it written rightly or not. */
    static boolean wanted(Section service) {
        return service.has(NAME) && !Boolean.FALSE.equals(service.values().value(service.at(NAME)));
    }

    private static List<X509Certificate> authorities(Section at) throws PemException {
        Path file = at.get(CA, Path.class);
        return file.equals(NO_FILE) ? List.of() : Authorities.read(file);
    }

    private static Identity identity(Section at) throws PemException {
        Path certificates = at.get(CLIENT_CERT, Path.class);
        Path key = at.get(CLIENT_KEY, Path.class);
        return certificates.equals(NO_FILE) ? null : Identity.read(certificates, key.equals(NO_FILE) ? certificates : key);
    }

    /** What no key can say alone; what can be used, but is hardly meant, goes to {@code warnings}. */
    static void check(Section service, List<Problem> problems, List<Problem> warnings) {
        Section at = service.section(NAME);
        if (!service.has(NAME) || service.values().value(at.path()) != null || !at.values().sound(at.path())) {
            return;
        }
        try {
            authorities(at);
        } catch (PemException e) {
            problem(at, CA, e.getMessage(), problems);
        }
        boolean alone = at.get(CLIENT_CERT, Path.class).equals(NO_FILE) && !at.get(CLIENT_KEY, Path.class).equals(NO_FILE);
        if (alone) {
            problem(at, CLIENT_KEY, "found a key without clientCert; expected its certificate, too", problems);
        }
        try {
            identity(at);
        } catch (PemException e) {
            boolean together = e.file() == PemException.File.KEY && !at.has(CLIENT_KEY);
            problem(at, e.file() == PemException.File.CERTIFICATES || together ? CLIENT_CERT : CLIENT_KEY,
                    e.getMessage() + (together ? ", there or in a file that clientKey names" : ""), problems);
        }
        if (!at.get(VERIFY, Boolean.class)) {
            problem(at, VERIFY, "found false: certificates are not looked at, so anybody on the way to the endpoints can read"
                    + " and answer in their place", warnings);
        }
    }

    private static void problem(Section at, String key, String what, List<Problem> problems) {
        problems.add(at.values().placeOf(at.at(key)).problem(at.at(key), what));
    }
}
