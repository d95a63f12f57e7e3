package io.sluice.filter;

import io.sluice.http.RequestHead;
import java.nio.charset.StandardCharsets;

/** What a path that we make may look like, and the prefixes that filters work with. <em>Immutable.</em> */
final class ForwardedPath {
    private ForwardedPath() {}

    /**
     * A configured prefix as bytes, without the slash at its end: {@code /v1} and {@code /v1/} mean the same segments;
     * {@code /} is empty.
     *
     * @throws IllegalArgumentException if it could not stand in a request line
     */
    static byte[] prefix(String text) {
        int end = text.length();
        while (end > 1 && text.charAt(end - 1) == '/') {
            end--;
        }
        if (!valid(text)) {
            throw new IllegalArgumentException(
                    "prefix: found \"" + text + "\"; expected a slash, then visible ASCII without ? and #");
        }
        return text.substring(0, end == 1 ? 0 : end).getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether it begins with a slash and holds visible ASCII only, without {@code ?} and {@code #} (RFC 9112 §3.2.1). */
    static boolean valid(CharSequence path) {
        if (path.isEmpty() || path.charAt(0) != '/') {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '?' || c == '#') {
                return false;
            }
        }
        return true;
    }

    /** Whether there is a path to edit: OPTIONS may have the target {@code *} instead (RFC 9112 §3.2.4). */
    static boolean present(RequestHead head) {
        return head.forwardedPathEnd() > head.forwardedPathStart()
                && head.bytes()[head.forwardedPathStart()] == '/';
    }
}
