package io.sluice.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The head of a message: the received bytes and an index of its fields. Fields can be dropped and appended, so that
 * writing the head to the other side is a copy of the runs of lines that are left. <em>Loop-confined.</em>
 *
 * <p>A head is filled by a {@link HeadParser}, or built by {@code start…} and {@link #append}. It holds no
 * reference-counted memory and is reused: {@link #clear} makes it empty. Positions handed out are offsets into
 * {@link #bytes()}, valid until the next change of the head.
 *
 * <p>Layout of {@link #bytes()}: the received head with its empty line, then lines appended by us, each with its CRLF.
 * The index has {@link #STRIDE} numbers a field: start of the name, end of the name, start and end of the value without
 * white space around it. The line of a field ends two bytes (CRLF) behind the last white space of its value; {@link
 * #lineEnd} tells where.
 */
public abstract sealed class Head permits RequestHead, ResponseHead, TrailerSection {
    static final int STRIDE = 5;
    /** How much is copied off a buffer at a time: what follows the head shall not be copied for nothing. */
    private static final int STEP_BYTES = 1024;
    private static final int BYTES_KEPT = 4096;
    private static final int FIELDS_KEPT = 64;
    private static final HeaderName[] NAMES = HeaderName.values();

    /** The bytes; grows as needed. */
    byte[] bytes = new byte[1024];
    /** Bytes in use. */
    int length;
    /** Start of the field line being read, end of its name, how far was read, and what is expected there. */
    int lineStart;
    int nameEnd;
    int scanned;
    int expected;
    ProxyError error;
    BodyFraming framing = BodyFraming.NONE;
    long contentLength = -1;
    int minorVersion = 1;
    boolean keepAlive;

    private int[] index = new int[STRIDE * 24];
    private byte[] names = new byte[24];
    private int count;
    /** A bit for each well-known name that was entered: most questions are for names that are not there. */
    private long present;

    Head() {}

    /** Makes it empty, and gives back memory that an unusually large head took. */
    public void clear() {
        if (bytes.length > BYTES_KEPT) {
            bytes = new byte[1024];
        }
        if (names.length > FIELDS_KEPT) {
            index = new int[STRIDE * 24];
            names = new byte[24];
        }
        length = 0;
        lineStart = 0;
        nameEnd = 0;
        scanned = 0;
        expected = 0;
        count = 0;
        present = 0;
        error = null;
        framing = BodyFraming.NONE;
        contentLength = -1;
        minorVersion = 1;
        keepAlive = false;
    }

    /** Why it was refused, or null. */
    public final ProxyError error() {
        return error;
    }

    /** Whether any byte of it was read yet. */
    public final boolean started() {
        return length > 0;
    }

    /** How the body's end is known. */
    public final BodyFraming framing() {
        return framing;
    }

    /**
     * The body's length in bytes where {@link #framing()} is {@code LENGTH}. With {@code NONE} 0 if a Content-Length said
     * so, what Content-Length says where it only describes (HEAD, 304), else -1; always -1 with the other framings.
     */
    public final long contentLength() {
        return contentLength;
    }

    /** Whether the peer speaks HTTP/1.0. */
    public final boolean http10() {
        return minorVersion == 0;
    }

    /** Whether the peer lets its connection persist after this message, by version and Connection (RFC 9112 §9.3). */
    public final boolean keepAlive() {
        return keepAlive;
    }

    /** The number of fields, dropped ones included. */
    public final int count() {
        return count;
    }

    /** Which well-known name field {@code i} has. */
    public final HeaderName name(int i) {
        return NAMES[names[i]];
    }

    /** The first kept field of this well-known name, or -1. */
    public final int find(HeaderName name) {
        return next(name, 0);
    }

    /** The first kept field of this well-known name from {@code from} on, or -1. */
    public final int next(HeaderName name, int from) {
        byte id = (byte) name.ordinal();
        if ((present & 1L << id) == 0) {
            return -1;
        }
        for (int i = from; i < count; i++) {
            if (names[i] == id && !dropped(i)) {
                return i;
            }
        }
        return -1;
    }

    /** The first kept field of this name (lower case) from {@code from} on, or -1. For names that are not well known. */
    public final int next(byte[] lowerCaseName, int from) {
        for (int i = from; i < count; i++) {
            if (!dropped(i) && Ascii.equalsLowerCase(bytes, nameStart(i), nameEnd(i), lowerCaseName)) {
                return i;
            }
        }
        return -1;
    }

    /** Offset of the name's first byte. */
    public final int nameStart(int i) {
        return index[i * STRIDE];
    }

    /** Offset behind the name's last byte. */
    public final int nameEnd(int i) {
        return index[i * STRIDE + 1];
    }

    /** Offset of the value's first byte. */
    public final int valueStart(int i) {
        return index[i * STRIDE + 2];
    }

    /** Offset behind the value's last byte. */
    public final int valueEnd(int i) {
        return index[i * STRIDE + 3];
    }

    /** Offset behind the field's CRLF. */
    public final int lineEnd(int i) {
        return index[i * STRIDE + 4] & Integer.MAX_VALUE;
    }

    /** The bytes behind the offsets; borrowed, not to be changed. */
    public final byte[] bytes() {
        return bytes;
    }

    /** The value as text, a character a byte. Allocates. */
    public final String value(int i) {
        return text(valueStart(i), valueEnd(i));
    }

    /** The name as received. Allocates. */
    public final String nameText(int i) {
        return text(nameStart(i), nameEnd(i));
    }

    /** Some bytes as text, a character a byte. Allocates. */
    public final String text(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** Whether field {@code i} was dropped. */
    public final boolean dropped(int i) {
        return index[i * STRIDE + 4] < 0;
    }

    /** Leaves field {@code i} out when the head is written. */
    public final void drop(int i) {
        index[i * STRIDE + 4] |= Integer.MIN_VALUE;
    }

    /** Leaves out every field of this well-known name. */
    public final void dropAll(HeaderName name) {
        for (int i = next(name, 0); i >= 0; i = next(name, i + 1)) {
            drop(i);
        }
    }

    /** Leaves out every field of this name (lower case). */
    public final void dropAll(byte[] lowerCaseName) {
        for (int i = next(lowerCaseName, 0); i >= 0; i = next(lowerCaseName, i + 1)) {
            drop(i);
        }
    }

    /** Adds a prepared field at the end. */
    public final void append(HeaderLine line) {
        byte[] source = line.bytes();
        int start = reserve(source.length);
        System.arraycopy(source, 0, bytes, start, source.length);
        length += source.length;
        int end = start + source.length;
        index(line.name(), start, start + line.nameLength(), start + line.nameLength() + 2, end - 2, end);
    }

    /**
     * Adds a field of a well-known name at the end.
     *
     * @param value checked by the caller: it may hold no control character other than a tab
     */
    public final void append(HeaderName name, CharSequence value) {
        String text = name.text();
        int start = reserve(text.length() + value.length() + 4);
        int at = Ascii.put(text, bytes, start);
        bytes[at++] = ':';
        bytes[at++] = ' ';
        int valueStart = at;
        at = Ascii.put(value, bytes, at);
        bytes[at] = '\r';
        bytes[at + 1] = '\n';
        length = at + 2;
        index(name, start, start + text.length(), valueStart, at, length);
    }

    /** Adds a field of a well-known name at the end, with some bytes of this head as its value. Allocates nothing. */
    public final void append(HeaderName name, int from, int to) {
        String text = name.text();
        int start = reserve(text.length() + to - from + 4);
        int valueStart = Ascii.put(": ", bytes, Ascii.put(text, bytes, start));
        int valueEnd = valueStart + to - from;
        System.arraycopy(bytes, from, bytes, valueStart, to - from);
        bytes[valueEnd] = '\r';
        bytes[valueEnd + 1] = '\n';
        length = valueEnd + 2;
        index(name, start, start + text.length(), valueStart, valueEnd, length);
    }

    /**
     * Adds a field of a well-known name with a decimal number as its value at the end. Allocates nothing.
     *
     * @param number not negative
     */
    public final void append(HeaderName name, long number) {
        String text = name.text();
        int start = reserve(text.length() + 23);
        int valueStart = Ascii.put(": ", bytes, Ascii.put(text, bytes, start));
        int valueEnd = Ascii.putDecimal(number, bytes, valueStart);
        bytes[valueEnd] = '\r';
        bytes[valueEnd + 1] = '\n';
        length = valueEnd + 2;
        index(name, start, start + text.length(), valueStart, valueEnd, length);
    }

    /** Begins a field at the end, whose name the caller has checked; {@link #endLine} must follow. Allocates nothing. */
    final void beginLine(byte[] name, int from, int to) {
        int count = to - from;
        lineStart = reserve(count + 2);
        nameEnd = lineStart + count;
        System.arraycopy(name, from, bytes, lineStart, count);
        length = Ascii.put(": ", bytes, nameEnd);
    }

    /** Ends that field with a value that the caller has checked. */
    final void endLine(HeaderName name, byte[] value, int from, int to) {
        int count = to - from;
        int valueStart = reserve(count + 2);
        int valueEnd = valueStart + count;
        System.arraycopy(value, from, bytes, valueStart, count);
        bytes[valueEnd] = '\r';
        bytes[valueEnd + 1] = '\n';
        length = valueEnd + 2;
        index(name, lineStart, nameEnd, valueStart, valueEnd, length);
    }

    /**
     * Adds a field that came decoded (HTTP/2), as a line at the end.
     *
     * @param fieldName checked by the caller, as is the value
     */
    final void append(AsciiString fieldName, AsciiString value) {
        int start = reserve(fieldName.length() + value.length() + 4);
        int nameStop = start + fieldName.length();
        System.arraycopy(fieldName.array(), fieldName.arrayOffset(), bytes, start, fieldName.length());
        int valueStart = Ascii.put(": ", bytes, nameStop);
        int valueEnd = valueStart + value.length();
        System.arraycopy(value.array(), value.arrayOffset(), bytes, valueStart, value.length());
        bytes[valueEnd] = '\r';
        bytes[valueEnd + 1] = '\n';
        length = valueEnd + 2;
        index(HeaderNames.known(bytes, start, nameStop), start, nameStop, valueStart, valueEnd, length);
    }

    /**
     * Copies all kept lines but those of {@code Content-Length} and {@code Transfer-Encoding}, which the writer makes
     * itself, in runs.
     *
     * @param to at least {@link #length()} bytes from {@code at} on
     * @return the offset behind the last byte written
     */
    public final int copyFields(byte[] to, int at) {
        int out = at;
        int runStart = 0;
        int runEnd = 0;
        for (int i = 0; i < count; i++) {
            if (dropped(i) || names[i] == FRAMING_LENGTH || names[i] == FRAMING_CODING) {
                continue;
            }
            int start = nameStart(i);
            if (start != runEnd) {
                System.arraycopy(bytes, runStart, to, out, runEnd - runStart);
                out += runEnd - runStart;
                runStart = start;
            }
            runEnd = lineEnd(i);
        }
        System.arraycopy(bytes, runStart, to, out, runEnd - runStart);
        return out + runEnd - runStart;
    }

    private static final byte FRAMING_LENGTH = (byte) HeaderName.CONTENT_LENGTH.ordinal();
    private static final byte FRAMING_CODING = (byte) HeaderName.TRANSFER_ENCODING.ordinal();

    /** Bytes in use: no written form of the fields is longer. */
    public final int length() {
        return length;
    }

    /**
     * Copies the next bytes behind those that are here.
     *
     * @param in       borrowed; as many bytes are consumed as copied
     * @param bytesMax how many the head may have; the result is 0 when it has so many
     */
    final int take(ByteBuf in, int bytesMax) {
        int count = Math.min(Math.min(in.readableBytes(), STEP_BYTES), bytesMax - length);
        int at = reserve(count);
        in.readBytes(bytes, at, count);
        length += count;
        return count;
    }

    /** Gives back to the buffer what was copied behind the last byte read. */
    final void giveBack(ByteBuf in) {
        in.readerIndex(in.readerIndex() - (length - scanned));
        length = scanned;
    }

    /** Makes room for {@code more} bytes and returns the offset where they begin. */
    final int reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
        return length;
    }

    /** Enters a field into the index. */
    final void index(HeaderName name, int nameStart, int nameEnd, int valueStart, int valueEnd, int lineEnd) {
        if (count == names.length) {
            names = Arrays.copyOf(names, count * 2);
            index = Arrays.copyOf(index, STRIDE * count * 2);
        }
        names[count] = (byte) name.ordinal();
        present |= 1L << name.ordinal();
        int at = count * STRIDE;
        index[at] = nameStart;
        index[at + 1] = nameEnd;
        index[at + 2] = valueStart;
        index[at + 3] = valueEnd;
        index[at + 4] = lineEnd;
        count++;
    }
}
