package io.sluice.http;

import io.netty.buffer.ByteBuf;

/**
 * Takes the chunked transfer coding off a body (RFC 9112 §7.1), strictly: hexadecimal sizes without sign or space, CRLF
 * only, extensions limited in size and never passed on. <em>Loop-confined</em>, one body at a time.
 */
public final class ChunkedDecoder {
    private enum State { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, ENDED, REFUSED }

    private static final int SIZE_DIGITS_MAX = 15;
    private static final int EXTENSION_BYTES_MAX = 256;

    private final HeadLimits limits;
    private State state = State.SIZE;
    private int digits;
    private int extensionBytes;
    private long left;
    private TrailerSection trailer;

    /** Creates a decoder whose trailer section keeps to these limits. */
    public ChunkedDecoder(HeadLimits limits) {
        this.limits = limits;
    }

    /** Makes it ready for another body. */
    public void reset() {
        state = State.SIZE;
        digits = 0;
        extensionBytes = 0;
        left = 0;
        trailer = null;
    }

    /**
     * Reads on.
     *
     * @param in borrowed; consumed as far as the body goes
     * @return a retained slice of data that the caller owns, or null when {@code in} holds no more of it: then the body
     *     has {@link #ended()}, is {@link #refused()}, or needs more bytes
     */
    public ByteBuf next(ByteBuf in) {
        while (in.isReadable() && state != State.ENDED && state != State.REFUSED) {
            if (state == State.DATA) {
                int count = (int) Math.min(left, in.readableBytes());
                left -= count;
                state = left == 0 ? State.DATA_CR : State.DATA;
                return in.readRetainedSlice(count);
            }
            if (state == State.TRAILER) {
                ParseStatus status = trailer.read(in);
                state = switch (status) {
                    case INCOMPLETE -> State.TRAILER;
                    case COMPLETE -> State.ENDED;
                    case REFUSED -> State.REFUSED;
                };
            } else {
                state = step(in.readByte());
            }
        }
        return null;
    }

    private State step(byte b) {
        return switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> extension(b);
            case SIZE_LF -> b == '\n' ? begin() : State.REFUSED;
            case DATA_CR -> b == '\r' ? State.DATA_LF : State.REFUSED;
            case DATA_LF -> b == '\n' ? State.SIZE : State.REFUSED;
            case DATA, TRAILER, ENDED, REFUSED -> throw new IllegalStateException(state.name());
        };
    }

    private State size(byte b) {
        int digit = Octets.hex(b) ? Character.digit(b, 16) : -1;
        if (digit >= 0) {
            left = left << 4 | digit;
            return ++digits > SIZE_DIGITS_MAX ? State.REFUSED : State.SIZE;
        }
        if (digits == 0) {
            return State.REFUSED;
        }
        return b == '\r' ? State.SIZE_LF : b == ';' ? extension(b) : State.REFUSED;
    }

    private State extension(byte b) {
        if (b == '\r') {
            return State.SIZE_LF;
        }
        boolean control = b < ' ' && b >= 0 && b != '\t' || b == 0x7f;
        return control || ++extensionBytes > EXTENSION_BYTES_MAX ? State.REFUSED : State.EXTENSION;
    }

    private State begin() {
        digits = 0;
        if (left > 0) {
            return State.DATA;
        }
        trailer = new TrailerSection(limits);
        return State.TRAILER;
    }

    /** Whether the last chunk and the trailer section were read. */
    public boolean ended() {
        return state == State.ENDED;
    }

    /** Whether the bytes break the coding; nothing more is read. */
    public boolean refused() {
        return state == State.REFUSED;
    }

    /** The trailers that may be passed on, once {@link #ended()}; {@link Trailers#NONE} where there are none. */
    public Trailers trailers() {
        return trailer == null ? Trailers.NONE : trailer.trailers();
    }
}
