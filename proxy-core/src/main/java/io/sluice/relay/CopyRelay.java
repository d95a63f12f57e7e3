package io.sluice.relay;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Trailers;
import io.sluice.stream.BodySink;
import io.sluice.stream.BodySource;

/**
 * Moves one body through our buffers, a write per slice and a flush per batch, and stops reading its source while its sink
 * is full. <em>Loop-confined.</em> <em>Ownership</em>: every slice is handed on at once. <em>Ends</em> with {@link #end} or
 * by being dropped; it holds nothing.
 */
public final class CopyRelay {
    private final BodySource from;
    private final BodySink to;
    private long bytes;
    private boolean blocked;
    private long blockedSinceNanos;
    private long blockedNanos;

    /** A relay between two sides of one event loop. */
    public CopyRelay(BodySource from, BodySink to) {
        this.from = from;
        this.to = to;
    }

    /** Passes a slice on; takes it. */
    public void body(ByteBuf data) {
        bytes += data.readableBytes();
        to.body(data);
    }

    /** Passes the end on, and all that waits to the kernel. */
    public void end(Trailers trailers) {
        unblock();
        to.end(trailers);
        to.flush();
    }

    /** Flushes, and stops reading if the sink has enough. */
    public void batchEnd() {
        to.flush();
        if (!blocked && !to.writable()) {
            blocked = true;
            blockedSinceNanos = System.nanoTime();
            from.pause();
        }
    }

    /** The sink wants more again: reads on. */
    public void writable() {
        if (blocked && to.writable()) {
            unblock();
            from.resume();
        }
    }

    private void unblock() {
        if (blocked) {
            blocked = false;
            blockedNanos += System.nanoTime() - blockedSinceNanos;
        }
    }

    /** Whether the source is not read since the sink is full. */
    public boolean blocked() {
        return blocked;
    }

    /** Body bytes passed on. */
    public long bytes() {
        return bytes;
    }

    /** How long the sink held the source back, an ongoing time included. */
    public long blockedNanos() {
        return blocked ? blockedNanos + System.nanoTime() - blockedSinceNanos : blockedNanos;
    }
}
