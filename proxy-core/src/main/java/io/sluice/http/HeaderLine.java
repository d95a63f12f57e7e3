package io.sluice.http;

import java.nio.charset.StandardCharsets;

/**
 * A field of ours, ready to be written: {@code Name: value CRLF} as bytes, and which name it is. <em>Immutable.</em>
 * The arrays are never handed out for writing.
 */
public final class HeaderLine {
    private final HeaderName name;
    private final byte[] bytes;
    private final int nameLength;

    private HeaderLine(HeaderName name, String text, String value) {
        this.name = name;
        this.bytes = (text + ": " + value + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        this.nameLength = text.length();
    }

    /**
     * Prepares a field.
     *
     * @param name  a token (RFC 9110 §5.6.2)
     * @param value visible ASCII, spaces, tabs and bytes from 0x80; no leading or trailing white space
     * @throws IllegalArgumentException on any other character: a CR or LF here would forge a message
     */
    public static HeaderLine of(String name, String value) {
        return new HeaderLine(HeaderNames.known(name), HeaderNames.checkedName(name), HeaderNames.checkedValue(value));
    }

    /** Which well-known name it is, or {@link HeaderName#OTHER}. */
    public HeaderName name() {
        return name;
    }

    /** The length of the name in bytes. */
    int nameLength() {
        return nameLength;
    }

    /** The whole line with its CRLF; borrowed, not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return new String(bytes, 0, bytes.length - 2, StandardCharsets.ISO_8859_1);
    }
}
