package io.sluice.scenario;

import java.net.InetAddress;

/** Texts of PROXY protocol headers of version 2, a byte a character. <em>Immutable.</em> */
final class BinaryHeader {
    static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
    static final int LOCAL = 0x20;
    static final int PROXY = 0x21;
    static final int TCP4 = 0x11;
    static final int TCP6 = 0x21;

    private BinaryHeader() {}

    /** A header of these bytes, its length counted. */
    static String of(int command, int family, String content) {
        return SIGNATURE + (char) command + (char) family + number(content.length()) + content;
    }

    /** A header for a connection between these addresses; what is given besides follows them. */
    static String of(String source, int sourcePort, String destination, int port, String... more) {
        String from = bytes(source);
        return of(PROXY, from.length() == 4 ? TCP4 : TCP6,
                from + bytes(destination) + number(sourcePort) + number(port) + String.join("", more));
    }

    /** A further field. */
    static String field(int type, String value) {
        return (char) type + number(value.length()) + value;
    }

    private static String bytes(String address) {
        return Http.text(InetAddress.ofLiteral(address).getAddress());
    }

    /** Two bytes, the high one first. */
    static String number(int value) {
        return "" + (char) (value >> 8) + (char) (value & 0xff);
    }
}
