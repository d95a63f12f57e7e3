package io.sluice.http;

import io.netty.buffer.ByteBuf;

/** Comparing and writing octets as ASCII, without case where HTTP says so. <em>Immutable.</em> Allocates nothing. */
public final class Ascii {
    private Ascii() {}

    /** Whether the bytes are this word, given in lower case, whatever their own case. */
    public static boolean equalsLowerCase(byte[] bytes, int start, int end, byte[] lowerCase) {
        if (end - start != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            byte b = bytes[start + i];
            if (b != lowerCase[i] && lower(b) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a field's name begins so, whatever its case, and with underscores in the place of hyphens, too: many backends
     * (CGI, WSGI) can't tell these apart.
     */
    public static boolean beginsLike(byte[] bytes, int start, int end, byte[] lowerCase) {
        if (end - start < lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            byte b = bytes[start + i] == '_' ? (byte) '-' : lower(bytes[start + i]);
            if (b != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether two ranges of the same bytes are the same word, whatever their case. */
    static boolean equals(byte[] bytes, int start, int end, int otherStart, int otherEnd) {
        if (end - start != otherEnd - otherStart) {
            return false;
        }
        for (int i = 0; i < end - start; i++) {
            if (lower(bytes[start + i]) != lower(bytes[otherStart + i])) {
                return false;
            }
        }
        return true;
    }

    /** The byte, in lower case if it is a letter. */
    public static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
    }

    /**
     * Writes text, a byte a character, and returns the offset behind it.
     *
     * @param text checked by the caller for what may stand there; no character above 0xff
     */
    static int put(CharSequence text, byte[] to, int at) {
        if (text instanceof String string) {
            putString(string, to, at);
        } else {
            for (int i = 0; i < text.length(); i++) {
                to[at + i] = (byte) text.charAt(i);
            }
        }
        return at + text.length();
    }

    // The one way from a String's Latin-1 bytes to an array without an allocation; deprecated for characters above
    // 0xff, which checked values don't hold.
    @SuppressWarnings("deprecation")
    private static void putString(String text, byte[] to, int at) {
        text.getBytes(0, text.length(), to, at);
    }

    /** Writes a number that is not negative in decimal digits, and returns the offset behind them. */
    public static int putDecimal(long number, byte[] to, int at) {
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            to[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return at + digits;
    }

    /** Writes a number that is not negative in hexadecimal digits, without leading zeros. */
    public static void writeHex(long number, ByteBuf out) {
        for (int shift = Math.max(0, (63 - Long.numberOfLeadingZeros(number)) & ~3); shift >= 0; shift -= 4) {
            out.writeByte("0123456789abcdef".charAt((int) (number >>> shift) & 15));
        }
    }
}
