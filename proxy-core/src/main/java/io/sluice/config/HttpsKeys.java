package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.flag;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.whole;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys that lead clients to TLS and keep them there. <em>Immutable.</em> */
final class HttpsKeys {
    private static final String REDIRECT = "redirectToHttps";
    private static final String HSTS = "hsts";
    private static final Pattern AGE = Pattern.compile("([0-9]{1,10})(s|m|h|d)");
    private static final Duration AGE_MAX = Duration.ofDays(3650);
    /** What the lists of browsers want to see (hstspreload.org). */
    private static final Duration PRELOAD_AGE = Duration.ofDays(365);
    private static final ValueType AGES = ValueType.of("a time such as 1h, 30d or 365d, from 0s to 3650d", HttpsKeys::age);

    private HttpsKeys() {}

    private static Object age(String text) {
        Matcher age = AGE.matcher(text);
        if (!age.matches()) {
            throw new Mismatch(text.matches("[0-9]{1,10}") ? Words.didYouMean(text + "s") : "");
        }
        long count = Long.parseLong(age.group(1));
        Duration duration = switch (age.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
        if (duration.compareTo(AGE_MAX) > 0) {
            throw new Mismatch();
        }
        return duration;
    }

    static List<Key> listener() {
        String at = "listeners[]." + REDIRECT;
        return List.of(
                section(at, "Sends clients to https:// and the same host and target; or just redirectToHttps: true. Not what goes"
                                + " to /.well-known/acme-challenge/, what came over TLS, and what one of trustedProxies says came"
                                + " over TLS (X-Forwarded-Proto).")
                        .orValue(flag())
                        .unset("routes answer"),
                value(at + ".status", choice(ordered("301", 301, "302", 302, "307", 307, "308", 308)), "307 and 308 keep the"
                                + " method; 301 and 308 are remembered by browsers.")
                        .byDefault("308"),
                value(at + ".port", whole(1, 65535), "Where TLS is spoken, as clients see it.").byDefault("443"),
                section("listeners[]." + HSTS, "Strict-Transport-Security for responses over TLS, in place of a backend's own:"
                                + " browsers come by TLS only from then on. Without this section a backend's is passed on."),
                maxAge("listeners[].hsts"),
                subDomains("listeners[].hsts"),
                preload("listeners[].hsts"));
    }

    static List<Key> route() {
        return List.of(
                section("routes[]." + HSTS, "Strict-Transport-Security for this route's responses over TLS, in place of the"
                                + " listener's.")
                        .unset("as listeners[].hsts"),
                maxAge("routes[].hsts"),
                subDomains("routes[].hsts"),
                preload("routes[].hsts"));
    }

    private static Key maxAge(String at) {
        return value(at + ".maxAge", AGES, "How long browsers remember it; 0s makes them forget it.").byDefault("365d");
    }

    private static Key subDomains(String at) {
        return value(at + ".includeSubDomains", flag(), "Whether it holds for all names below the host, too.").byDefault("false");
    }

    private static Key preload(String at) {
        return value(at + ".preload", flag(), "Whether browsers may ship it, so that it holds before the first visit; needs"
                        + " includeSubDomains and a maxAge of at least 365d. Hard to take back.")
                .byDefault("false");
    }

    /** Null = no redirect. */
    static HttpsRedirectConfig redirect(Section listener) {
        boolean on = listener.has(REDIRECT) && !Boolean.FALSE.equals(listener.values().value(listener.at(REDIRECT)));
        return on ? listener.section(REDIRECT).bind(HttpsRedirectConfig.class, null) : null;
    }

    /** Null = none is said here. */
    static HstsConfig hsts(Section at) {
        return at.has(HSTS) ? at.section(HSTS).bind(HstsConfig.class, null) : null;
    }

    /**
     * Judges those of a listener.
     *
     * @param problems gets a key, and what is wrong about it
     * @param warnings likewise, with what is probably not meant
     */
    static void check(
            Section at, ListenerConfig listener, BiConsumer<String, String> problems, BiConsumer<String, String> warnings) {
        boolean tls = at.has("tls");
        for (String key : List.of(REDIRECT, HSTS)) {
            if (listener.protocol() == ListenerConfig.Protocol.TCP && at.has(key)) {
                problems.accept(at.at(key), "found " + key + " for protocol tcp; expected none, as nothing is known of HTTP there");
                return;
            }
        }
        if (tls && listener.redirectToHttps() != null) {
            problems.accept(at.at(REDIRECT), "found redirectToHttps beside tls; expected it at a listener without, as all who come"
                    + " here have come by TLS");
        } else if (!tls && listener.hsts() != null) {
            warnings.accept(at.at(HSTS), "found hsts at a listener without tls, where it is never said");
        }
        check(at, listener.hsts(), problems);
    }

    /**
     * Judges those of a listener or a route.
     *
     * @param problems gets a key, and what is wrong about it
     */
    static void check(Section at, HstsConfig hsts, BiConsumer<String, String> problems) {
        if (hsts != null && hsts.preload() && at.values().sound(at.at(HSTS))
                && (!hsts.includeSubDomains() || hsts.maxAge().compareTo(PRELOAD_AGE) < 0)) {
            problems.accept(at.at(HSTS + ".preload"),
                    "found preload without what browsers want of it; expected includeSubDomains: true and a maxAge of at least 365d");
        }
    }
}
