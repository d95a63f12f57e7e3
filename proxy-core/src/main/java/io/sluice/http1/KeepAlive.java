package io.sluice.http1;

import io.sluice.http.Ascii;
import io.sluice.http.HeaderName;
import io.sluice.http.ResponseHead;
import java.util.concurrent.TimeUnit;

/** Reads {@code Keep-Alive: timeout=5, max=100} (RFC 2068 §19.7.1.1, as servers still send it). <em>Immutable.</em> */
final class KeepAlive {
    private static final byte[] TIMEOUT = {'t', 'i', 'm', 'e', 'o', 'u', 't', '='};
    private static final int DIGITS_MAX = 9;

    private KeepAlive() {}

    /** The timeout in nanoseconds that a response says; {@code otherwise} if it says none. */
    static long timeoutNanos(ResponseHead head, long otherwise) {
        int field = head.find(HeaderName.KEEP_ALIVE);
        return field < 0 ? otherwise : timeoutNanos(head.bytes(), head.valueStart(field), head.valueEnd(field));
    }

    /** The timeout in nanoseconds; -1 if there is none that can be read. */
    static long timeoutNanos(byte[] bytes, int start, int end) {
        for (int at = start; at + TIMEOUT.length < end; at++) {
            boolean wordBegins = at == start || bytes[at - 1] == ' ' || bytes[at - 1] == ',';
            if (wordBegins && Ascii.equalsLowerCase(bytes, at, at + TIMEOUT.length, TIMEOUT)) {
                return seconds(bytes, at + TIMEOUT.length, end);
            }
        }
        return -1;
    }

    private static long seconds(byte[] bytes, int start, int end) {
        long seconds = 0;
        int at = start;
        while (at < end && at - start < DIGITS_MAX && bytes[at] >= '0' && bytes[at] <= '9') {
            seconds = seconds * 10 + bytes[at++] - '0';
        }
        return at == start ? -1 : TimeUnit.SECONDS.toNanos(seconds);
    }
}
