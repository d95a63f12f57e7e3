package io.sluice.http;

/** Walks the elements of a comma-separated value of tokens (RFC 9110 §5.6.1). <em>Immutable.</em> Allocates nothing. */
final class Elements {
    private Elements() {}

    /** The offset of the comma that ends the element beginning at {@code at}, or {@code end}. */
    static int comma(byte[] bytes, int at, int end) {
        int comma = at;
        while (comma < end && bytes[comma] != ',') {
            comma++;
        }
        return comma;
    }
}
