package io.sluice.http;

/** Looks up well-known field names in received bytes, and checks names and values that we write. <em>Immutable.</em> */
public final class HeaderNames {
    private HeaderNames() {}

    private static final HeaderName[] NAMES = HeaderName.values();
    private static final byte[][] LOWER = java.util.Arrays.stream(NAMES)
            .map(n -> n.text().toLowerCase(java.util.Locale.ROOT).getBytes(java.nio.charset.StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);

    /** The well-known name of these bytes, compared without case, or {@link HeaderName#OTHER}. Allocates nothing. */
    public static HeaderName known(byte[] bytes, int start, int end) {
        for (HeaderName name : NAMES) {
            if (start < end && name.text().length() == end - start && Ascii.equalsLowerCase(bytes, start, end, LOWER[name.ordinal()])) {
                return name;
            }
        }
        return HeaderName.OTHER;
    }

    /** The well-known name of this text, compared without case, or {@link HeaderName#OTHER}. */
    public static HeaderName known(String name) {
        byte[] ascii = name.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        return known(ascii, 0, ascii.length);
    }

    /**
     * The same name.
     *
     * @throws IllegalArgumentException if it is no token (RFC 9110 §5.6.2)
     */
    public static String checkedName(String name) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0)) {
            throw new IllegalArgumentException("name: found \"" + name + "\"; expected a token");
        }
        return name;
    }

    /**
     * The same value.
     *
     * @throws IllegalArgumentException if it holds a control character other than a tab (RFC 9110 §5.5)
     */
    public static String checkedValue(String value) {
        if (!value.chars().allMatch(c -> c == '\t' || c >= ' ' && c != 0x7f && c <= 0xff)) {
            throw new IllegalArgumentException("value: found a control character; expected none");
        }
        return value;
    }
}
