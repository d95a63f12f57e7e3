package io.sluice.telemetry;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Growing bytes that log lines are written into. All it writes is printable ASCII and line ends of its own: text that a
 * client chose goes through {@link #json} or {@link #quoted}, which leave no byte that could end a string or a line.
 * <em>Loop-confined</em> to the writer's thread.
 */
final class LineBuffer {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    /** An unusually large line must not be paid for ever. */
    private static final int BYTES_KEPT = 256 * 1024;

    private byte[] bytes = new byte[8192];
    private int length;

    /** Bytes in use. */
    int length() {
        return length;
    }

    /** Forgets what it holds. */
    void clear() {
        length = 0;
        if (bytes.length > BYTES_KEPT) {
            bytes = new byte[8192];
        }
    }

    /** What it holds; valid until the next change. */
    ByteBuffer content() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    /** Writes text of ours as it is: ASCII without control characters. */
    LineBuffer ascii(String text) {
        int end = length + text.length();
        reserve(text.length());
        for (int i = 0; length < end; i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
        return this;
    }

    /** Ends the line. */
    void end() {
        put('\n');
    }

    /** Writes a whole number. */
    LineBuffer number(long value) {
        return ascii(Long.toString(value));
    }

    /**
     * Writes a JSON string with its quotes (RFC 8259 §7), all in ASCII: whatever reads the log, no byte of it depends on
     * a character set. A character a byte, as a head gives it, comes back as U+0000 to U+00FF.
     *
     * @param text null = the empty string
     */
    LineBuffer json(String text) {
        put('"');
        for (int i = 0; text != null && i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                put('\\');
                put(c);
            } else if (c >= 0x20 && c < 0x7f) {
                put(c);
            } else {
                ascii("\\u");
                hex(c >> 8);
                hex(c);
            }
        }
        put('"');
        return this;
    }

    /**
     * Writes text that stands between quotes or spaces of a line in common format: a quote, a backslash, a space, and
     * all that is not printable ASCII becomes {@code \xHH}, so that a line always has the same number of fields.
     *
     * @param text null or empty = a hyphen
     */
    LineBuffer quoted(String text) {
        if (text == null || text.isEmpty()) {
            put('-');
            return this;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0x20 && c < 0x7f && c != '"' && c != '\\') {
                put(c);
            } else {
                ascii("\\x");
                if (c > 0xff) {
                    hex(c >> 8);
                }
                hex(c);
            }
        }
        return this;
    }

    private void hex(int octet) {
        put(HEX[octet >> 4 & 15]);
        put(HEX[octet & 15]);
    }

    private void put(int octet) {
        reserve(1);
        bytes[length++] = (byte) octet;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
