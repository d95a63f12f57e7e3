package io.sluice.http;

import java.nio.charset.StandardCharsets;

/** Reads the values of framing fields, strictly. <em>Immutable.</em> */
final class Fields {
    private static final int LENGTH_DIGITS_MAX = 18;
    private static final byte[] CHUNKED = "chunked".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEEP_ALIVE = "keep-alive".getBytes(StandardCharsets.US_ASCII);

    private Fields() {}

    /** A length of 1 to 18 digits and nothing else, in one field; -1 otherwise (RFC 9110 §8.6). */
    static long contentLength(Head head, int field) {
        int start = head.valueStart(field);
        int end = head.valueEnd(field);
        if (end == start || end - start > LENGTH_DIGITS_MAX || head.next(HeaderName.CONTENT_LENGTH, field + 1) >= 0) {
            return -1;
        }
        long length = 0;
        for (int i = start; i < end; i++) {
            if (!Octets.digit(head.bytes[i])) {
                return -1;
            }
            length = length * 10 + head.bytes[i] - '0';
        }
        return length;
    }

    /** Whether the value is {@code chunked} and nothing else. */
    static boolean chunked(Head head, int field) {
        return Ascii.equalsLowerCase(head.bytes, head.valueStart(field), head.valueEnd(field), CHUNKED);
    }

    /** Whether it lists other codings and then {@code chunked}: known syntax, but more than we do. */
    static boolean listsChunkedLast(Head head, int field) {
        byte[] bytes = head.bytes;
        int end = head.valueEnd(field);
        int last = end - CHUNKED.length;
        int at = head.valueStart(field);
        if (last <= at + 1 || !Ascii.equalsLowerCase(bytes, last, end, CHUNKED)) {
            return false;
        }
        boolean token = false;
        for (; at < last; at++) {
            if (bytes[at] == ',' ? !token : !Octets.space(bytes[at]) && !Octets.token(bytes[at])) {
                return false;
            }
            token = bytes[at] != ',' && (token || Octets.token(bytes[at]));
            if (at + CHUNKED.length <= last && Ascii.equalsLowerCase(bytes, at, at + CHUNKED.length, CHUNKED)) {
                return false;
            }
        }
        return !token;
    }

    /** Whether the connection persists, by version and Connection (RFC 9112 §9.3). */
    static boolean persists(Head head) {
        boolean keepAlive = false;
        for (int i = head.find(HeaderName.CONNECTION); i >= 0; i = head.next(HeaderName.CONNECTION, i + 1)) {
            if (lists(head, i, CLOSE)) {
                return false;
            }
            keepAlive |= head.http10() && lists(head, i, KEEP_ALIVE);
        }
        return !head.http10() || keepAlive;
    }

    private static boolean lists(Head head, int field, byte[] word) {
        byte[] bytes = head.bytes;
        int end = head.valueEnd(field);
        int at = head.valueStart(field);
        while (at < end) {
            int comma = at;
            while (comma < end && bytes[comma] != ',') {
                comma++;
            }
            int last = comma;
            while (last > at && Octets.space(bytes[last - 1])) {
                last--;
            }
            if (Ascii.equalsLowerCase(bytes, at, last, word)) {
                return true;
            }
            at = comma + 1;
            while (at < end && Octets.space(bytes[at])) {
                at++;
            }
        }
        return false;
    }
}
