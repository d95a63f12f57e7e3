package io.sluice.http;

import java.nio.charset.StandardCharsets;

/** Reads Content-Length and Transfer-Encoding in the one way that everybody reads alike. <em>Immutable.</em> */
final class Framing {
    private static final int LENGTH_DIGITS_MAX = 18;
    private static final byte[] CHUNKED = ascii("chunked");
    /** Codings of RFC 9112 §7.2 and their old names; we take none of them off. */
    private static final byte[][] COMPRESSIONS = {
        ascii("gzip"), ascii("deflate"), ascii("compress"), ascii("x-gzip"), ascii("x-compress"),
    };

    private Framing() {}

    /** The value of 1 to 18 digits and nothing else, or -1 (RFC 9110 §8.6): no sign, no list, no overflow. */
    static long length(byte[] bytes, int start, int end) {
        if (end - start > LENGTH_DIGITS_MAX || !Octets.all(bytes, start, end, Octets.DIGIT)) {
            return -1;
        }
        long length = 0;
        for (int i = start; i < end; i++) {
            length = length * 10 + bytes[i] - '0';
        }
        return length;
    }

    /** Whether the codings are exactly {@code chunked}, once. */
    static boolean chunked(byte[] bytes, int start, int end) {
        return Ascii.equalsLowerCase(bytes, start, end, CHUNKED);
    }

    /** Whether other codings that exist come before {@code chunked}: valid, but nothing we do (RFC 9112 §6.1). */
    static boolean compressedAndChunked(byte[] bytes, int start, int end) {
        int compressions = 0;
        int at = start;
        while (true) {
            int comma = Elements.comma(bytes, at, end);
            int from = Octets.skipSpace(bytes, at, comma);
            int to = Octets.trimSpace(bytes, from, comma);
            if (comma == end) {
                return compressions > 0 && chunked(bytes, from, to);
            }
            if (!compression(bytes, from, to)) {
                return false;
            }
            compressions++;
            at = comma + 1;
        }
    }

    private static boolean compression(byte[] bytes, int start, int end) {
        for (byte[] name : COMPRESSIONS) {
            if (Ascii.equalsLowerCase(bytes, start, end, name)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
