package io.sluice.route;

/** Percent-encoded octets (RFC 3986 §2.1). <em>Immutable.</em> Allocates nothing. */
final class PercentEncoding {
    private PercentEncoding() {}

    /** The octet, 0 to 255, that is written at this offset in three bytes ({@code %41}); -1 if none is. */
    static int octet(byte[] bytes, int at, int end) {
        if (bytes[at] != '%' || at + 2 >= end) {
            return -1;
        }
        int high = Character.digit(bytes[at + 1], 16);
        int low = Character.digit(bytes[at + 2], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
