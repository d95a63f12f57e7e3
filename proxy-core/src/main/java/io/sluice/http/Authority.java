package io.sluice.http;

/**
 * The grammar of {@code host [":" port]} in Host and in absolute-form targets, narrower than RFC 3986 §3.2.2: a name of
 * letters, digits and {@code - . _ ~}, or an IPv6 address in brackets; a port of 1 to 5 digits up to 65535. No escapes, no
 * sub-delimiters, no user information, no zone identifiers, no empty port: nothing that two readers split differently.
 * <em>Immutable.</em>
 */
final class Authority {
    private static final int PORT_MAX = 65_535;
    private static final int IPV6_GROUPS = 8;

    private Authority() {}

    /** The offset behind the host, brackets included, or -1 unless all of it is a valid authority. */
    static int hostEnd(byte[] bytes, int start, int end) {
        int hostEnd = start < end && bytes[start] == '[' ? literalEnd(bytes, start, end)
                : Octets.skip(bytes, start, end, Octets.HOST);
        if (hostEnd <= start || hostEnd < end && !port(bytes, hostEnd, end)) {
            return -1;
        }
        return hostEnd;
    }

    private static boolean port(byte[] bytes, int start, int end) {
        int digits = end - start - 1;
        if (bytes[start] != ':' || digits > 5 || !Octets.all(bytes, start + 1, end, Octets.DIGIT)) {
            return false;
        }
        return decimal(bytes, start + 1, end) <= PORT_MAX;
    }

    private static int decimal(byte[] bytes, int start, int end) {
        int value = 0;
        for (int i = start; i < end; i++) {
            value = value * 10 + bytes[i] - '0';
        }
        return value;
    }

    private static int literalEnd(byte[] bytes, int start, int end) {
        int close = start + 1;
        while (close < end && bytes[close] != ']') {
            close++;
        }
        return close < end && ipv6(bytes, start + 1, close) ? close + 1 : -1;
    }

    /** RFC 4291 §2.2: eight groups, or fewer with one gap of at least one; the last two may be an IPv4 address. */
    private static boolean ipv6(byte[] bytes, int start, int end) {
        int groups = 0;
        boolean gap = end - start >= 2 && bytes[start] == ':' && bytes[start + 1] == ':';
        int at = gap ? start + 2 : start;
        while (at < end) {
            int groupEnd = Octets.skip(bytes, at, end, Octets.HEX);
            if (groupEnd < end && bytes[groupEnd] == '.') {
                return ipv4(bytes, at, end) && complete(groups + 2, gap);
            }
            if (groupEnd == at || groupEnd - at > 4) {
                return false;
            }
            groups++;
            at = groupEnd;
            if (at == end) {
                break;
            }
            if (bytes[at++] != ':' || at == end) {
                return false;
            }
            if (bytes[at] == ':') {
                if (gap) {
                    return false;
                }
                gap = true;
                at++;
            }
        }
        return complete(groups, gap);
    }

    private static boolean complete(int groups, boolean gap) {
        return gap ? groups < IPV6_GROUPS : groups == IPV6_GROUPS;
    }

    private static boolean ipv4(byte[] bytes, int start, int end) {
        int at = start;
        for (int octets = 1; octets <= 4; octets++) {
            int octetEnd = Octets.skip(bytes, at, end, Octets.DIGIT);
            int digits = octetEnd - at;
            boolean leadingZero = digits > 1 && bytes[at] == '0';
            if (digits < 1 || digits > 3 || leadingZero || decimal(bytes, at, octetEnd) > 255) {
                return false;
            }
            boolean last = octets == 4;
            if (last ? octetEnd != end : octetEnd == end || bytes[octetEnd] != '.') {
                return false;
            }
            at = octetEnd + 1;
        }
        return true;
    }
}
