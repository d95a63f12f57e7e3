package io.sluice.tracing;

import io.sluice.http.HeaderName;
import io.sluice.http.RequestHead;

/**
 * What a {@code traceparent} field says (W3C Trace Context Level 1 §3.2). <em>Immutable.</em>
 *
 * @param traceHigh the first eight bytes of the trace's id
 * @param traceLow  the other eight; both together are not 0
 * @param spanId    the id of the caller's span; not 0
 * @param sampled   whether the caller may have recorded it
 */
record TraceParent(long traceHigh, long traceLow, long spanId, boolean sampled) {
    /** The length of version 00: {@code 00-TRACE ID-PARENT ID-FLAGS}. */
    static final int LENGTH = 55;
    private static final int TRACE = 3;
    private static final int SPAN = 36;
    private static final int FLAGS = 53;
    private static final int INVALID = -1;

    /** What a head's field says; null where it has none, several, or one that can't be read. Allocates only the result. */
    static TraceParent of(RequestHead head) {
        int field = head.find(HeaderName.TRACEPARENT);
        if (field < 0 || head.next(HeaderName.TRACEPARENT, field + 1) >= 0) {
            return null;
        }
        return parse(head.bytes(), head.valueStart(field), head.valueEnd(field));
    }

    /**
     * Reads a value: version 00 exactly; of a higher version as much as it shares with 00 (§4.3). Null if that fails: a
     * character that is no lower-case hexadecimal digit, a wrong length, version ff, an id of zeros only.
     */
    static TraceParent parse(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length < LENGTH || !dashes(bytes, start)) {
            return null;
        }
        long version = hex(bytes, start, 2);
        boolean end00 = length == LENGTH;
        boolean more = version > 0 && length > LENGTH && bytes[start + LENGTH] == '-';
        if (version == INVALID || version == 0xff || !end00 && !more) {
            return null;
        }
        long flags = hex(bytes, start + FLAGS, 2);
        if (flags == INVALID || !isHex(bytes, start + TRACE, 32) || !isHex(bytes, start + SPAN, 16)) {
            return null;
        }
        long high = hex(bytes, start + TRACE, 16);
        long low = hex(bytes, start + TRACE + 16, 16);
        long span = hex(bytes, start + SPAN, 16);
        return (high | low) == 0 || span == 0 ? null : new TraceParent(high, low, span, (flags & 1) != 0);
    }

    private static boolean dashes(byte[] bytes, int start) {
        return bytes[start + TRACE - 1] == '-' && bytes[start + SPAN - 1] == '-' && bytes[start + FLAGS - 1] == '-';
    }

    private static boolean isHex(byte[] bytes, int start, int count) {
        for (int i = start; i < start + count; i++) {
            if (digit(bytes[i]) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Up to 16 digits as a number; {@link #INVALID} where one is none, which of 16 digits nobody can tell. */
    private static long hex(byte[] bytes, int start, int count) {
        long number = 0;
        for (int i = start; i < start + count; i++) {
            int digit = digit(bytes[i]);
            if (digit < 0) {
                return INVALID;
            }
            number = number << 4 | digit;
        }
        return number;
    }

    private static int digit(byte b) {
        return b >= '0' && b <= '9' ? b - '0' : b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
    }

    /** The value of a field, version 00. */
    String text() {
        return "00-" + id(traceHigh) + id(traceLow) + "-" + id(spanId) + (sampled ? "-01" : "-00");
    }

    /** Eight bytes as 16 lower-case hexadecimal digits. */
    static String id(long bytes) {
        String digits = Long.toHexString(bytes);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
