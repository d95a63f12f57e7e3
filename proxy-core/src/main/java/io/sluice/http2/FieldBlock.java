package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Ascii;
import io.sluice.http.BodyFraming;
import io.sluice.http.Head;
import io.sluice.http.HeaderName;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;

/**
 * Writes fields as HPACK has them (RFC 7541), straight from the bytes of a head: names by their number where they have one,
 * everything else in full. No dynamic table: nothing is copied, nothing is remembered, and what was written can be taken
 * back. nginx and HAProxy answer so, too. <em>Immutable.</em> Allocates nothing.
 */
final class FieldBlock {
    /** Makes the dynamic table that isn't used empty (§6.3): said once, it holds whatever the peer's limit becomes. */
    static final int NO_TABLE = 0x20;

    private static final int INDEXED = 0x80;
    /** Literal, without indexing, the name by a number of 4 bits; never to be indexed by those behind us. */
    private static final int LITERAL = 0x00;
    private static final int SECRET = 0x10;
    private static final int STATUS = 8;
    private static final int CONTENT_LENGTH = 28;
    private static final int DATE = 33;
    private static final int SET_COOKIE = 55;
    /** What a field is longer in a block than in a head: a number and two lengths, for a colon, a space and a line's end. */
    private static final int FIELD_BYTES_MORE = 4;
    /** The status, Content-Length and Date. */
    private static final int OURS_BYTES = 80;

    private FieldBlock() {}

    /** No block of this head is longer. */
    static int bytesMax(Head head) {
        return head.length() + head.count() * FIELD_BYTES_MORE + OURS_BYTES;
    }

    /** No block of these trailers is longer. */
    static int bytesMax(Trailers trailers) {
        // The shortest line has a name of one byte, a colon and its end.
        return trailers.length() * 2;
    }

    /**
     * Writes a response's head.
     *
     * @param date the Date that a final response gets which has none: {@code Date: value CRLF}
     */
    static void response(ResponseHead head, byte[] date, ByteBuf out) {
        status(head.status(), out);
        fields(head, out);
        if (head.interim()) {
            return;
        }
        if (head.find(HeaderName.DATE) < 0) {
            number(LITERAL, 4, DATE, out);
            int start = "Date: ".length();
            string(date, start, date.length - 2, out);
        }
        boolean described = head.framing() == BodyFraming.NONE || head.framing() == BodyFraming.LENGTH;
        if (described && head.contentLength() >= 0) {
            number(LITERAL, 4, CONTENT_LENGTH, out);
            decimal(head.contentLength(), out);
        }
    }

    private static void status(int status, ByteBuf out) {
        int indexed = switch (status) {
            case 200 -> 8;
            case 204 -> 9;
            case 206 -> 10;
            case 304 -> 11;
            case 400 -> 12;
            case 404 -> 13;
            case 500 -> 14;
            default -> 0;
        };
        if (indexed > 0) {
            out.writeByte(INDEXED | indexed);
        } else {
            number(LITERAL, 4, STATUS, out);
            decimal(status, out);
        }
    }

    /** All kept fields but those that frame or are about a connection (RFC 9113 §8.2.2). */
    private static void fields(Head head, ByteBuf out) {
        byte[] bytes = head.bytes();
        for (int i = 0; i < head.count(); i++) {
            HeaderName name = head.name(i);
            if (!head.dropped(i) && name != HeaderName.CONTENT_LENGTH && !name.hopByHop()) {
                field(bytes, head.nameStart(i), head.nameEnd(i), out);
                string(bytes, head.valueStart(i), head.valueEnd(i), out);
            }
        }
    }

    /** Writes trailers. */
    static void trailers(Trailers trailers, ByteBuf out) {
        byte[] lines = trailers.lines();
        int at = 0;
        while (at < lines.length) {
            int colon = at;
            while (lines[colon] != ':') {
                colon++;
            }
            int end = colon;
            while (lines[end] != '\r') {
                end++;
            }
            int start = colon + 1;
            while (start < end && space(lines[start])) {
                start++;
            }
            int valueEnd = end;
            while (valueEnd > start && space(lines[valueEnd - 1])) {
                valueEnd--;
            }
            field(lines, at, colon, out);
            string(lines, start, valueEnd, out);
            at = end + 2;
        }
    }

    private static boolean space(byte b) {
        return b == ' ' || b == '\t';
    }

    /** Begins a field by its name. */
    private static void field(byte[] bytes, int start, int end, ByteBuf out) {
        int known = StaticNames.number(bytes, start, end);
        if (known > 0) {
            number(known == SET_COOKIE ? SECRET : LITERAL, 4, known, out);
            return;
        }
        out.writeByte(LITERAL);
        number(0, 7, end - start, out);
        for (int i = start; i < end; i++) {
            // RFC 9113 §8.2: names are lower case here.
            out.writeByte(Ascii.lower(bytes[i]));
        }
    }

    private static void string(byte[] bytes, int start, int end, ByteBuf out) {
        number(0, 7, end - start, out);
        out.writeBytes(bytes, start, end - start);
    }

    private static void decimal(long number, ByteBuf out) {
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        out.writeByte(digits);
        int at = out.writerIndex();
        out.writerIndex(at + digits);
        long rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            out.setByte(i, (int) ('0' + rest % 10));
            rest /= 10;
        }
    }

    /** RFC 7541 §5.1. */
    private static void number(int first, int bits, int value, ByteBuf out) {
        int most = (1 << bits) - 1;
        if (value < most) {
            out.writeByte(first | value);
            return;
        }
        out.writeByte(first | most);
        int rest = value - most;
        while (rest >= 0x80) {
            out.writeByte(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
