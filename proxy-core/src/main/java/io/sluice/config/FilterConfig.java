package io.sluice.config;

import java.util.List;
import java.util.Map;

/** One thing done to a request or to its response. <em>Immutable.</em> */
public sealed interface FilterConfig {

    /** Removes a prefix from the forwarded path; the prefix begins with a slash, and what is left always does. */
    record StripPrefix(String prefix) implements FilterConfig {}

    /** Puts a prefix, which begins with a slash, before the forwarded path. */
    record AddPrefix(String prefix) implements FilterConfig {}

    /** Replaces what the pattern (RE2 syntax) finds in the path; {@code $1} and the like name groups. */
    record RewritePath(String pattern, String replacement) implements FilterConfig {}

    /** Edits the request's fields before they are forwarded. Keeps the order remove, set, add. */
    record RequestHeaders(Map<String, String> set, Map<String, String> add, List<String> remove)
            implements FilterConfig {}

    /** Edits the response's fields before they are passed on. Keeps the order remove, set, add. */
    record ResponseHeaders(Map<String, String> set, Map<String, String> add, List<String> remove)
            implements FilterConfig {}

    /** Only these client addresses may pass; others get 403. */
    record Allow(List<Cidr> addresses) implements FilterConfig {}

    /** These client addresses get 403. */
    record Deny(List<Cidr> addresses) implements FilterConfig {}

    /**
     * Responses are compressed for clients that take it.
     *
     * @param codings      in the order in which we prefer them; empty = all that the system has
     * @param types        media types in lower case; {@code *} stands for any subtype, or for what is in front of a suffix
     * @param minSizeBytes shorter bodies stay as they are, where their length is known
     * @param levels       how hard each coding tries
     */
    record Compress(List<Coding> codings, List<String> types, long minSizeBytes, Levels levels) implements FilterConfig {}

    /** Calls of gRPC-Web are translated for services that speak gRPC. */
    record GrpcWeb() implements FilterConfig {}

    /** How hard each coding tries: gzip 1 to 9, br 0 to 11, zstd 1 to 19. */
    record Levels(int gzip, int br, int zstd) {}

    /** How a body may be compressed, as Content-Encoding calls it (RFC 9110 §8.4.1); in the order of our preference. */
    enum Coding {
        ZSTD("zstd"),
        BR("br"),
        GZIP("gzip");

        private final String word;

        Coding(String word) {
            this.word = word;
        }

        /** As Content-Encoding calls it. */
        public String word() {
            return word;
        }
    }
}
