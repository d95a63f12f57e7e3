package io.sluice.http2;

import io.sluice.http.Ascii;
import java.nio.charset.StandardCharsets;

/** The numbers of the field names that HPACK knows (RFC 7541, appendix A). <em>Immutable.</em> Allocates nothing. */
final class StaticNames {
    private static final int FIRST = 14;
    private static final String[] FROM_FIRST = {
        "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "accept", "access-control-allow-origin",
        "age", "allow", "authorization", "cache-control", "content-disposition", "content-encoding", "content-language",
        "content-length", "content-location", "content-range", "content-type", "cookie", "date", "etag", "expect",
        "expires", "from", "host", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
        "last-modified", "link", "location", "max-forwards", "proxy-authenticate", "proxy-authorization", "range",
        "referer", "refresh", "retry-after", "server", "set-cookie", "strict-transport-security", "transfer-encoding",
        "user-agent", "vary", "via", "www-authenticate"
    };
    private static final int SLOTS = 256;
    private static final byte[][] NAMES = new byte[SLOTS][];
    private static final byte[] NUMBERS = new byte[SLOTS];

    static {
        for (int i = 0; i < FROM_FIRST.length; i++) {
            byte[] name = FROM_FIRST[i].getBytes(StandardCharsets.US_ASCII);
            int slot = slot(name, 0, name.length);
            while (NAMES[slot] != null) {
                slot = slot + 1 & SLOTS - 1;
            }
            NAMES[slot] = name;
            NUMBERS[slot] = (byte) (FIRST + 1 + i);
        }
    }

    private StaticNames() {}

    /** The number of this name, compared without case; 0 = it has none. */
    static int number(byte[] bytes, int start, int end) {
        int slot = slot(bytes, start, end);
        while (NAMES[slot] != null) {
            if (Ascii.equalsLowerCase(bytes, start, end, NAMES[slot])) {
                return NUMBERS[slot];
            }
            slot = slot + 1 & SLOTS - 1;
        }
        return 0;
    }

    private static int slot(byte[] bytes, int start, int end) {
        int length = end - start;
        int first = bytes[start] | 0x20;
        int middle = bytes[start + length / 2] | 0x20;
        int last = bytes[end - 1] | 0x20;
        return length * 7 + first * 3 + middle * 5 + last * 11 & SLOTS - 1;
    }
}
