package io.sluice.http;

import java.nio.charset.StandardCharsets;

/** What the Connection fields of a message say about its connection (RFC 9110 §7.6.1). <em>Immutable.</em> */
final class ConnectionOptions {
    static final int CLOSE = 1;
    static final int KEEP_ALIVE = 2;
    static final int UPGRADE = 4;
    /** Something that is no token: it names no field, and a connection that says what we can't read does not persist. */
    static final int NO_TOKEN = 8;
    /** More than {@link #COUNT_MAX}: each costs a look through all fields, and no honest message has so many. */
    static final int TOO_MANY = 16;

    static final int COUNT_MAX = 64;

    private static final byte[] CLOSE_WORD = ascii("close");
    private static final byte[] KEEP_ALIVE_WORD = ascii("keep-alive");
    private static final byte[] UPGRADE_WORD = ascii("upgrade");

    private ConnectionOptions() {}

    /** A bit for each kind of option that is there. */
    static int of(Head head) {
        int found = 0;
        int count = 0;
        byte[] bytes = head.bytes;
        for (int i = head.find(HeaderName.CONNECTION); i >= 0; i = head.next(HeaderName.CONNECTION, i + 1)) {
            int end = head.valueEnd(i);
            for (int at = head.valueStart(i); at <= end; at++) {
                int comma = Elements.comma(bytes, at, end);
                int start = Octets.skipSpace(bytes, at, comma);
                found |= one(bytes, start, Octets.trimSpace(bytes, start, comma));
                count++;
                at = comma;
            }
        }
        return count > COUNT_MAX ? found | TOO_MANY : found;
    }

    private static int one(byte[] bytes, int start, int end) {
        if (start == end) {
            return 0;
        }
        return switch (end - start) {
            case 5 -> Ascii.equalsLowerCase(bytes, start, end, CLOSE_WORD) ? CLOSE : other(bytes, start, end);
            case 7 -> Ascii.equalsLowerCase(bytes, start, end, UPGRADE_WORD) ? UPGRADE : other(bytes, start, end);
            case 10 -> Ascii.equalsLowerCase(bytes, start, end, KEEP_ALIVE_WORD) ? KEEP_ALIVE : other(bytes, start, end);
            default -> other(bytes, start, end);
        };
    }

    private static int other(byte[] bytes, int start, int end) {
        return Octets.all(bytes, start, end, Octets.TOKEN) ? 0 : NO_TOKEN;
    }

    /** Whether a connection persists after a message with these options (RFC 9112 §9.3); {@code close} wins. */
    static boolean persistent(int options, int minorVersion) {
        return (options & (CLOSE | NO_TOKEN)) == 0 && (minorVersion > 0 || (options & KEEP_ALIVE) != 0);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
