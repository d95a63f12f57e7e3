package io.sluice.server;

import io.netty.buffer.PooledByteBufAllocator;

/** The one buffer pool of a proxy. <em>Immutable.</em> */
final class Buffers {
    /** Chunks of 1 MiB (8 KiB pages, 7 doublings): what is given back to the system comes in pieces, and idle ones are few. */
    private static final int PAGE_BYTES = 8192;
    private static final int CHUNK_DOUBLINGS = 7;
    private static final int CACHED_SMALL = 256;
    private static final int CACHED_NORMAL = 16;

    private Buffers() {}

    /** A pool with one arena for each event loop, so that loops don't meet in it. */
    static PooledByteBufAllocator allocator(int loops) {
        return new PooledByteBufAllocator(
                true, 0, loops, PAGE_BYTES, CHUNK_DOUBLINGS, CACHED_SMALL, CACHED_NORMAL, false);
    }
}
