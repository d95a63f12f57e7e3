package io.sluice.config;

import static io.sluice.config.Key.list;
import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.time;
import static io.sluice.config.ValueType.whole;

import io.sluice.config.TlsConfig.CertificateConfig;
import io.sluice.config.TlsConfig.ClientAuth;
import io.sluice.config.TlsConfig.Profile;
import io.sluice.pem.Authorities;
import io.sluice.pem.Identity;
import io.sluice.pem.PemException;
import io.sluice.pem.StapledResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The keys about TLS to clients. <em>Immutable.</em> */
final class TlsKeys {
    /** A file that is read later. */
    static final ValueType FILE = ValueType.path("the path of a file");

    private TlsKeys() {}

    static List<Key> listener() {
        return List.of(
                section("listeners[].tls", "Clients speak TLS here. A request without it gets a 400 that says so."),
                list("listeners[].tls.certificates", "Which certificate a client gets goes by the name it asks for (SNI): the"
                                + " one for exactly that name, else for *. and what follows its first label, else the first"
                                + " of this list. Of two for one name, RSA and ECDSA, who can gets ECDSA. The files are read"
                                + " again when they change.")
                        .required(),
                section("listeners[].tls.certificates[]", "One certificate."),
                value("listeners[].tls.certificates[].cert", FILE, "The certificate in PEM form, and behind it in the same file"
                                + " those that lead to its authority.")
                        .unset("none; then acme is needed"),
                value("listeners[].tls.certificates[].key", FILE, "Its private key in PEM form, not encrypted: RSA from 2048"
                                + " bits, or ECDSA.")
                        .unset("none; then acme is needed"),
                value("listeners[].tls.certificates[].ocsp", FILE, "An OCSP response of its authority (DER), handed to clients that"
                                + " ask for one: it is stapled as it is, so whatever fetches it must renew it.")
                        .unset("none"),
                list("listeners[].tls.certificates[].acme", "In place of cert and key: the names of a certificate that is"
                                + " ordered, kept and renewed as the section acme says. Until it is there clients get one that"
                                + " nobody has signed.")
                        .unset("none"),
                value("listeners[].tls.certificates[].acme[]", AcmeKeys.NAME, "A name that clients ask for."),
                value("listeners[].tls.clientAuth",
                                choice(ordered("off", ClientAuth.OFF, "optional", ClientAuth.OPTIONAL, "required",
                                        ClientAuth.REQUIRED)), "Whether clients show a certificate of their own. required: who has none"
                                + " that clientCa issued gets no connection. optional: who shows none is let in. Backends are told"
                                + " the verified subject by X-Client-Cert-Subject; a request that brings such a header, on"
                                + " whatever listener, loses it.")
                        .byDefault("off"),
                value("listeners[].tls.clientCa", FILE, "With clientAuth, and only then: the certificates, in PEM form, of those"
                                + " whose certificates clients may show. Revocation is not looked up."),
                value(
                                "listeners[].tls.profile",
                                choice(ordered("modern", Profile.MODERN, "intermediate", Profile.INTERMEDIATE, "old", Profile.OLD)),
                                "Versions and ciphers, as Mozilla's recommendations of these names have them. modern: TLS 1.3."
                                        + " intermediate: TLS 1.2 with forward secrecy, too. old: TLS 1.0 and 1.1, too, which"
                                        + " nobody should need.")
                        .byDefault("intermediate"));
    }

    static Key timeout() {
        return value("timeouts.handshake", time(Duration.ofMillis(1)), "From a connection to the end of its TLS handshake; then it"
                        + " is closed.")
                .byDefault("10s");
    }

    static Key limit() {
        return value("limits.handshakes", whole(1, 1_000_000), "TLS handshakes in progress at once, each of which may take about"
                        + " 64 KiB; further connections are closed as they begin one.")
                .byDefault("4096");
    }

    /** Null where a listener speaks no TLS. */
    static TlsConfig of(Section listener) {
        if (!listener.has("tls")) {
            return null;
        }
        Section at = listener.section("tls");
        List<CertificateConfig> certificates = new ArrayList<>();
        for (Section each : at.items("certificates")) {
            certificates.add(new CertificateConfig(
                    each.get("cert", Path.class), each.get("key", Path.class), each.get("ocsp", Path.class),
                    each.list("acme", String.class)));
        }
        return new TlsConfig(List.copyOf(certificates), at.get("profile", Profile.class),
                at.get("clientAuth", ClientAuth.class), at.get("clientCa", Path.class));
    }

    /** Whether the files are what they should be. */
    static void check(Section listener, TlsConfig tls, List<Problem> problems, List<Problem> warnings) {
        if (tls == null) {
            return;
        }
        clients(listener, tls, problems);
        for (int i = 0; i < tls.certificates().size(); i++) {
            CertificateConfig files = tls.certificates().get(i);
            AcmeKeys.check(new Section(listener.values(), listener.at("tls.certificates[" + i + "]")), problems);
            if (files.cert() != null && files.key() != null) {
                check(listener.values(), listener.at("tls.certificates[" + i + "]"), files, problems, warnings);
            }
        }
    }

    private static void clients(Section listener, TlsConfig tls, List<Problem> problems) {
        Values values = listener.values();
        String at = listener.at("tls.clientCa");
        boolean asked = tls.clientAuth() != ClientAuth.OFF;
        if (asked && tls.clientCa() == null && values.sound(at)) {
            String auth = listener.at("tls.clientAuth");
            problems.add(values.placeOf(auth).problem(auth, "found clientAuth without clientCa; expected the file of those who issue"
                    + " the certificates of clients"));
        } else if (!asked && tls.clientCa() != null) {
            problems.add(values.placeOf(at).problem(at, "found clientCa without clientAuth; expected clientAuth: required or optional,"
                    + " or none of both"));
        } else if (tls.clientCa() != null) {
            try {
                Authorities.read(tls.clientCa());
            } catch (PemException e) {
                problems.add(values.placeOf(at).problem(at, e.getMessage()));
            }
        }
    }

    private static void staple(Values values, String at, Path ocsp, List<Problem> problems) {
        try {
            StapledResponse.read(ocsp);
        } catch (PemException e) {
            problems.add(values.placeOf(at).problem(at, e.getMessage()));
        }
    }

    private static void check(
            Values values, String at, CertificateConfig files, List<Problem> problems, List<Problem> warnings) {
        if (files.ocsp() != null) {
            staple(values, at + ".ocsp", files.ocsp(), problems);
        }
        try {
            Identity identity = Identity.read(files.cert(), files.key());
            Instant now = Instant.now();
            String doubt = !identity.expires().isAfter(now) ? "found a certificate for %s that has expired at %s; expected one that is"
                    .formatted(identity.name(), identity.expires()) + " still good"
                    : identity.begins().isAfter(now) ? "found a certificate for %s that is not good before %s; expected one that is"
                            .formatted(identity.name(), identity.begins()) + " good already"
                    : !identity.linked() ? "found certificates of which one was not issued by the next; expected a chain, as clients"
                            + " may not trust it otherwise" : null;
            if (doubt != null) {
                warnings.add(values.placeOf(at + ".cert").problem(at + ".cert", doubt));
            }
        } catch (PemException e) {
            String path = at + switch (e.file()) {
                case CERTIFICATES -> ".cert";
                case KEY -> ".key";
            };
            problems.add(values.placeOf(path).problem(path, e.getMessage()));
        }
    }
}
