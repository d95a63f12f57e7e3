package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Slices of one stream's data that wait for a window or for whoever takes them. Each keeps the memory that it was read into:
 * small ones, of which thousands fit into a window, are copied together. <em>Loop-confined.</em> <em>Ownership</em>: owns
 * what waits, until {@link #poll} or {@link #release}.
 */
final class WaitingData {
    /** Up to this size a slice is small. */
    private static final int SMALL_BYTES_MAX = 1024;
    private static final int GATHERED_BYTES = 8 * SMALL_BYTES_MAX;

    private final ArrayDeque<ByteBuf> slices = new ArrayDeque<>(2);
    /** The last of them, if it is one that small ones are copied into. */
    private ByteBuf gathered;

    /** Takes a slice. */
    void add(ByteBuf data) {
        int count = data.readableBytes();
        if (slices.isEmpty() || count > SMALL_BYTES_MAX) {
            slices.add(data);
            gathered = null;
            return;
        }
        if (gathered == null || gathered.writableBytes() < count) {
            gathered = data.alloc().directBuffer(GATHERED_BYTES, GATHERED_BYTES);
            slices.add(gathered);
        }
        gathered.writeBytes(data);
        data.release();
    }

    boolean isEmpty() {
        return slices.isEmpty();
    }

    /** The first one, lent; null = none. */
    ByteBuf peek() {
        return slices.peek();
    }

    /** Gives the first one away; null = none. */
    ByteBuf poll() {
        ByteBuf first = slices.poll();
        if (first == gathered) {
            gathered = null;
        }
        return first;
    }

    /** Forgets all; idempotent. */
    void release() {
        while (!slices.isEmpty()) {
            poll().release();
        }
    }
}
