package io.sluice.filter;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/**
 * Reads addresses as X-Forwarded-For carries them: {@code 192.0.2.1}, {@code 192.0.2.1:4711}, {@code 2001:db8::1}, {@code
 * [2001:db8::1]}, {@code [2001:db8::1]:4711}. Nothing is ever looked up: what is no literal is null. IPv4 must be four
 * decimal numbers without leading zeros, since {@code 010.1} means different addresses to different readers.
 * <em>Immutable.</em>
 */
final class AddressLiteral {
    private static final int IPV6_TEXT_MAX = 45;
    private static final int PORT_DIGITS_MAX = 5;

    private AddressLiteral() {}

    /** The address these bytes write, or null. */
    static InetAddress parse(byte[] bytes, int start, int end) {
        if (start == end) {
            return null;
        }
        if (bytes[start] == '[') {
            int close = indexOf(bytes, start, end, ']');
            return close >= 0 && portOrNothing(bytes, close + 1, end) ? ipv6(bytes, start + 1, close) : null;
        }
        int colon = indexOf(bytes, start, end, ':');
        if (colon < 0) {
            return ipv4(bytes, start, end);
        }
        if (indexOf(bytes, colon + 1, end, ':') < 0) {
            return portOrNothing(bytes, colon, end) ? ipv4(bytes, start, colon) : null;
        }
        return ipv6(bytes, start, end);
    }

    private static int indexOf(byte[] bytes, int start, int end, char sought) {
        for (int i = start; i < end; i++) {
            if (bytes[i] == sought) {
                return i;
            }
        }
        return -1;
    }

    private static boolean portOrNothing(byte[] bytes, int start, int end) {
        if (start == end) {
            return true;
        }
        int digits = end - start - 1;
        if (bytes[start] != ':' || digits == 0 || digits > PORT_DIGITS_MAX) {
            return false;
        }
        for (int i = start + 1; i < end; i++) {
            if (!digit(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static InetAddress ipv4(byte[] bytes, int start, int end) {
        byte[] octets = new byte[4];
        int at = start;
        for (int i = 0; i < octets.length; i++) {
            if (i > 0 && (at == end || bytes[at++] != '.')) {
                return null;
            }
            int first = at;
            int number = 0;
            while (at < end && at < first + 3 && digit(bytes[at])) {
                number = number * 10 + bytes[at++] - '0';
            }
            if (at == first || number > 255 || at > first + 1 && bytes[first] == '0') {
                return null;
            }
            octets[i] = (byte) number;
        }
        return at == end ? address(octets) : null;
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException wrongLength) {
            throw new AssertionError(wrongLength);
        }
    }

    private static InetAddress ipv6(byte[] bytes, int start, int end) {
        boolean colon = false;
        for (int i = start; i < end; i++) {
            int letter = bytes[i] | 0x20;
            colon |= bytes[i] == ':';
            if (!digit(bytes[i]) && (letter < 'a' || letter > 'f') && bytes[i] != ':' && bytes[i] != '.') {
                return null;
            }
        }
        if (!colon || end - start > IPV6_TEXT_MAX) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException noLiteral) {
            return null;
        }
    }
}
