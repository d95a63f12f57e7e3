package io.sluice.http;

import java.nio.charset.StandardCharsets;

/**
 * Finds authority, path and query in a request target of visible ASCII, and refuses every form that doesn't belong here
 * (RFC 9112 §3.2). Nothing is corrected. <em>Immutable.</em>
 */
final class Target {
    private static final byte[] HTTP = "http://".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HTTPS = "https://".getBytes(StandardCharsets.US_ASCII);

    private Target() {}

    /** Reads the target between {@code pathStart} and {@code queryEnd}; null unless it is refused. */
    static ProxyError read(RequestHead head) {
        if (head.method == Method.CONNECT || head.method == Method.TRACE) {
            // A tunnel to anywhere, and an echo of credentials (RFC 9110 §9.3.6, §9.3.8): not at a reverse proxy.
            return ProxyError.METHOD_NOT_ALLOWED;
        }
        return switch (head.bytes[head.pathStart]) {
            case '/' -> path(head);
            case '*' -> asterisk(head);
            default -> absolute(head);
        };
    }

    private static ProxyError asterisk(RequestHead head) {
        if (head.method != Method.OPTIONS || head.queryEnd - head.pathStart != 1) {
            return ProxyError.INVALID_TARGET;
        }
        head.pathEnd = head.queryEnd;
        head.plainPath = true;
        return null;
    }

    private static ProxyError absolute(RequestHead head) {
        byte[] bytes = head.bytes;
        int end = head.queryEnd;
        int start = authorityStart(bytes, head.pathStart, end);
        if (start < 0) {
            return ProxyError.INVALID_TARGET;
        }
        int authorityEnd = start;
        while (authorityEnd < end && bytes[authorityEnd] != '/' && bytes[authorityEnd] != '?') {
            authorityEnd++;
        }
        // User information (a@b) is refused here too: an at sign is no part of a host (RFC 9110 §4.2.4).
        int hostEnd = Authority.hostEnd(bytes, start, authorityEnd);
        if (hostEnd < 0) {
            return ProxyError.INVALID_TARGET;
        }
        boolean emptyPath = authorityEnd == end || bytes[authorityEnd] == '?';
        int shift = emptyPath ? 1 : 0;
        if (emptyPath) {
            // An empty path is a slash (RFC 9110 §4.2.3). The scheme in front is not needed any more, so that the
            // authority makes room by moving into it.
            System.arraycopy(bytes, start, bytes, start - 1, authorityEnd - start);
            bytes[authorityEnd - 1] = '/';
        }
        head.hostStart = start - shift;
        head.hostEnd = hostEnd - shift;
        head.authorityEnd = authorityEnd - shift;
        head.pathStart = authorityEnd - shift;
        if (emptyPath && authorityEnd == end && head.method == Method.OPTIONS) {
            // RFC 9112 §3.2.4: the whole server was meant.
            bytes[head.pathStart] = '*';
            return asterisk(head);
        }
        return path(head);
    }

    private static int authorityStart(byte[] bytes, int start, int end) {
        if (begins(bytes, start, end, HTTP)) {
            return start + HTTP.length;
        }
        return begins(bytes, start, end, HTTPS) ? start + HTTPS.length : -1;
    }

    private static boolean begins(byte[] bytes, int start, int end, byte[] scheme) {
        return end - start > scheme.length && Ascii.equalsLowerCase(bytes, start, start + scheme.length, scheme);
    }

    private static ProxyError path(RequestHead head) {
        byte[] bytes = head.bytes;
        int end = head.queryEnd;
        boolean plain = true;
        int at = head.pathStart;
        for (; at < end && bytes[at] != '?'; at++) {
            byte b = bytes[at];
            if (b == '/') {
                plain &= !oddSegment(bytes, at + 1, end);
            } else if (b == '%') {
                plain = false;
                if (!validEscape(bytes, at, end)) {
                    return ProxyError.INVALID_TARGET;
                }
            } else if (b == '\\') {
                plain = false;
            }
        }
        head.pathEnd = at;
        head.plainPath = plain;
        for (; at < end; at++) {
            if (bytes[at] == '%' && !validEscape(bytes, at, end)) {
                return ProxyError.INVALID_TARGET;
            }
        }
        return null;
    }

    /** Whether the segment that begins here is empty with another behind it, or a dot segment. */
    private static boolean oddSegment(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && at - start < 2 && bytes[at] == '.') {
            at++;
        }
        boolean over = at == end || bytes[at] == '/' || bytes[at] == '?';
        return over && (at > start || at < end && bytes[at] == '/');
    }

    /** Whether two hexadecimal digits follow the percent sign, and they are not 00: a NUL ends strings elsewhere. */
    private static boolean validEscape(byte[] bytes, int at, int end) {
        if (end - at < 3) {
            return false;
        }
        int high = Octets.hex(bytes[at + 1]);
        int low = Octets.hex(bytes[at + 2]);
        return high >= 0 && low >= 0 && (high | low) != 0;
    }
}
