package io.sluice.config;

import static io.sluice.config.Key.names;
import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.text;

import io.sluice.config.TracingConfig.Trust;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys about tracing. <em>Immutable.</em> */
final class TracingKeys {
    private static final Pattern SHARE = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,4})?)%");
    /** Not a number up to 1: who writes 0.01 means one in a hundred. */
    private static final Pattern LOOSE_SHARE = Pattern.compile("((?:[2-9]|[1-9][0-9]|100)(?:\\.[0-9]{1,4})?)\\s*(?:percent)?");
    private static final Pattern FIELD_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
    private static final Pattern FIELD_VALUE = Pattern.compile("[!-~]([\\t -~]{0,4094}[!-~])?");
    /** What the client that exports writes itself (RFC 9110 §7.2, §8.6, RFC 9112 §6, §9.6). */
    private static final Set<String> OURS = Set.of("connection", "content-encoding", "content-length", "content-type",
            "expect", "host", "te", "trailer", "transfer-encoding", "upgrade");
    /** Where OTLP is expected below an endpoint. */
    private static final String SIGNAL = "/v1/traces";

    private TracingKeys() {}

    static List<Key> all() {
        return List.of(
                section("tracing", "Spans for requests and for attempts at endpoints, sent by OTLP (HTTP, protobuf) to an"
                                + " OpenTelemetry collector; and traceparent for backends. Or just tracing: off, which passes"
                                + " traceparent and tracestate on untouched.")
                        .orValue(choice(ordered("off", "off")))
                        .unset("off"),
                value("tracing.endpoint", ValueType.of("a URL such as http://127.0.0.1:4318, http or https",
                                TracingKeys::endpoint), "The collector; /v1/traces is added, unless it ends so.")
                        .required(),
                value("tracing.sample", share(), "How many of the traces that begin here are recorded. Of those that a"
                                + " trusted caller began, all that it records.")
                        .byDefault("1%")
                        .fills("sampleMillionths"),
                value("tracing.trust", choice(ordered("trustedProxies", Trust.TRUSTED_PROXIES, "all", Trust.ALL, "none",
                                Trust.NONE)), "Whose traceparent is continued; for all others a trace begins here, and their"
                                + " tracestate is dropped. Whoever is trusted decides what is recorded.")
                        .byDefault("trustedProxies"),
                value("tracing.serviceName", text("text of 1 to 255 characters", "[^\\p{Cntrl}]{1,255}"), "Who the spans say"
                                + " they are from: service.name.")
                        .byDefault("sluice"),
                names("tracing.headers", ValueType.of("a header name that the export doesn't write itself",
                                TracingKeys::fieldName), "Sent with every export, such as a token; better from the"
                                + " environment: ${OTLP_TOKEN}.")
                        .unset("none"),
                value("tracing.headers.*", ValueType.of("printable ASCII characters, no space around them",
                                TracingKeys::fieldValue), "The value; never shown."));
    }

    /** A share of a whole, in millionths. */
    private static ValueType share() {
        return new ValueType(
                "a percentage such as 1%, 0.1% or 100%, from 0% to 100%",
                TracingKeys::millionths,
                ordered("type", "string", "pattern", "^[0-9]{1,3}(\\.[0-9]{1,4})?%$"));
    }

    private static Object millionths(String text) {
        Matcher share = SHARE.matcher(text);
        if (!share.matches()) {
            Matcher loose = LOOSE_SHARE.matcher(text);
            throw new Mismatch(loose.matches() ? Words.didYouMean(loose.group(1) + "%") : "");
        }
        long millionths = new BigDecimal(share.group(1)).movePointRight(4).longValueExact();
        if (millionths > 1_000_000) {
            throw new Mismatch();
        }
        return millionths;
    }

    private static Object endpoint(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new Mismatch();
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null && !text.contains("://")) {
            throw new Mismatch("it begins with http:// or https://");
        }
        if (uri.getUserInfo() != null) {
            throw new Mismatch("what is secret belongs into tracing.headers");
        }
        if (!scheme.equals("http") && !scheme.equals("https") || uri.getHost() == null || uri.getPort() == 0
                || uri.getPort() > 65535 || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new Mismatch();
        }
        // The exporter knows schemes in lower case only.
        String base = scheme + text.substring(scheme.length()).replaceAll("/+$", "");
        return URI.create(base.endsWith(SIGNAL) ? base : base + SIGNAL);
    }

    private static Object fieldName(String text) {
        if (!FIELD_NAME.matcher(text).matches() || OURS.contains(text.toLowerCase(Locale.ROOT))) {
            throw new Mismatch();
        }
        return text;
    }

    private static Object fieldValue(String text) {
        if (!FIELD_VALUE.matcher(text).matches()) {
            throw new Mismatch();
        }
        return new Secret(text);
    }

    /** What is written, or that it is off. */
    static TracingConfig of(Section top) {
        Section at = top.section("tracing");
        URI endpoint = at.get("endpoint", URI.class);
        if (endpoint == null) {
            return TracingConfig.OFF;
        }
        Map<String, Secret> headers = new LinkedHashMap<>();
        String map = at.at("headers");
        for (String child : top.values().children(map)) {
            if (top.values().value(child) instanceof Secret value) {
                headers.put(child.substring(map.length() + 1), value);
            }
        }
        return new TracingConfig(endpoint, at.whole("sample"), at.get("trust", Trust.class),
                at.get("serviceName", String.class), Collections.unmodifiableMap(headers));
    }

    /** Whether a key's values are never shown. */
    static boolean secret(Key key) {
        return key.path().equals("tracing.headers.*");
    }
}
