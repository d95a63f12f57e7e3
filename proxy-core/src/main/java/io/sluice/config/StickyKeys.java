package io.sluice.config;

import static io.sluice.config.Key.list;
import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.text;
import static io.sluice.config.ValueType.time;

import io.sluice.config.StickyConfig.SameSite;
import io.sluice.config.StickyConfig.Secure;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The keys about cookies that keep a client at its endpoint. <em>Immutable.</em> */
final class StickyKeys {
    private static final Pattern SECRETS = Pattern.compile("[!-~]{16,256}");
    private static final int SECRETS_MAX = 4;
    private static final String NAME = "sticky";
    private static final String SECRETS_KEY = "secrets";
    private static final ValueType SECRET =
            ValueType.of("16 to 256 printable ASCII characters without spaces", StickyKeys::secret);
    private static final String COOKIE = "cookie";
    private static final String SECURE = "secure";

    private StickyKeys() {}

    static List<Key> all() {
        return List.of(
                section("services.*.sticky", "Sends a client's further requests to the endpoint that had its first, by a cookie"
                                + " that the proxy sets; as long as that endpoint is well, also while it is drained. Without"
                                + " this section there is no such cookie.")
                        .unset("none"),
                value("services.*.sticky.cookie", HttpTypes.COOKIE, "The cookie's name. No other cookie of the site may have"
                                + " it.")
                        .unset("sluice_ and the service's name"),
                list("services.*.sticky.secrets", "What signs the cookie, so that nobody can make one: a secret, or a list of"
                                + " 1 to 4, of which the first signs and all are believed. To replace one, add the new one as the"
                                + " second everywhere, then make it the first, then take the old one away.")
                        .orValue(SECRET)
                        .required(),
                value("services.*.sticky.secrets[]", SECRET, "One secret; better from the environment: ${STICKY_SECRET}."),
                value("services.*.sticky.maxAge", time(Duration.ofSeconds(1)).orWord("off", Duration.ZERO), "How long the"
                                + " client keeps the cookie, from when it was set. off: until the browser is closed.")
                        .byDefault("off"),
                value("services.*.sticky.path", text("a path such as / or /app, of at most 256 characters, without ;",
                                "/[!-:<-~]{0,255}"), "Below which path the client sends it.")
                        .byDefault("/"),
                value("services.*.sticky.sameSite", choice(ordered(
                                "Strict", SameSite.STRICT, "Lax", SameSite.LAX, "None", SameSite.NONE)), "Whether the client"
                                + " sends it with requests that other sites cause. None needs secure: true.")
                        .byDefault("Lax"),
                value("services.*.sticky.secure", choice(ordered(
                                "auto", Secure.AUTO, "true", Secure.ALWAYS, "false", Secure.NEVER)), "Whether the client sends"
                                + " it over encrypted connections only. auto: if its request came by one, as"
                                + " X-Forwarded-Proto from one of trustedProxies says.")
                        .byDefault("auto"));
    }

    private static Object secret(String text) {
        if (!SECRETS.matcher(text).matches()) {
            throw new Mismatch();
        }
        return new Secret(text);
    }

    /** Whether a key's values are never shown. */
    static boolean secret(Key key) {
        return key.path().startsWith("services.*.sticky.secrets");
    }

    /** What is written under a service; null if nothing is. */
    static StickyConfig of(Section service, String serviceName) {
        if (!service.has(NAME)) {
            return null;
        }
        Section at = service.section(NAME);
        Object single = at.values().value(at.at(SECRETS_KEY));
        String cookie = at.get(COOKIE, String.class);
        return new StickyConfig(
                cookie == null ? "sluice_" + serviceName : cookie,
                single == null ? at.list(SECRETS_KEY, Secret.class) : List.of((Secret) single),
                at.get("maxAge", Duration.class),
                at.get("path", String.class),
                at.get("sameSite", SameSite.class),
                at.get(SECURE, Secure.class));
    }

    /**
     * What no key can say alone.
     *
     * @param raw whether connections without requests go to the service
     */
    static void check(Section service, StickyConfig sticky, boolean raw, List<Problem> problems) {
        Section at = service.section(NAME);
        if (sticky == null || !at.values().sound(at.path())) {
            return;
        }
        if (raw) {
            problem(at, at.path(), "found sticky for a service that a listener for tcp passes connections to; expected none, as"
                    + " only requests have cookies", problems);
        }
        if (sticky.secrets().size() > SECRETS_MAX) {
            problem(at, at.at(SECRETS_KEY), "found %d secrets; expected 1 to %d".formatted(sticky.secrets().size(), SECRETS_MAX),
                    problems);
        }
        if (sticky.secure() == Secure.ALWAYS) {
            return;
        }
        String name = sticky.cookie().toLowerCase(Locale.ROOT);
        if (sticky.sameSite() == SameSite.NONE) {
            problem(at, at.at("sameSite"), "found None without secure: true; expected that, as browsers refuse such a cookie else",
                    problems);
        } else if (name.startsWith("__host-") || name.startsWith("__secure-")) {
            problem(at, at.at(COOKIE), "found %s without secure: true; expected that, as browsers refuse such a cookie else"
                    .formatted(Words.quoted(sticky.cookie())), problems);
        }
    }

    private static void problem(Section at, String path, String what, List<Problem> problems) {
        problems.add(at.values().placeOf(path).problem(path, what));
    }
}
