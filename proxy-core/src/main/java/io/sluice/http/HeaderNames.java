package io.sluice.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Looks up well-known field names in received bytes, and checks names and values that we write. <em>Immutable.</em> */
public final class HeaderNames {
    private static final int SLOTS = 64;
    private static final HeaderName[] TABLE = new HeaderName[SLOTS];
    private static final byte[][] LOWER_CASE = new byte[SLOTS][];

    static {
        for (HeaderName name : HeaderName.values()) {
            if (name != HeaderName.OTHER) {
                byte[] lowerCase = name.text().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
                int slot = slot(lowerCase, 0, lowerCase.length);
                while (TABLE[slot] != null) {
                    slot = slot + 1 & SLOTS - 1;
                }
                TABLE[slot] = name;
                LOWER_CASE[slot] = lowerCase;
            }
        }
    }

    private HeaderNames() {}

    /** The well-known name of these bytes, compared without case, or {@link HeaderName#OTHER}. Allocates nothing. */
    public static HeaderName known(byte[] bytes, int start, int end) {
        if (start >= end) {
            return HeaderName.OTHER;
        }
        int slot = slot(bytes, start, end);
        while (TABLE[slot] != null) {
            if (Ascii.equalsLowerCase(bytes, start, end, LOWER_CASE[slot])) {
                return TABLE[slot];
            }
            slot = slot + 1 & SLOTS - 1;
        }
        return HeaderName.OTHER;
    }

    // Length, first letter and one towards the end; these factors give each name of today a slot of its own, and one more
    // name costs at worst a second comparison. The table is fixed, so what clients send can't lengthen a search.
    private static int slot(byte[] bytes, int start, int end) {
        int length = end - start;
        int first = bytes[start] | 0x20;
        int later = bytes[start + length * 3 / 4] | 0x20;
        return length * 2 + first + later * 35 & SLOTS - 1;
    }

    /** The well-known name of this text, compared without case, or {@link HeaderName#OTHER}. */
    public static HeaderName known(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.ISO_8859_1);
        return known(ascii, 0, ascii.length);
    }

    /**
     * The same name.
     *
     * @throws IllegalArgumentException if it is no token (RFC 9110 §5.6.2)
     */
    public static String checkedName(String name) {
        boolean token = !name.isEmpty();
        for (int i = 0; token && i < name.length(); i++) {
            char c = name.charAt(i);
            token = c < 0x80 && Octets.is((byte) c, Octets.TOKEN);
        }
        if (!token) {
            throw new IllegalArgumentException("field name: found \"" + printable(name) + "\"; expected a token");
        }
        return name;
    }

    /**
     * The same value.
     *
     * @throws IllegalArgumentException if it holds a control character other than a tab, or a character above 0xff, or
     *     begins or ends with white space (RFC 9110 §5.5)
     */
    public static String checkedValue(String value) {
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c > 0xff || !Octets.is((byte) c, Octets.VALUE)) {
                throw new IllegalArgumentException("field value: found \"" + printable(value)
                        + "\"; expected no control characters and none above U+00FF");
            }
        }
        if (length > 0 && (Octets.isSpace((byte) value.charAt(0)) || Octets.isSpace((byte) value.charAt(length - 1)))) {
            throw new IllegalArgumentException(
                    "field value: found \"" + value + "\"; expected no white space around it");
        }
        return value;
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.chars().forEach(c -> {
            if (c < ' ' || c >= 0x7f) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.toString();
    }
}
