package io.sluice.http;

/**
 * The forms of a path for matching routes, when it is not {@link RequestHead#plainPath plain} and somebody behind us may
 * read it otherwise than byte for byte. <em>Immutable.</em> Allocates nothing.
 *
 * <p>Escapes are decoded once: of {@code %252e} remains {@code %252e}. A path has no form, and should be refused with
 * {@link ProxyError#INVALID_TARGET}, if a {@code ..} climbs above the root, or takes away an empty segment: of {@code
 * /a//../b} some make {@code /b} and some {@code /a/b}.
 */
public final class PathForms {
    /** There is no form. */
    public static final int NONE = -1;

    private PathForms() {}

    /**
     * Writes the path with escaped unreserved characters decoded, the other escapes in upper case, dot segments removed and
     * repeated slashes merged (RFC 3986 §6.2.2).
     *
     * @param to at least as long as the received path
     * @return the length of the form, or {@link #NONE}
     */
    public static int decoded(RequestHead head, byte[] to) {
        return form(head, to, false);
    }

    /**
     * Writes the path as {@link #decoded}, with {@code %2F}, {@code %5C} and the backslash read as slashes before.
     *
     * @param to at least as long as the received path
     * @return the length of the form, or {@link #NONE}
     */
    public static int folded(RequestHead head, byte[] to) {
        return form(head, to, true);
    }

    private static int form(RequestHead head, byte[] to, boolean foldSlashes) {
        int length = decode(head.bytes, head.pathStart(), head.pathEnd(), to, foldSlashes);
        if (length == 0 || to[0] != '/') {
            return length;
        }
        length = withoutDotSegments(to, length);
        return length == NONE ? NONE : withoutRepeatedSlashes(to, length);
    }

    private static int decode(byte[] from, int start, int end, byte[] to, boolean foldSlashes) {
        int out = 0;
        for (int at = start; at < end; at++) {
            byte b = from[at];
            if (b == '%') {
                // The parser has seen to it that two digits follow.
                int octet = Octets.hex(from[at + 1]) << 4 | Octets.hex(from[at + 2]);
                at += 2;
                if (Octets.is((byte) octet, Octets.HOST)) {
                    to[out++] = (byte) octet;
                } else if (foldSlashes && (octet == '/' || octet == '\\')) {
                    to[out++] = '/';
                } else {
                    to[out++] = '%';
                    to[out++] = digit(octet >> 4);
                    to[out++] = digit(octet & 15);
                }
            } else {
                to[out++] = foldSlashes && b == '\\' ? (byte) '/' : b;
            }
        }
        return out;
    }

    private static byte digit(int value) {
        return (byte) "0123456789ABCDEF".charAt(value);
    }

    /** RFC 3986 §5.2.4, in place: what is written never overtakes what is read. */
    private static int withoutDotSegments(byte[] path, int end) {
        int out = 0;
        int at = 0;
        while (at < end) {
            int segment = at + 1;
            int next = segment;
            while (next < end && path[next] != '/') {
                next++;
            }
            int dots = dots(path, segment, next);
            if (dots == 0) {
                System.arraycopy(path, at, path, out, next - at);
                out += next - at;
            } else {
                if (dots == 2) {
                    if (out == 0 || path[out - 1] == '/') {
                        return NONE;
                    }
                    out = parent(path, out);
                }
                if (next == end) {
                    path[out++] = '/';
                }
            }
            at = next;
        }
        return out;
    }

    /** 1 or 2 for a dot segment, else 0. */
    private static int dots(byte[] path, int start, int end) {
        int length = end - start;
        boolean dotsOnly = length > 0 && length <= 2 && path[start] == '.' && path[end - 1] == '.';
        return dotsOnly ? length : 0;
    }

    private static int parent(byte[] path, int length) {
        int at = length - 1;
        while (path[at] != '/') {
            at--;
        }
        return at;
    }

    private static int withoutRepeatedSlashes(byte[] path, int end) {
        int out = 1;
        for (int at = 1; at < end; at++) {
            if (path[at] != '/' || path[out - 1] != '/') {
                path[out++] = path[at];
            }
        }
        return out;
    }
}
