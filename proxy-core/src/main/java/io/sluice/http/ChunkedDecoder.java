package io.sluice.http;

import io.netty.buffer.ByteBuf;

/**
 * Takes the chunked transfer coding off a body (RFC 9112 §7.1), strictly: sizes of 1 to 15 hexadecimal digits without sign
 * or space, CRLF only, extensions limited to 256 bytes in a body and never passed on (§7.1.1). An extension may hold
 * anything but control characters, tabs excepted; a CRLF ends it even within quotes, as it does for everybody else (CVE-2026-33870).
 * <em>Loop-confined</em>, one body at a time; memory for trailers is taken when the first one comes.
 */
public final class ChunkedDecoder {
    private static final int SIZE_DIGITS_MAX = 15;
    private static final int EXTENSION_BYTES_MAX = 256;

    private enum Expected {
        SIZE, EXTENSION, SIZE_LINE_FEED, DATA, DATA_RETURN, DATA_LINE_FEED,
        TRAILERS, TRAILER_LINES, LAST_LINE_FEED, NOTHING, REFUSED
    }

    private final HeadLimits limits;
    private Expected expected = Expected.SIZE;
    private int digits;
    /** The size being read; then what is left of the chunk. */
    private long left;
    private int extensionBytes;
    private TrailerSection section;
    private FieldLines lines;
    private Trailers trailers = Trailers.NONE;

    /** Creates a decoder whose trailer section keeps to these limits: bytes of a head, and fields. */
    public ChunkedDecoder(HeadLimits limits) {
        this.limits = limits;
    }

    /** Makes it ready for another body. */
    public void reset() {
        expected = Expected.SIZE;
        digits = 0;
        left = 0;
        extensionBytes = 0;
        section = null;
        lines = null;
        trailers = Trailers.NONE;
    }

    /**
     * Reads on.
     *
     * @param in borrowed; consumed as far as the body goes
     * @return a retained slice of data that the caller owns, never empty; or null when {@code in} holds no more of it: then
     *     the body has {@link #ended()}, is {@link #refused()}, or needs more bytes
     */
    public ByteBuf next(ByteBuf in) {
        while (in.isReadable() && expected != Expected.NOTHING && expected != Expected.REFUSED) {
            if (expected == Expected.DATA) {
                return data(in);
            }
            if (expected == Expected.TRAILER_LINES) {
                readTrailers(in);
            } else {
                expected = octet(in.readByte());
                if (expected == Expected.TRAILER_LINES) {
                    in.readerIndex(in.readerIndex() - 1);
                }
            }
        }
        return null;
    }

    private ByteBuf data(ByteBuf in) {
        int count = (int) Math.min(left, in.readableBytes());
        taken(count);
        return in.readRetainedSlice(count);
    }

    /** What is left of the data of the chunk in hand; 0 where a line of the coding comes next. */
    public long contiguous() {
        return expected == Expected.DATA ? left : 0;
    }

    /** Somebody else took so many bytes of that data, no more than {@link #contiguous}. */
    public void taken(long bytes) {
        left -= bytes;
        if (left == 0) {
            expected = Expected.DATA_RETURN;
        }
    }

    /** What is expected behind this octet. */
    private Expected octet(byte b) {
        return switch (expected) {
            case SIZE -> size(b);
            case EXTENSION -> extension(b);
            case SIZE_LINE_FEED -> b == '\n' ? begun() : Expected.REFUSED;
            case DATA_RETURN -> b == '\r' ? Expected.DATA_LINE_FEED : Expected.REFUSED;
            case DATA_LINE_FEED -> b == '\n' ? Expected.SIZE : Expected.REFUSED;
            case TRAILERS -> b == '\r' ? Expected.LAST_LINE_FEED : Expected.TRAILER_LINES;
            case LAST_LINE_FEED -> b == '\n' ? Expected.NOTHING : Expected.REFUSED;
            case DATA, TRAILER_LINES, NOTHING, REFUSED -> Expected.REFUSED;
        };
    }

    private Expected size(byte b) {
        int value = Octets.hex(b);
        if (value >= 0) {
            left = left << 4 | value;
            return ++digits > SIZE_DIGITS_MAX ? Expected.REFUSED : Expected.SIZE;
        }
        if (digits == 0) {
            return Expected.REFUSED;
        }
        if (b == '\r') {
            return Expected.SIZE_LINE_FEED;
        }
        return b == ';' ? extension(b) : Expected.REFUSED;
    }

    private Expected extension(byte b) {
        if (b == '\r') {
            return Expected.SIZE_LINE_FEED;
        }
        boolean valid = Octets.is(b, Octets.VALUE) && ++extensionBytes <= EXTENSION_BYTES_MAX;
        return valid ? Expected.EXTENSION : Expected.REFUSED;
    }

    private Expected begun() {
        digits = 0;
        return left > 0 ? Expected.DATA : Expected.TRAILERS;
    }

    private void readTrailers(ByteBuf in) {
        if (section == null) {
            section = new TrailerSection();
            lines = new FieldLines(limits.fieldsMax(), ProxyError.MALFORMED_CHUNK, ProxyError.MALFORMED_CHUNK);
        }
        boolean room = section.take(in, limits.headBytesMax()) > 0;
        if (room && lines.read(section)) {
            section.giveBack(in);
            TrailerNames.strip(section);
            byte[] kept = new byte[section.length()];
            trailers = Trailers.of(kept, section.copyFields(kept, 0));
            section = null;
            lines = null;
            expected = Expected.NOTHING;
        } else if (section.error() != null || section.length() >= limits.headBytesMax()) {
            section = null;
            expected = Expected.REFUSED;
        }
    }

    /** Whether the last chunk and the trailer section were read. */
    public boolean ended() {
        return expected == Expected.NOTHING;
    }

    /** Whether the bytes break the coding; nothing more is read. */
    public boolean refused() {
        return expected == Expected.REFUSED;
    }

    /** The trailers that may be passed on, once {@link #ended()}; {@link Trailers#NONE} where there are none. */
    public Trailers trailers() {
        return trailers;
    }
}
