package io.sluice.http;

import java.util.List;
import java.util.Random;

/** Makes valid messages of random parts, and messages that are almost valid. <em>Loop-confined.</em> */
final class MessageMutator {
    private static final List<String> METHODS = List.of("GET", "POST", "HEAD", "PUT", "OPTIONS", "PATCH", "get", "X-Y");
    private static final List<String> TARGETS = List.of(
            "/", "/a/b?c=d", "/%41", "//a", "/a/../b", "*", "http://a.example/x", "http://a", "/a;b", "/?", "a", "/a#b", "/%zz");
    private static final List<String> VERSIONS =
            List.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1");
    private static final List<String> STATUSES =
            List.of("200 OK", "200 OK", "404 Not Found", "204 No Content", "304 ", "100 Continue", "500", "099 x", "600 x");
    private static final List<String> FIELDS = List.of(
            "Accept: */*", "User-Agent: x (y; z)", "Cookie: a=b; c=d", "Content-Length: 5", "Content-Length: 0",
            "Content-Length: +5", "Content-Length: 5, 5", "Content-Length: 05", "Content-Length:", "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: xchunked",
            "Connection: close", "Connection: keep-alive", "Expect: 100-continue", "X-A:\tb\t", "X-B:", "X C: d", " X-D: e",
            "X-E : f", ": g", "X-F", "X-G: \u00e4", "Upgrade: h2c", "Host: b", "X-H: a\tb", "TE: trailers");
    private static final char[] BYTES = {
        '\r', '\n', ' ', '\t', ':', ',', ';', '\0', '\u000b', '\u001f', '\u007f', '\u0080', '\u00ff', 'A', '0', '/', '#', '%',
    };

    private final Random random;

    MessageMutator(long seed) {
        random = new Random(seed);
    }

    String request() {
        String start = pick(METHODS) + " " + pick(TARGETS) + " " + pick(VERSIONS);
        String host = random.nextInt(20) == 0 ? "" : "Host: a.example\r\n";
        return mutated(start + "\r\n" + host + fields());
    }

    String response() {
        return mutated(pick(VERSIONS) + " " + pick(STATUSES) + "\r\n" + fields());
    }

    private String fields() {
        StringBuilder lines = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            lines.append(pick(FIELDS)).append("\r\n");
        }
        return lines.append("\r\n").toString();
    }

    /** About every second one is changed in one to three places. */
    private String mutated(String message) {
        StringBuilder out = new StringBuilder(message);
        for (int i = Math.max(0, random.nextInt(6) - 2); i > 0; i--) {
            int at = random.nextInt(out.length());
            switch (random.nextInt(4)) {
                case 0 -> out.deleteCharAt(at);
                case 1 -> out.setCharAt(at, BYTES[random.nextInt(BYTES.length)]);
                case 2 -> out.insert(at, BYTES[random.nextInt(BYTES.length)]);
                default -> out.insert(at, pick(FIELDS) + "\r\n");
            }
        }
        return out.toString();
    }

    private String pick(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }
}
