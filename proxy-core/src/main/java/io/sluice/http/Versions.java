package io.sluice.http;

/** Reads {@code HTTP/d.d} (RFC 9112 §2.3). <em>Immutable.</em> */
final class Versions {
    private Versions() {}

    /** Ten times the major and the minor digit, such as 11; -1 for anything else. Reads eight bytes. */
    static int read(byte[] bytes, int at) {
        boolean shape = bytes[at] == 'H' && bytes[at + 1] == 'T' && bytes[at + 2] == 'T' && bytes[at + 3] == 'P'
                && bytes[at + 4] == '/' && Octets.digit(bytes[at + 5]) && bytes[at + 6] == '.'
                && Octets.digit(bytes[at + 7]);
        return shape ? (bytes[at + 5] - '0') * 10 + bytes[at + 7] - '0' : -1;
    }
}
