package io.sluice.http;

/** Looks up well-known field names in received bytes, and checks names and values that we write. <em>Immutable.</em> */
public final class HeaderNames {
    private HeaderNames() {}

    /** The well-known name of these bytes, compared without case, or {@link HeaderName#OTHER}. Allocates nothing. */
    public static HeaderName known(byte[] bytes, int start, int end) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    /**
     * The same value.
     *
     * @throws IllegalArgumentException if it holds a control character other than a tab (RFC 9110 §5.5)
     */
    public static String checkedValue(String value) {
        throw new UnsupportedOperationException();
    }
}
