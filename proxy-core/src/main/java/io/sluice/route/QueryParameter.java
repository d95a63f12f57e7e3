package io.sluice.route;

import io.sluice.http.RequestHead;

/**
 * A query parameter that must be there. Parameters are separated by {@code &}; names and values are compared after
 * percent-decoding, with {@code +} for a space, as forms write them (URL Standard §5.1). A percent sign that no two
 * hexadecimal digits follow stands for itself. <em>Immutable.</em> Allocates nothing when asked.
 *
 * @param name  decoded
 * @param value decoded; null = any value, or none
 */
record QueryParameter(byte[] name, byte[] value) {

    /** Whether one of the request's parameters is it. */
    boolean in(RequestHead head) {
        byte[] bytes = head.bytes();
        int at = head.pathEnd() + 1;
        while (at <= head.queryEnd()) {
            int end = indexOf(bytes, at, head.queryEnd(), '&');
            int equals = indexOf(bytes, at, end, '=');
            // An empty piece, as in a=1&&b=2, is no parameter.
            if (end > at
                    && decodesTo(name, bytes, at, equals)
                    && (value == null || decodesTo(value, bytes, Math.min(equals + 1, end), end))) {
                return true;
            }
            at = end + 1;
        }
        return false;
    }

    /** The offset of the byte, or the end. */
    private static int indexOf(byte[] bytes, int start, int end, char sought) {
        int at = start;
        while (at < end && bytes[at] != sought) {
            at++;
        }
        return at;
    }

    private static boolean decodesTo(byte[] decoded, byte[] bytes, int start, int end) {
        int at = start;
        for (byte expected : decoded) {
            if (at == end) {
                return false;
            }
            int octet = PercentEncoding.octet(bytes, at, end);
            if ((byte) (octet >= 0 ? octet : bytes[at] == '+' ? ' ' : bytes[at]) != expected) {
                return false;
            }
            at += octet >= 0 ? 3 : 1;
        }
        return at == end;
    }
}
