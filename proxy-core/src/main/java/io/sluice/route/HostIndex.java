package io.sluice.route;

import io.sluice.config.MatchConfig;
import io.sluice.http.Ascii;
import io.sluice.http.RequestHead;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The routes by host: exact, then the longest suffix, then any. <em>Immutable.</em>
 *
 * <p>Case makes no difference, nor does one dot at the end: {@code example.com.} names the same host (RFC 9110 §4.2.3, RFC
 * 3986 §3.2.2), and a route that denies must not be left by writing it so. Otherwise hosts are compared byte for byte, an
 * IPv6 literal in its brackets among them. One pass from the end of the host makes the hash of each of its suffixes and,
 * at its start, that of the whole; each known suffix points to the next shorter one.
 */
final class HostIndex {
    private static final String ANY = "*";

    private final ByteTable<PathIndex> exact;
    private final ByteTable<Suffix> suffixes;
    private final PathIndex any;

    private HostIndex(Map<String, PathIndex> exact, Map<String, Suffix> suffixes, PathIndex any) {
        this.exact = new ByteTable<>(exact, HostIndex::hash);
        this.suffixes = new ByteTable<>(suffixes, HostIndex::hash);
        this.any = any;
    }

    private static int hash(byte[] key) {
        int hash = 0;
        for (int i = key.length - 1; i >= 0; i--) {
            hash = 31 * hash + key[i];
        }
        return hash;
    }

    /**
     * The route for the request's host and this path, or null.
     *
     * @param bytes where the path stands: as received or in another reading
     */
    Route find(RequestHead head, byte[] bytes, int pathStart, int pathEnd) {
        byte[] hostBytes = head.bytes();
        int start = head.hostStart();
        int end = head.hostEnd();
        if (end > start && hostBytes[end - 1] == '.') {
            end--;
        }
        int hash = 0;
        Suffix longest = null;
        for (int i = end - 1; i >= start; i--) {
            hash = 31 * hash + Ascii.lower(hostBytes[i]);
            // Not at the start: the suffix stands for names below it.
            if (hostBytes[i] == '.' && i > start) {
                Suffix suffix = suffixes.getCaseless(hash, hostBytes, i, end);
                longest = suffix == null ? longest : suffix;
            }
        }
        PathIndex paths = end == start ? null : exact.getCaseless(hash, hostBytes, start, end);
        Route route = paths == null ? null : paths.find(head, bytes, pathStart, pathEnd);
        for (Suffix suffix = longest; route == null && suffix != null; suffix = suffix.shorter) {
            route = suffix.paths.find(head, bytes, pathStart, pathEnd);
        }
        return route != null ? route : any.find(head, bytes, pathStart, pathEnd);
    }

    /** The routes of a suffix, and the longest configured suffix that is an end of it; null = none. */
    private record Suffix(PathIndex paths, Suffix shorter) {}

    /** Collects routes in the order of the file. <em>Loop-confined</em>: one thread builds. */
    static final class Builder {
        private final Map<String, PathIndex.Builder> exact = new LinkedHashMap<>();
        private final Map<String, PathIndex.Builder> suffixes = new LinkedHashMap<>();
        private final PathIndex.Builder any = new PathIndex.Builder();

        /** Adds a route. */
        void add(MatchConfig match, Candidate candidate) {
            String host = match.host().toLowerCase(Locale.ROOT);
            if (host.endsWith(".")) {
                host = host.substring(0, host.length() - 1);
            }
            // A host on the wire has its brackets (RFC 3986 §3.2.2); the configuration may leave them out.
            if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
                host = "[" + host + "]";
            }
            PathIndex.Builder paths;
            if (host.equals(ANY)) {
                paths = any;
            } else if (host.startsWith("*.")) {
                paths = suffixes.computeIfAbsent(host.substring(1), k -> new PathIndex.Builder());
            } else {
                paths = exact.computeIfAbsent(host, k -> new PathIndex.Builder());
            }
            paths.add(match.path(), candidate);
        }

        /** The index of what was added. */
        HostIndex build() {
            Map<String, PathIndex> exactPaths = new LinkedHashMap<>();
            exact.forEach((host, paths) -> exactPaths.put(host, paths.build()));
            Map<String, Suffix> linked = new LinkedHashMap<>();
            suffixes.keySet().stream().sorted((a, b) -> Integer.compare(a.length(), b.length())).forEach(
                    name -> linked.put(name, new Suffix(suffixes.get(name).build(), shorter(name, linked))));
            return new HostIndex(exactPaths, linked, any.build());
        }

        private static Suffix shorter(String name, Map<String, Suffix> linked) {
            for (int dot = name.indexOf('.', 1); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                Suffix suffix = linked.get(name.substring(dot));
                if (suffix != null) {
                    return suffix;
                }
            }
            return null;
        }
    }
}
