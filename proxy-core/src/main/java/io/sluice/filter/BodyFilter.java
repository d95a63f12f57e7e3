package io.sluice.filter;

import io.netty.buffer.ByteBuf;

/**
 * Makes other bytes of one body, piece by piece. <em>Loop-confined.</em> <em>Ownership</em>: of the memory outside the heap that
 * it works in. <em>Ends</em> by {@link #close}, whatever came of the body.
 */
public interface BodyFilter {

    /**
     * Takes some of the body.
     *
     * @param in  borrowed, and consumed
     * @param out borrowed, in direct memory; gets what is ready, and room for it as needed. It may be nothing
     */
    void write(ByteBuf in, ByteBuf out);

    /** Makes all that was taken readable for who gets it; {@code out} as above. */
    void flush(ByteBuf out);

    /** Ends the body: nothing is taken any more; {@code out} as above. */
    void end(ByteBuf out);

    /** Gives its memory back; idempotent. */
    void close();
}
