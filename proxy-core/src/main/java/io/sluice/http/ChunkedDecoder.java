package io.sluice.http;

import io.netty.buffer.ByteBuf;

/**
 * Takes the chunked transfer coding off a body (RFC 9112 §7.1), strictly: hexadecimal sizes without sign or space, CRLF
 * only, extensions limited in size and never passed on. <em>Loop-confined</em>, one body at a time.
 */
public final class ChunkedDecoder {
    private final HeadLimits limits;

    /** Creates a decoder whose trailer section keeps to these limits. */
    public ChunkedDecoder(HeadLimits limits) {
        this.limits = limits;
    }

    /** Makes it ready for another body. */
    public void reset() {
        throw new UnsupportedOperationException(limits.toString());
    }

    /**
     * Reads on.
     *
     * @param in borrowed; consumed as far as the body goes
     * @return a retained slice of data that the caller owns, or null when {@code in} holds no more of it: then the body
     *     has {@link #ended()}, is {@link #refused()}, or needs more bytes
     */
    public ByteBuf next(ByteBuf in) {
        throw new UnsupportedOperationException();
    }

    /** Whether the last chunk and the trailer section were read. */
    public boolean ended() {
        throw new UnsupportedOperationException();
    }

    /** Whether the bytes break the coding; nothing more is read. */
    public boolean refused() {
        throw new UnsupportedOperationException();
    }

    /** The trailers that may be passed on, once {@link #ended()}; {@link Trailers#NONE} where there are none. */
    public Trailers trailers() {
        throw new UnsupportedOperationException();
    }
}
