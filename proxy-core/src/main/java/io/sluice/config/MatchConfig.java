package io.sluice.config;

import java.util.List;
import java.util.Map;

/**
 * What a request must look like; everything given must hold. <em>Immutable.</em>
 *
 * @param host    {@code example.com} (exact), {@code *.example.com} (any name below it), or {@code *} (any host); lower
 *                case, without a port
 * @param path    which paths
 * @param methods upper case; empty = any
 * @param headers by lower-case name: the exact value, or {@code *} for present with any value
 * @param query   by name, percent-decoded: the exact value, or {@code *} for present with any value
 */
public record MatchConfig(
        String host, PathMatch path, List<String> methods, Map<String, String> headers, Map<String, String> query) {

    /** Which paths match. In YAML: {@code /v1/} a prefix (ends in a slash), {@code /v1} exact, {@code ~^/v[12]/} a pattern. */
    public sealed interface PathMatch {
        /** The path, byte for byte. */
        record Exact(String path) implements PathMatch {}

        /** Every path that begins so; ends in a slash. */
        record Prefix(String path) implements PathMatch {}

        /** Every path in which the pattern (RE2 syntax, linear time) is found. */
        record Regex(String pattern) implements PathMatch {}
    }
}
