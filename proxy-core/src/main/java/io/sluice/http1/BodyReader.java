package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.sluice.http.BodyFraming;
import io.sluice.http.ChunkedDecoder;
import io.sluice.http.Head;
import io.sluice.http.HeadLimits;
import io.sluice.http.Trailers;

/** Takes a message's body off the bytes of a connection, by its framing. <em>Loop-confined.</em> */
final class BodyReader {
    private final HeadLimits limits;
    private BodyFraming framing = BodyFraming.NONE;
    private long left;
    private ChunkedDecoder chunks;

    /** Creates a reader whose trailer sections keep to these limits. */
    BodyReader(HeadLimits limits) {
        this.limits = limits;
    }

    /** Begins the body behind this head. */
    void begin(Head head) {
        framing = head.framing();
        left = framing == BodyFraming.LENGTH ? head.contentLength() : 0;
        if (framing == BodyFraming.CHUNKED) {
            chunks = new ChunkedDecoder(limits);
        }
    }

    /** The next slice, owned by the caller; null when {@code in} holds no more of this body. */
    ByteBuf next(ByteBuf in) {
        int readable = in.readableBytes();
        if (readable == 0) {
            return null;
        }
        return switch (framing) {
            case NONE -> null;
            case CHUNKED -> chunks.next(in);
            case UNTIL_CLOSE -> take(in, readable);
            case LENGTH -> {
                if (left == 0) {
                    yield null;
                }
                int count = (int) Math.min(left, readable);
                left -= count;
                yield take(in, count);
            }
        };
    }

    /**
     * As {@link #next}; but where all that {@code in} holds is of this body, {@code in} itself, retained: it costs no slice,
     * and the caller must look at {@code in} no more.
     */
    ByteBuf nextOrWhole(ByteBuf in) {
        int readable = in.readableBytes();
        if (framing == BodyFraming.LENGTH && readable > 0 && readable <= left) {
            left -= readable;
            return in.retain();
        }
        return next(in);
    }

    private static ByteBuf take(ByteBuf in, int count) {
        return in.readRetainedSlice(count);
    }

    /** Bytes that come next just as they are; see {@link io.sluice.stream.BodySource#contiguous}. */
    long contiguous() {
        return switch (framing) {
            case NONE -> 0;
            case LENGTH -> left;
            case CHUNKED -> chunks.contiguous();
            case UNTIL_CLOSE -> Long.MAX_VALUE;
        };
    }

    /** Somebody else took so many of them. */
    void taken(long bytes) {
        switch (framing) {
            case LENGTH -> left -= bytes;
            case CHUNKED -> chunks.taken(bytes);
            case NONE, UNTIL_CLOSE -> { }
        }
    }

    /** Whether the body ended as its framing says. */
    boolean ended() {
        return switch (framing) {
            case NONE -> true;
            case LENGTH -> left == 0;
            case CHUNKED -> chunks.ended();
            case UNTIL_CLOSE -> false;
        };
    }

    /** Whether the bytes break the framing. */
    boolean refused() {
        return framing == BodyFraming.CHUNKED && chunks.refused();
    }

    /** Whether the end of the connection is the end of this body. */
    boolean untilClose() {
        return framing == BodyFraming.UNTIL_CLOSE;
    }

    /** Bytes that are still to come, or -1 where nobody knows. */
    long left() {
        return framing == BodyFraming.LENGTH || framing == BodyFraming.NONE ? left : -1;
    }

    /** What stood behind the body. */
    Trailers trailers() {
        return framing == BodyFraming.CHUNKED ? chunks.trailers() : Trailers.NONE;
    }

    /** Forgets the body. */
    void clear() {
        framing = BodyFraming.NONE;
        left = 0;
        chunks = null;
    }
}
