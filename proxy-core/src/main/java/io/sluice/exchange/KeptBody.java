package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.config.RetryConfig;
import io.sluice.http.BodyFraming;
import io.sluice.http.RequestHead;
import io.sluice.relay.BodyRelay;
import java.util.ArrayDeque;

/**
 * What was sent of a request's body, kept from its first byte on so that it can be sent once more. It is whole or not there:
 * a body that outgrows its bound is not kept at all. <em>Loop-confined.</em> <em>Ownership</em>: its pieces, until {@link
 * #release}.
 *
 * <p>A slice that fills half of the buffer it is part of is retained; of a smaller one the bytes are copied, as it would pin
 * much more than it is: so what is kept takes at most about twice its size.
 */
final class KeptBody {
    private static final int COPIES_BYTES = 4096;

    private final long bytesMax;
    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>(4);
    /** The last piece, where it is one that more can be copied to; else null. */
    private ByteBuf copies;
    private long bytes;

    /** Keeps up to so many bytes. */
    KeptBody(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * What keeps the body of this request; null where it can't be made again, or is known to be too long for it.
     *
     * @param refusable whether a backend may say that it did nothing with a request: then any can be made again
     */
    static KeptBody of(RequestHead head, RetryConfig rule, boolean refusable) {
        if (rule.attempts() == 0 || !refusable && !Retrying.repeats(head.method(), rule)) {
            return null;
        }
        long length = head.framing() == BodyFraming.LENGTH ? head.contentLength() : 1;
        return length > rule.replayBytes() ? null
                : new KeptBody(head.framing() == BodyFraming.LENGTH ? length : rule.replayBytes());
    }

    /** Whether so many bytes more are too many. */
    boolean outgrownBy(long count) {
        return count > bytesMax - bytes;
    }

    /** Keeps what is about to be sent, which is not {@link #outgrownBy too much}; borrows it. */
    void keep(ByteBuf data) {
        int count = data.readableBytes();
        bytes += count;
        if (2L * count >= rootOf(data).capacity()) {
            copies = null;
            pieces.add(data.retainedSlice());
            return;
        }
        if (copies == null || copies.writableBytes() < count) {
            int room = (int) Math.max(count, Math.min(COPIES_BYTES, bytesMax - bytes + count));
            copies = data.alloc().directBuffer(room, room);
            pieces.add(copies);
        }
        copies.writeBytes(data, data.readerIndex(), count);
    }

    private static ByteBuf rootOf(ByteBuf slice) {
        ByteBuf root = slice;
        while (root.unwrap() != null) {
            root = root.unwrap();
        }
        return root;
    }

    /** Sends all of it, and keeps it still; returns whether there is any. */
    boolean replayTo(BodyRelay relay) {
        for (ByteBuf piece : pieces) {
            relay.body(piece.retainedSlice());
        }
        return !pieces.isEmpty();
    }

    /** Gives it back; idempotent. */
    void release() {
        copies = null;
        while (!pieces.isEmpty()) {
            pieces.poll().release();
        }
    }
}
