package io.sluice.http;

import java.nio.charset.StandardCharsets;

/** Reads a request line (RFC 9112 §3): exactly {@code method SP target SP version}. <em>Immutable.</em> */
final class RequestLine {
    private static final int METHOD_BYTES_MAX = 32;
    private static final int VERSION_BYTES = 8;
    private static final Method[] METHODS = Method.values();
    private static final byte[][] METHOD_NAMES = methodNames();
    private static final byte[] HTTP = "http://".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HTTPS = "https://".getBytes(StandardCharsets.US_ASCII);

    private RequestLine() {}

    private static byte[][] methodNames() {
        byte[][] names = new byte[METHODS.length][];
        for (Method method : METHODS) {
            names[method.ordinal()] = method.name().getBytes(StandardCharsets.US_ASCII);
        }
        return names;
    }

    static ProxyError read(RequestHead head, int start, int end) {
        byte[] bytes = head.bytes;
        int space = start;
        while (space < end && Octets.token(bytes[space])) {
            space++;
        }
        if (space - start > METHOD_BYTES_MAX) {
            return ProxyError.METHOD_TOO_LONG;
        }
        int versionStart = end - VERSION_BYTES;
        if (space == start || space == end || bytes[space] != ' '
                || versionStart - 1 <= space || bytes[versionStart - 1] != ' ') {
            return ProxyError.MALFORMED_REQUEST_LINE;
        }
        head.methodStart = start;
        head.methodEnd = space;
        head.method = method(bytes, start, space);
        ProxyError error = version(head, versionStart);
        if (error != null) {
            return error;
        }
        if (head.method == Method.CONNECT || head.method == Method.TRACE) {
            return ProxyError.METHOD_NOT_ALLOWED;
        }
        return target(head, space + 1, versionStart - 1);
    }

    private static Method method(byte[] bytes, int start, int end) {
        for (int i = 0; i < Method.OTHER.ordinal(); i++) {
            byte[] name = METHOD_NAMES[i];
            if (name.length == end - start && same(bytes, start, name)) {
                return METHODS[i];
            }
        }
        return Method.OTHER;
    }

    private static boolean same(byte[] bytes, int start, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (bytes[start + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static ProxyError version(RequestHead head, int at) {
        int version = Versions.read(head.bytes, at);
        if (version < 0) {
            return ProxyError.MALFORMED_REQUEST_LINE;
        }
        if (version / 10 != 1) {
            return ProxyError.UNSUPPORTED_VERSION;
        }
        head.minorVersion = version == 10 ? 0 : 1;
        return null;
    }

    private static ProxyError target(RequestHead head, int start, int end) {
        byte[] bytes = head.bytes;
        for (int i = start; i < end; i++) {
            if (!Octets.target(bytes[i])) {
                // A second space is one of the line, not of the target.
                return bytes[i] == ' ' ? ProxyError.MALFORMED_REQUEST_LINE : ProxyError.INVALID_TARGET;
            }
            if (bytes[i] == '%' && !escape(bytes, i, end)) {
                return ProxyError.INVALID_TARGET;
            }
        }
        if (bytes[start] == '/') {
            return path(head, start, end);
        }
        if (bytes[start] == '*' && end - start == 1 && head.method == Method.OPTIONS) {
            head.pathStart = start;
            head.pathEnd = end;
            head.queryEnd = end;
            head.plainPath = true;
            return null;
        }
        return absolute(head, start, end);
    }

    /** Whether two hexadecimal digits follow, and not those of NUL. */
    private static boolean escape(byte[] bytes, int at, int end) {
        return at + 2 < end && Octets.hex(bytes[at + 1]) && Octets.hex(bytes[at + 2])
                && (bytes[at + 1] != '0' || bytes[at + 2] != '0');
    }

    private static ProxyError path(RequestHead head, int start, int end) {
        byte[] bytes = head.bytes;
        boolean plain = true;
        int at = start;
        while (at < end && bytes[at] != '?') {
            byte b = bytes[at];
            if (b == '%' || b == '\\' || b == '/' && !plainSegment(bytes, at + 1, end)) {
                plain = false;
            }
            at++;
        }
        head.pathStart = start;
        head.pathEnd = at;
        head.queryEnd = end;
        head.plainPath = plain;
        return null;
    }

    /** Whether the segment that begins here is neither empty (but for the last) nor one of dots. */
    private static boolean plainSegment(byte[] bytes, int start, int end) {
        if (start == end || bytes[start] == '?') {
            return true;
        }
        if (bytes[start] != '.') {
            return bytes[start] != '/';
        }
        int at = start + 1;
        if (at < end && bytes[at] == '.') {
            at++;
        }
        return at < end && bytes[at] != '/' && bytes[at] != '?';
    }

    /** The absolute form: its authority takes the place of Host (RFC 9112 §3.2.2). */
    private static ProxyError absolute(RequestHead head, int start, int end) {
        byte[] bytes = head.bytes;
        int authority;
        if (end - start > HTTP.length && Ascii.equalsLowerCase(bytes, start, start + HTTP.length, HTTP)) {
            authority = start + HTTP.length;
        } else if (end - start > HTTPS.length && Ascii.equalsLowerCase(bytes, start, start + HTTPS.length, HTTPS)) {
            authority = start + HTTPS.length;
        } else {
            return ProxyError.INVALID_TARGET;
        }
        int authorityEnd = authority;
        while (authorityEnd < end && bytes[authorityEnd] != '/' && bytes[authorityEnd] != '?') {
            authorityEnd++;
        }
        int hostEnd = Authority.hostEnd(bytes, authority, authorityEnd);
        if (hostEnd < 0) {
            return ProxyError.INVALID_TARGET;
        }
        head.authorityStart = authority;
        head.authorityEnd = authorityEnd;
        head.hostStart = authority;
        head.hostEnd = hostEnd;
        path(head, authorityEnd, end);
        if (head.pathStart == head.pathEnd) {
            return ProxyError.INVALID_TARGET;
        }
        return null;
    }
}
