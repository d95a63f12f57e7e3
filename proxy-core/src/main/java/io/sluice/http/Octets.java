package io.sluice.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What each octet may be part of, as one table lookup, and the scans over received bytes that are built on it.
 * <em>Immutable.</em> Allocates nothing.
 */
final class Octets {
    /** {@code tchar}: names, methods (RFC 9110 §5.6.2). */
    static final int TOKEN = 1;
    /** Field values and reason phrases: tab, space, visible ASCII, bytes from 0x80 (RFC 9110 §5.5). */
    static final int VALUE = 2;
    /** Request targets: visible ASCII without {@code #}, which is never sent (RFC 9112 §3.2). */
    static final int TARGET = 4;
    /** A registered name: unreserved characters of RFC 3986 §2.3, no escapes, no sub-delimiters. */
    static final int HOST = 8;
    static final int DIGIT = 16;
    static final int HEX = 32;

    private static final byte[] CLASSES = classes();
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x0101010101010101L;

    private Octets() {}

    private static byte[] classes() {
        byte[] classes = new byte[256];
        for (int b = 0; b < 256; b++) {
            boolean digit = b >= '0' && b <= '9';
            boolean letter = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z';
            boolean visible = b > ' ' && b < 0x7f;
            boolean token = visible && "\"(),/:;<=>?@[\\]{}".indexOf(b) < 0;
            boolean hex = digit || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F';
            classes[b] = (byte) ((token ? TOKEN : 0)
                    | (visible || b == ' ' || b == '\t' || b >= 0x80 ? VALUE : 0)
                    | (visible && b != '#' ? TARGET : 0)
                    | (digit || letter || b == '-' || b == '.' || b == '_' || b == '~' ? HOST : 0)
                    | (digit ? DIGIT : 0)
                    | (hex ? HEX : 0));
        }
        return classes;
    }

    /** Whether the octet belongs to the class. */
    static boolean is(byte b, int octetClass) {
        return (CLASSES[b & 0xff] & octetClass) != 0;
    }

    /** Whether there is at least one octet and all belong to the class. */
    static boolean all(byte[] bytes, int start, int end, int octetClass) {
        return start < end && skip(bytes, start, end, octetClass) == end;
    }

    /** The offset of the first octet that is not of the class, or {@code end}. */
    static int skip(byte[] bytes, int start, int end, int octetClass) {
        int at = start;
        while (at < end && (CLASSES[bytes[at] & 0xff] & octetClass) != 0) {
            at++;
        }
        return at;
    }

    /** The offset of the first octet that can't stand in a field value, or {@code end}: eight at a time. */
    static int skipValue(byte[] bytes, int start, int end) {
        int at = start;
        while (true) {
            while (at + Long.BYTES <= end) {
                long word = (long) WORDS.get(bytes, at);
                // The high bit of each octet below 0x20 or equal to 0x7f; right at least for the lowest one.
                long delete = word ^ 0x7f * LOW_BITS;
                long found = ((word - 0x20 * LOW_BITS) & ~word | (delete - LOW_BITS) & ~delete) & HIGH_BITS;
                if (found != 0) {
                    at += Long.numberOfTrailingZeros(found) >>> 3;
                    break;
                }
                at += Long.BYTES;
            }
            // A tab belongs to the value; whatever else stopped the words ends it.
            int stop = Math.min(end, at + Long.BYTES);
            at = skip(bytes, at, stop, VALUE);
            if (at < stop || at == end) {
                return at;
            }
        }
    }

    /** The offset of the first octet that is neither space nor tab, or {@code end}. */
    static int skipSpace(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    /** The offset behind the last octet that is neither space nor tab, or {@code start}. */
    static int trimSpace(byte[] bytes, int start, int end) {
        int at = end;
        while (at > start && isSpace(bytes[at - 1])) {
            at--;
        }
        return at;
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    /** The value of a hexadecimal digit, or -1. */
    static int hex(byte b) {
        if (!is(b, HEX)) {
            return -1;
        }
        return b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10;
    }

    /** Eight octets from {@code at} on, the first one lowest. */
    static long word(byte[] bytes, int at) {
        return (long) WORDS.get(bytes, at);
    }
}
