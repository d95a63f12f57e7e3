package io.sluice.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Fields behind a chunked body that may be passed on: none that frames, routes or authenticates (RFC 9110 §6.5.1).
 * <em>Immutable.</em>
 */
public final class Trailers {
    /** No trailers. */
    public static final Trailers NONE = new Trailers(new byte[0]);

    private final byte[] lines;

    /** Takes lines, each with its CRLF, without the empty line at the end. */
    Trailers(byte[] lines) {
        this.lines = lines;
    }

    /** Copies the first {@code length} bytes of some lines. */
    static Trailers of(byte[] lines, int length) {
        return length == 0 ? NONE : new Trailers(Arrays.copyOf(lines, length));
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return lines.length == 0;
    }

    /** The length of all lines in bytes. */
    public int length() {
        return lines.length;
    }

    /** All lines, each with its CRLF; borrowed, not to be changed. */
    public byte[] lines() {
        return lines;
    }

    /** Writes all lines, each with its CRLF. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(lines);
    }

    /** Who looks at fields, one at a time. */
    @FunctionalInterface
    public interface Visitor {
        /** A field: offsets of its name and of its value without white space around it. The bytes are borrowed. */
        void field(byte[] bytes, int nameStart, int nameEnd, int valueStart, int valueEnd);
    }

    /** Shows every field, in order. */
    public void each(Visitor to) {
        int start = 0;
        while (start < lines.length) {
            int colon = start;
            while (lines[colon] != ':') {
                colon++;
            }
            int lineEnd = colon;
            while (lines[lineEnd] != '\n') {
                lineEnd++;
            }
            int valueStart = Octets.skipSpace(lines, colon + 1, lineEnd - 1);
            to.field(lines, start, colon, valueStart, Octets.trimSpace(lines, valueStart, lineEnd - 1));
            start = lineEnd + 1;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Trailers trailers && Arrays.equals(lines, trailers.lines);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(lines);
    }
}
