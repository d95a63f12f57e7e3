package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.text;

import io.sluice.config.AcmeConfig.Challenge;
import io.sluice.config.AcmeConfig.ExternalAccount;
import io.sluice.config.AcmeConfig.KeyType;
import io.sluice.pem.Authorities;
import io.sluice.pem.PemException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The keys about certificates that are ordered. <em>Immutable.</em> */
final class AcmeKeys {
    private static final Pattern DAYS = Pattern.compile("([0-9]{1,4})([dh])");
    private static final Pattern LOOSE_DAYS = Pattern.compile("([0-9]{1,4})\\s*(?:days?|D)?");
    private static final Duration RENEWAL_MIN = Duration.ofHours(1);
    private static final Duration RENEWAL_MAX = Duration.ofDays(365);
    /** A shorter one would not do for HS256 (RFC 7518 §3.2). */
    private static final int KEY_BYTES_MIN = 32;
    private static final int NAMES_MAX = 100;
    private static final Pattern HOST =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final String EXTERNAL_KEY = "acme.externalAccount.key";

    /** What a certificate can be ordered for. */
    static final ValueType NAME = ValueType.of("a host name such as www.example.com", AcmeKeys::name);

    private AcmeKeys() {}

    static List<Key> all() {
        return List.of(
                section("acme", "Certificates that are ordered from an authority by ACME (RFC 8555), kept, and renewed, for"
                                + " listeners that name what they want: tls.certificates with acme.")
                        .unset("none"),
                value("acme.directory", ValueType.of("the URL of an ACME directory, https", AcmeKeys::directory), "The"
                                + " authority. While you try things out, take its staging directory: the real one limits how"
                                + " often one may fail.")
                        .byDefault("https://acme-v02.api.letsencrypt.org/directory"),
                value("acme.acceptTerms", accepted(), "That you have read the authority's terms of service, and agree to"
                                + " them.")
                        .required(),
                value("acme.contact", text("an e-mail address such as admin@example.com",
                                "[A-Za-z0-9!#$%&'*+/=^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63}){1,8}"),
                                "Whom the authority may write to.")
                        .unset("nobody"),
                value("acme.storage", ValueType.path("the path of a directory"), "Where the account's key,"
                                + " certificates and their keys are kept; made if it isn't there. It must outlive the process:"
                                + " what is in it is not ordered again. Several proxies may share it.")
                        .required(),
                value("acme.challenge", choice(ordered("http-01", Challenge.HTTP_01, "tls-alpn-01", Challenge.TLS_ALPN_01)),
                                "How the authority sees that a name is yours. http-01: it asks port 80 of the name, which must"
                                        + " lead to a plain listener. tls-alpn-01: it asks port 443, which must lead to the"
                                        + " listener with this certificate.")
                        .byDefault("http-01"),
                value("acme.renewBefore", days().orWord("auto", Duration.ZERO), "So long before its end a certificate is"
                                + " ordered anew, or a tenth of that later; never before half its lifetime is over. auto: a"
                                + " third of its lifetime.")
                        .byDefault("auto"),
                value("acme.keyType", choice(ordered("ecdsa", KeyType.ECDSA, "rsa", KeyType.RSA)), "The key of each"
                                + " certificate, a new one for every order. ecdsa: P-256. rsa: 2048 bits, for old clients.")
                        .byDefault("ecdsa"),
                section("acme.externalAccount", "An account that the authority gave you beforehand, where it asks for one.")
                        .unset("none"),
                value("acme.externalAccount.keyId", text("printable ASCII without spaces", "[!-~]{1,1024}"), "What it calls"
                                + " the account.")
                        .required(),
                value(EXTERNAL_KEY, ValueType.of("a key of at least 32 bytes in base64url", AcmeKeys::key), "The key that"
                                + " belongs to it; better from the environment: ${ACME_KEY}.")
                        .required(),
                value("acme.ca", ValueType.path("the path of a file"), "Certificates in PEM, one of which must"
                                + " have signed that of the directory itself; for an authority of your own.")
                        .unset("those that Java trusts"));
    }

    private static ValueType accepted() {
        return new ValueType(
                "true, once you have read the terms of service and agree to them",
                text -> {
                    if (!text.equals("true")) {
                        throw new Mismatch();
                    }
                    return true;
                },
                ordered("const", true));
    }

    private static Object directory(String text) {
        try {
            URI uri = new URI(text);
            boolean https = uri.getScheme() != null && uri.getScheme().toLowerCase(Locale.ROOT).equals("https");
            if (!https || uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65535
                    || uri.getUserInfo() != null || uri.getRawFragment() != null) {
                throw new Mismatch(text.startsWith("http://") ? "an authority is asked by https only" : "");
            }
            return uri;
        } catch (URISyntaxException _) {
            throw new Mismatch();
        }
    }

    private static Object name(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        if (name.startsWith("*.")) {
            throw new Mismatch("a wildcard needs a challenge by DNS, which is not offered; order it elsewhere, and give cert and"
                    + " key");
        }
        if (Addresses.literal(text).isPresent()) {
            throw new Mismatch("certificates are ordered for names, not for addresses");
        }
        if (name.length() > 253 || !HOST.matcher(name).matches()) {
            throw new Mismatch();
        }
        return name;
    }

    private static ValueType days() {
        return new ValueType(
                "a time such as 30d or 48h, from 1h to 365d",
                text -> {
                    Matcher days = DAYS.matcher(text);
                    if (!days.matches()) {
                        Matcher loose = LOOSE_DAYS.matcher(text);
                        throw new Mismatch(loose.matches() ? Words.didYouMean(loose.group(1) + "d") : "");
                    }
                    long count = Long.parseLong(days.group(1));
                    Duration time = days.group(2).equals("d") ? Duration.ofDays(count) : Duration.ofHours(count);
                    if (time.compareTo(RENEWAL_MIN) < 0 || time.compareTo(RENEWAL_MAX) > 0) {
                        throw new Mismatch();
                    }
                    return time;
                },
                ordered("type", "string", "pattern", "^[0-9]{1,4}[dh]$"));
    }

    private static Object key(String text) {
        try {
            if (Base64.getUrlDecoder().decode(text).length < KEY_BYTES_MIN) {
                throw new Mismatch();
            }
            return new Secret(text);
        } catch (IllegalArgumentException _) {
            throw new Mismatch();
        }
    }

    /** What is written; null if nothing is. */
    static AcmeConfig of(Section top) {
        if (!top.has("acme")) {
            return null;
        }
        Section at = top.section("acme");
        Section external = at.section("externalAccount");
        return new AcmeConfig(
                at.get("directory", URI.class),
                at.get("contact", String.class),
                at.get("storage", Path.class),
                at.get("challenge", Challenge.class),
                at.get("renewBefore", Duration.class),
                at.get("keyType", KeyType.class),
                at.has("externalAccount")
                        ? new ExternalAccount(external.get("keyId", String.class), external.get("key", Secret.class))
                        : null,
                at.get("ca", Path.class));
    }

    /** One certificate has either both files, or names, each once. */
    static void check(Section certificate, List<Problem> problems) {
        if (!certificate.values().sound(certificate.path())) {
            return;
        }
        List<String> files = Stream.of("cert", "key").filter(certificate::has).toList();
        boolean ordered = certificate.has("acme");
        List<String> beside = Stream.of("cert", "key", "ocsp").filter(certificate::has).toList();
        if (ordered && !beside.isEmpty()) {
            problem(certificate, "", "found acme and " + String.join(" and ", beside)
                    + "; expected either acme, or cert and key", problems);
        } else if (!ordered && files.size() < 2) {
            problem(certificate, "", files.isEmpty() ? "found neither files nor names; expected cert and key, or acme"
                    : "found " + files.getFirst() + " alone; expected cert and key, or acme", problems);
        }
        List<String> names = certificate.list("acme", String.class);
        if (ordered && names.isEmpty() || names.size() > NAMES_MAX) {
            problem(certificate, "acme", "found %d names; expected 1 to %d".formatted(names.size(), NAMES_MAX), problems);
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            if (!seen.add(names.get(i))) {
                problem(certificate, "acme[" + i + "]", "found %s a second time; expected each name once"
                        .formatted(names.get(i)), problems);
            }
        }
    }

    /** Who wants certificates says where from; and where they are proven by plain HTTP, that is spoken somewhere. */
    static void check(SluiceConfig config, Values values, List<Problem> problems, List<Problem> warnings) {
        Section top = new Section(values, "");
        boolean wanted = false;
        for (Section listener : top.items("listeners")) {
            for (Section certificate : listener.items("tls.certificates")) {
                wanted |= certificate.has("acme");
                if (certificate.has("acme") && config.acme() == null) {
                    problem(certificate, "acme", "found names to order a certificate for, without the section acme; expected it,"
                            + " such as acme: { acceptTerms: true, storage: /var/lib/sluice/acme }", problems);
                }
            }
        }
        if (config.acme() == null || !values.sound("acme") || !values.sound("listeners")) {
            return;
        }
        if (config.acme().ca() != null) {
            try {
                Authorities.read(config.acme().ca());
            } catch (PemException e) {
                problem(top, "acme.ca", e.getMessage(), problems);
            }
        }
        boolean plain = config.listeners().stream()
                .anyMatch(it -> it.protocol() == ListenerConfig.Protocol.HTTP && it.tls() == null);
        if (!wanted) {
            problem(top, "acme", "found the section acme, but no listener's tls.certificates with acme: nothing is ordered", warnings);
        } else if (config.acme().challenge() == Challenge.HTTP_01 && !plain) {
            problem(top, "acme.challenge", "found http-01 without a listener for plain HTTP; expected one that port 80 of the"
                    + " names leads to, or challenge: tls-alpn-01", problems);
        }
    }

    private static void problem(Section at, String name, String what, List<Problem> problems) {
        String path = name.isEmpty() ? at.path() : at.at(name);
        problems.add(at.values().placeOf(path).problem(path, what));
    }

    /** Whether a key's values are never shown. */
    static boolean secret(Key key) {
        return key.path().equals(EXTERNAL_KEY);
    }
}
