package io.sluice.http;

/** Which octets may stand where. <em>Immutable.</em> */
final class Octets {
    private static final byte TOKEN = 1;
    private static final byte TARGET = 2;
    private static final byte HEX = 4;
    private static final byte HOST = 8;
    private static final byte[] CLASSES = classes();

    private Octets() {}

    private static byte[] classes() {
        byte[] classes = new byte[256];
        for (int c = 0; c < 256; c++) {
            boolean digit = c >= '0' && c <= '9';
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            boolean hexLetter = c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
            int set = letter || digit || "!#$%&'*+-.^_`|~".indexOf(c) >= 0 ? TOKEN : 0;
            set |= c > ' ' && c < 0x7f && c != '#' ? TARGET : 0;
            set |= digit || hexLetter ? HEX : 0;
            set |= letter || digit || "-._~".indexOf(c) >= 0 ? HOST : 0;
            classes[c] = (byte) set;
        }
        return classes;
    }

    /** A token's (RFC 9110 §5.6.2). */
    static boolean token(byte b) {
        return (CLASSES[b & 0xff] & TOKEN) != 0;
    }

    /** A request target's: visible ASCII, but for the mark of a fragment (RFC 9112 §3.2). */
    static boolean target(byte b) {
        return (CLASSES[b & 0xff] & TARGET) != 0;
    }

    /** A hexadecimal digit. */
    static boolean hex(byte b) {
        return (CLASSES[b & 0xff] & HEX) != 0;
    }

    /** A host name's or an IPv4 address's: unreserved characters (RFC 3986 §2.3). */
    static boolean host(byte b) {
        return (CLASSES[b & 0xff] & HOST) != 0;
    }

    /** Optional white space (RFC 9110 §5.6.3). */
    static boolean space(byte b) {
        return b == ' ' || b == '\t';
    }

    static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }
}
