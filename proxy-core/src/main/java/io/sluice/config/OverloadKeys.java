package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.time;
import static io.sluice.config.ValueType.whole;

import io.sluice.config.RateLimitConfig.Rate;
import io.sluice.config.RateLimitConfig.RateKey;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys that say how much is too much, and what happens then. <em>Immutable.</em> */
final class OverloadKeys {
    private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,6})/([smh])");
    private static final Pattern LOOSE_RATE = Pattern.compile("([1-9][0-9]{0,6})\\s*(?:/\\s*|per\\s+|r/)?([SMHsmh])\\w*");
    private static final int COUNT_MAX = 1_000_000;
    private static final String HEADER = "header ";

    private static final ValueType RATES = ValueType.of(
            "a rate such as 100/s, 30/m or 1000/h, of at most 1000000", OverloadKeys::rate);
    private static final ValueType KEYS = ValueType.of(
            "clientAddress, header NAME (such as header X-Api-Key) or none", OverloadKeys::rateKey);

    private OverloadKeys() {}

    private static Object rate(String text) {
        Matcher rate = RATE.matcher(text);
        if (!rate.matches()) {
            Matcher loose = LOOSE_RATE.matcher(text);
            throw new Mismatch(loose.matches()
                    ? Words.didYouMean(loose.group(1) + "/" + loose.group(2).toLowerCase(Locale.ROOT))
                    : "");
        }
        int count = Integer.parseInt(rate.group(1));
        if (count > COUNT_MAX) {
            throw new Mismatch();
        }
        return new Rate(count, switch (rate.group(2)) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            default -> Duration.ofHours(1);
        });
    }

    private static Object rateKey(String text) {
        if (text.startsWith(HEADER)) {
            return new RateKey.Header((String) HttpTypes.FIELD.parser().apply(text.substring(HEADER.length()).strip()));
        }
        return switch (text) {
            case "clientAddress" -> new RateKey.ClientAddress();
            case "none" -> new RateKey.None();
            default -> throw new Mismatch(
                    Words.closest(text, List.of("clientAddress", "none")).map(Words::didYouMean).orElse(""));
        };
    }

    static List<Key> routes() {
        return List.of(
                section("routes[].rateLimit", "How many requests this route takes; further ones get 429 with Retry-After."),
                value("routes[].rateLimit.rate", RATES, "So many requests in a second, a minute or an hour, evenly.").required(),
                value("routes[].rateLimit.burst", whole(1, COUNT_MAX), "So many may come at once after a quiet time.")
                        .unset("as many as rate names"),
                value("routes[].rateLimit.key", KEYS, "What has a rate of its own. clientAddress: the client's, as the"
                                + " socket, the PROXY protocol or trustedProxies say; of IPv6 its first 64 bits. header:"
                                + " each value, and all requests without that header together. none: all requests together.")
                        .byDefault("clientAddress"));
    }

    static List<Key> services() {
        ValueType places = whole(1, 1_000_000).orWord("unlimited", Long.MAX_VALUE);
        ValueType time = time(Duration.ofMillis(1));
        ValueType span = time(Duration.ofSeconds(1));
        return List.of(
                section("services.*.limits", "Requests in flight; further ones wait for a place. A connection of a listener for"
                                + " tcp counts as a request, but never waits."),
                value("services.*.limits.requests", places, "To all endpoints together.").byDefault("unlimited"),
                value("services.*.limits.requestsPerEndpoint", places, "To each endpoint.").byDefault("unlimited"),
                value("services.*.limits.queue", whole(0, 100_000), "So many may wait; further ones get 503 with Retry-After.")
                        .byDefault("1024"),
                value("services.*.limits.queueTime", time, "So long each may wait; then it gets 503 with Retry-After.")
                        .byDefault("1s"),
                section("services.*.circuitBreaker", "Leaves the service alone for a while when too many attempts fail: by a"
                                + " status of 500 or more, or without a response. Requests get 503 with Retry-After meanwhile;"
                                + " then three are let through, and all others if these succeed. Without this section there"
                                + " is none."),
                value("services.*.circuitBreaker.errorPercent", whole(1, 100), "Of the attempts within window, so many percent.")
                        .byDefault("50"),
                value("services.*.circuitBreaker.minRequests", whole(1, 1_000_000), "But only if there were so many attempts.")
                        .byDefault("20"),
                value("services.*.circuitBreaker.window", span, "How far back attempts count.").byDefault("10s"),
                value("services.*.circuitBreaker.open", span, "So long the service is left alone.").byDefault("5s"));
    }

    static Key memory() {
        return value("limits.memory", whole(50, 99).orWord("off", 0L),
                        "When so many percent of the memory for buffers, or of the container's memory (cgroup v2; without the"
                                + " file cache and garbage), are taken, no connection is accepted, idle ones are not read, and"
                                + " requests that come all the same get 503, until 5 percent less are.")
                .byDefault("90");
    }

    static Key connectionsPerAddress() {
        return value("limits.connectionsPerAddress", whole(1, 1_000_000).orWord("unlimited", Long.MAX_VALUE),
                        "Client connections open at once from one address, of IPv6 from one /64; further ones are closed as"
                                + " they come. A connection from one of trustedProxies speaks for many, and counts only if a"
                                + " PROXY protocol header names the client.")
                .byDefault("unlimited");
    }

    static Key requestsPerConnection() {
        return value("limits.requestsPerConnection", whole(1, 1_000_000_000).orWord("unlimited", (long) Integer.MAX_VALUE),
                        "Requests that a client's connection takes; then it ends as with timeouts.connectionAge.")
                .byDefault("unlimited");
    }

    static Key connectionAge() {
        return value("timeouts.connectionAge", time(Duration.ofMillis(1)).orWord("none", Duration.ZERO),
                        "How long a client's connection takes requests, so that clients come back by way of the balancer in"
                                + " front; up to a tenth less, so that those opened together don't end together. Then its next"
                                + " response says Connection: close, or, of HTTP/2, it is told GOAWAY, and requests in flight"
                                + " come to their end. It cuts no request and no tunnel.")
                .byDefault("none");
    }
}
