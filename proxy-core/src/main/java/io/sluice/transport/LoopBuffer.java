package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * A buffer that one event loop uses over and over, to read heads and short bodies into, or to gather messages in, while
 * nobody keeps a part of it: the same memory stays in the processor's cache, and the pool is not asked.
 * <em>Loop-confined.</em> <em>Ownership</em>: keeps one reference of its own until {@link #close}.
 */
public final class LoopBuffer implements AutoCloseable {
    private final ByteBufAllocator allocator;
    private ByteBuf kept;

    /** Creates it, empty. */
    public LoopBuffer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** An empty buffer of exactly this size, owned by the caller. */
    public ByteBuf take(int bytes) {
        if (kept != null && kept.refCnt() == 1 && kept.capacity() == bytes) {
            return kept.clear().retain();
        }
        close();
        kept = allocator.directBuffer(bytes, bytes);
        return kept.retain();
    }

    /** Gives the memory back; it may be used again. */
    @Override
    public void close() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}
