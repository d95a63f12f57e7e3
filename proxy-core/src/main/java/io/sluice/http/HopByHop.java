package io.sluice.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Drops the fields that concern one connection only (RFC 9110 §7.6.1). <em>Immutable.</em> */
public final class HopByHop {
    private static final HeaderName[] BY_NATURE =
            Arrays.stream(HeaderName.values()).filter(HeaderName::hopByHop).toArray(HeaderName[]::new);
    /** What we or a backend rely on: listing it in Connection must not make it vanish (CVE-2022-31813). */
    private static final long RELIED_ON = mask(
            HeaderName.HOST,
            HeaderName.CONTENT_LENGTH,
            HeaderName.EXPECT,
            HeaderName.MAX_FORWARDS,
            HeaderName.VIA,
            HeaderName.FORWARDED,
            HeaderName.X_REAL_IP);
    private static final byte[] X_FORWARDED = ascii("x-forwarded-");
    private static final byte[] CLOSE = ascii("close");

    private HopByHop() {}

    /**
     * Drops Connection, the fields it names, and those that are hop-by-hop by their nature. Host, Content-Length, Expect,
     * Max-Forwards, Via, Forwarded, X-Real-IP and X-Forwarded-* stay even if it names them. What is no token names
     * nothing. A second call finds nothing left to drop. Allocates nothing.
     */
    public static void strip(Head head) {
        for (int i = head.find(HeaderName.CONNECTION); i >= 0; i = head.next(HeaderName.CONNECTION, i + 1)) {
            int end = head.valueEnd(i);
            int at = head.valueStart(i);
            while (at < end) {
                int comma = Elements.comma(head.bytes, at, end);
                int start = Octets.skipSpace(head.bytes, at, comma);
                dropNamed(head, start, Octets.trimSpace(head.bytes, start, comma));
                at = comma + 1;
            }
        }
        for (HeaderName name : BY_NATURE) {
            head.dropAll(name);
        }
    }

    private static void dropNamed(Head head, int start, int end) {
        byte[] bytes = head.bytes;
        HeaderName known = HeaderNames.known(bytes, start, end);
        if (known != HeaderName.OTHER) {
            // Connection itself is dropped last: its fields are still being read.
            if (known != HeaderName.CONNECTION && !reliedOn(known)) {
                head.dropAll(known);
            }
            return;
        }
        if (start == end || Ascii.equalsLowerCase(bytes, start, end, CLOSE) || forwarding(bytes, start, end)) {
            return;
        }
        for (int i = head.find(HeaderName.OTHER); i >= 0; i = head.next(HeaderName.OTHER, i + 1)) {
            if (Ascii.equals(bytes, start, end, head.nameStart(i), head.nameEnd(i))) {
                head.drop(i);
            }
        }
    }

    private static boolean reliedOn(HeaderName name) {
        return (RELIED_ON & 1L << name.ordinal()) != 0 || name.text().startsWith("X-Forwarded-");
    }

    private static boolean forwarding(byte[] bytes, int start, int end) {
        return end - start > X_FORWARDED.length
                && Ascii.equalsLowerCase(bytes, start, start + X_FORWARDED.length, X_FORWARDED);
    }

    private static long mask(HeaderName... names) {
        long mask = 0;
        for (HeaderName name : names) {
            mask |= 1L << name.ordinal();
        }
        return mask;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
