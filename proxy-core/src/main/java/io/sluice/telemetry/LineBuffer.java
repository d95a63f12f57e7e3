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
    /** Of a positive long. */
    private static final int DIGITS_MAX = 19;
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
    @SuppressWarnings("deprecation") // it drops the upper half of each character, which is 0 here; nothing else copies at once
    LineBuffer ascii(String text) {
        reserve(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
        return this;
    }

    /** Ends the line. */
    void end() {
        put('\n');
    }

    /** Writes a whole number. */
    LineBuffer number(long value) {
        if (value < 0) {
            return ascii(Long.toString(value));
        }
        int digits = 1;
        for (long power = 10; digits < DIGITS_MAX && value >= power; power *= 10) {
            digits++;
        }
        reserve(digits);
        int at = length + digits;
        long rest = value;
        // In 32 bits, which is where most numbers are, a division costs half.
        for (; rest > Integer.MAX_VALUE; rest /= 10) {
            bytes[--at] = (byte) ('0' + rest % 10);
        }
        for (int small = (int) rest; at > length; small /= 10) {
            bytes[--at] = (byte) ('0' + small % 10);
        }
        length += digits;
        return this;
    }

    /** Writes a number in hexadecimal digits, without zeros in front. */
    LineBuffer hexadecimal(long value) {
        int digits = Math.max(1, (Long.SIZE + 3 - Long.numberOfLeadingZeros(value)) / 4);
        reserve(digits);
        for (int shift = 4 * digits; shift > 0; length++) {
            shift -= 4;
            bytes[length] = HEX[(int) (value >> shift) & 15];
        }
        return this;
    }

    /**
     * Writes a JSON string with its quotes (RFC 8259 §7), all in ASCII: whatever reads the log, no byte of it depends on
     * a character set. A character a byte, as a head gives it, comes back as U+0000 to U+00FF.
     *
     * @param text null = the empty string
     */
    LineBuffer json(String text) {
        put('"');
        if (text != null) {
            int plain = plain(text);
            for (int i = plain; i < text.length(); i++) {
                escaped(text.charAt(i));
            }
        }
        put('"');
        return this;
    }

    /** Writes the text as far as nothing of it needs escaping; how many characters that are. */
    @SuppressWarnings("deprecation") // as in ascii
    private int plain(String text) {
        int end = 0;
        while (end < text.length() && isPlain(text.charAt(end))) {
            end++;
        }
        reserve(end);
        text.getBytes(0, end, bytes, length);
        length += end;
        return end;
    }

    private static boolean isPlain(char c) {
        return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    }

    private void escaped(char c) {
        if (isPlain(c)) {
            put(c);
        } else if (c == '"' || c == '\\') {
            put('\\');
            put(c);
        } else {
            ascii("\\u");
            hex(c >> 8);
            hex(c);
        }
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
