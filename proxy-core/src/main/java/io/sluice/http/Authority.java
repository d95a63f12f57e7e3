package io.sluice.http;

/**
 * Checks {@code host} and {@code host:port} (RFC 3986 §3.2.2, RFC 9110 §7.2), more strictly than the grammar: no user
 * information, no percent signs, no sub-delimiters, nothing that another parser might split elsewhere. <em>Immutable.</em>
 */
final class Authority {
    private static final int PORT_MAX = 65535;
    private static final int PORT_DIGITS_MAX = 5;

    private Authority() {}

    /** The offset behind the host, where a colon and a port may follow; -1 if it is none. */
    static int hostEnd(byte[] bytes, int start, int end) {
        int at = start;
        if (at < end && bytes[at] == '[') {
            at = literalEnd(bytes, at + 1, end);
            if (at < 0) {
                return -1;
            }
        } else {
            while (at < end && Octets.host(bytes[at])) {
                at++;
            }
            if (at == start) {
                return -1;
            }
        }
        return at == end || port(bytes, at, end) ? at : -1;
    }

    /** An IPv6 address: hexadecimal digits, colons, and the dots of an embedded IPv4 address. */
    private static int literalEnd(byte[] bytes, int start, int end) {
        int at = start;
        int colons = 0;
        while (at < end && (Octets.hex(bytes[at]) || bytes[at] == ':' || bytes[at] == '.')) {
            colons += bytes[at] == ':' ? 1 : 0;
            at++;
        }
        return at < end && bytes[at] == ']' && colons >= 2 ? at + 1 : -1;
    }

    private static boolean port(byte[] bytes, int colon, int end) {
        int digits = end - colon - 1;
        if (bytes[colon] != ':' || digits < 1 || digits > PORT_DIGITS_MAX) {
            return false;
        }
        int port = 0;
        for (int i = colon + 1; i < end; i++) {
            if (!Octets.digit(bytes[i])) {
                return false;
            }
            port = port * 10 + bytes[i] - '0';
        }
        return port <= PORT_MAX;
    }
}
