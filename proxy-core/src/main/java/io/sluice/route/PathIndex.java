package io.sluice.route;

import com.google.re2j.Pattern;
import io.sluice.config.MatchConfig.PathMatch;
import io.sluice.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The routes of one host by path: exact, then the longest prefix, then patterns in the order of the file.
 * <em>Immutable.</em>
 *
 * <p>A configured prefix ends in a slash, so only the path up to one of its slashes can be one. One pass over the path
 * makes the hash of every such beginning and, at its end, that of the whole; each known prefix points to the next shorter
 * one. The cost depends on the path's length and not on the number of routes; only patterns are tried one by one.
 */
final class PathIndex {
    private final ByteTable<List<Candidate>> exact;
    private final int exactLengthMax;
    private final ByteTable<Prefix> prefixes;
    private final int prefixLengthMax;
    private final Prefix root;
    private final List<PatternCandidate> patterns;

    private PathIndex(
            Map<String, List<Candidate>> exact, Map<String, Prefix> prefixes, List<PatternCandidate> patterns) {
        this.exact = new ByteTable<>(exact, PathIndex::hash);
        this.exactLengthMax = longest(exact);
        this.prefixes = new ByteTable<>(prefixes, PathIndex::hash);
        this.prefixLengthMax = longest(prefixes);
        this.root = prefixes.get("/");
        this.patterns = List.copyOf(patterns);
    }

    private static int longest(Map<String, ?> keys) {
        return keys.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    private static int hash(byte[] key) {
        int hash = 0;
        for (byte b : key) {
            hash = 31 * hash + b;
        }
        return hash;
    }

    /**
     * The route for this path, or null.
     *
     * @param head  for the routes' further conditions
     * @param bytes where the path stands: as received or in another reading
     */
    Route find(RequestHead head, byte[] bytes, int start, int end) {
        // OPTIONS * (RFC 9112 §3.2.4) asks about the server as a whole: the route for any path takes it.
        Prefix longest = start < end && bytes[start] == '/' ? null : root;
        boolean maybeExact = end - start <= exactLengthMax;
        int hashed = maybeExact ? end : Math.min(end, start + prefixLengthMax);
        int hash = 0;
        for (int i = start; i < hashed; i++) {
            hash = 31 * hash + bytes[i];
            if (bytes[i] == '/') {
                Prefix prefix = prefixes.get(hash, bytes, start, i + 1);
                longest = prefix == null ? longest : prefix;
            }
        }
        if (maybeExact) {
            List<Candidate> candidates = exact.get(hash, bytes, start, end);
            Route route = candidates == null ? null : Candidate.first(candidates, head);
            if (route != null) {
                return route;
            }
        }
        for (Prefix prefix = longest; prefix != null; prefix = prefix.shorter) {
            Route route = Candidate.first(prefix.candidates, head);
            if (route != null) {
                return route;
            }
        }
        return patterns.isEmpty() ? null : findPattern(head, bytes, start, end);
    }

    private Route findPattern(RequestHead head, byte[] bytes, int start, int end) {
        String path = new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < patterns.size(); i++) {
            PatternCandidate candidate = patterns.get(i);
            if (candidate.candidate.conditions().hold(head) && candidate.pattern.matcher(path).find()) {
                return candidate.candidate.route();
            }
        }
        return null;
    }

    /** The routes of a prefix, and the longest configured prefix that is a beginning of it; null = none. */
    private record Prefix(List<Candidate> candidates, Prefix shorter) {}

    /** A route whose path is a pattern. */
    private record PatternCandidate(Pattern pattern, Candidate candidate) {}

    /** Collects the routes of one host in the order of the file. <em>Loop-confined</em>: one thread builds. */
    static final class Builder {
        private final Map<String, List<Candidate>> exact = new LinkedHashMap<>();
        private final Map<String, List<Candidate>> prefixes = new LinkedHashMap<>();
        private final List<PatternCandidate> patterns = new ArrayList<>();

        /** Adds a route. */
        void add(PathMatch match, Candidate candidate) {
            switch (match) {
                case PathMatch.Exact path -> exact.computeIfAbsent(path.path(), k -> new ArrayList<>()).add(candidate);
                case PathMatch.Prefix path ->
                        prefixes.computeIfAbsent(path.path(), k -> new ArrayList<>()).add(candidate);
                case PathMatch.Regex path ->
                        patterns.add(new PatternCandidate(Pattern.compile(path.pattern()), candidate));
            }
        }

        /** The index of what was added. */
        PathIndex build() {
            Map<String, Prefix> linked = new LinkedHashMap<>();
            prefixes.keySet().stream().sorted((a, b) -> Integer.compare(a.length(), b.length())).forEach(
                    path -> linked.put(path, new Prefix(List.copyOf(prefixes.get(path)), shorter(path, linked))));
            exact.replaceAll((path, candidates) -> List.copyOf(candidates));
            return new PathIndex(exact, linked, patterns);
        }

        private static Prefix shorter(String path, Map<String, Prefix> linked) {
            for (int end = path.lastIndexOf('/', path.length() - 2); end >= 0; end = path.lastIndexOf('/', end - 1)) {
                Prefix prefix = linked.get(path.substring(0, end + 1));
                if (prefix != null) {
                    return prefix;
                }
            }
            return null;
        }
    }
}
