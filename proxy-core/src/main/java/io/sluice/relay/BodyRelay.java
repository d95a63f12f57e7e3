package io.sluice.relay;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Trailers;
import io.sluice.linux.Pipes;
import io.sluice.stream.BodySink;
import io.sluice.stream.BodySource;
import io.sluice.transport.SocketReading.Pace;

/**
 * Moves one body: through our buffers, a write per slice and a flush per batch, or, where it was given pipes and enough
 * follows as plain bytes, inside the kernel. Either way it stops reading its source while its sink is full.
 * <em>Loop-confined.</em> <em>Ownership</em>: every slice is handed on at once; a pipe while it splices. <em>Ends</em> with
 * {@link #end} or {@link #leave}.
 */
public final class BodyRelay {
    /** What came of the wish to splice. */
    public enum Splice {
        /** What follows is spliced. */
        ON,
        /** What follows is too little, or not plain; or it can't be now. */
        NOT_WORTH_IT,
        /** There is no pipe, or no memory for what would be in it: the body is copied. */
        NO_PIPE,
        /** The kernel refuses: the body, or what was left of it, is copied. */
        REFUSED
    }

    /** Who is told that the bytes of a spliced body don't add up. */
    public interface Watch {
        /**
         * More or fewer bytes came out of the pipe than went into it. Nothing of the body is moved any more, nor does it end:
         * its connections have to be closed. Called from within a read or a write of theirs, at most once a body; so not at
         * once.
         */
        void onMismatch();
    }

    private final BodySource from;
    private BodySink to;
    private SpliceRelay splice;
    private long bytes;
    /** What crossed inside the kernel before it rested. */
    private long splicedBefore;
    private boolean blocked;
    private long blockedSinceNanos;
    private long blockedNanos;
    private int stalls;
    private long longestStallNanos;
    private long longestStallAtNanos;

    /** A relay between two sides of one event loop. */
    public BodyRelay(BodySource from, BodySink to) {
        this.from = from;
        this.to = to;
    }

    /** Has all that follows go to its sink through this one; before anything was passed on, and for what is never spliced. */
    public void through(BodySink filter) {
        to = filter;
    }

    /** Passes a slice on; takes it. */
    public void body(ByteBuf data) {
        bytes += data.readableBytes();
        to.body(data);
    }

    /** Passes the end on, and all that waits to the kernel. */
    public void end(Trailers trailers) {
        leave();
        unblock();
        to.end(trailers);
        to.flush();
    }

    /** Lets it splice from now on, where as much as {@code leastBytes} follows. */
    public void splice(Pipes pipes, long leastBytes, Watch watch) {
        splice = new SpliceRelay(from, to, pipes, leastBytes, watch);
    }

    /** Why it splices no more, though it was to; else {@link Splice#NOT_WORTH_IT}. */
    public Splice gaveUp() {
        return splice == null ? Splice.NOT_WORTH_IT : splice.gaveUp();
    }

    /** Flushes, stops reading if the sink has enough, and splices from here on if it can; returns what came of that. */
    public Splice batchEnd() {
        to.flush();
        from.pace(to.pendingBytes() == 0 ? Pace.THROUGH : Pace.HELD);
        if (!blocked && !to.writable()) {
            blocked = true;
            stalls++;
            blockedSinceNanos = System.nanoTime();
            from.pause();
        }
        return blocked || splice == null ? Splice.NOT_WORTH_IT : splice.engage();
    }

    /** Splices no more; what is in the pipe still goes its way. Idempotent. */
    public void leave() {
        if (splice != null) {
            splice.close();
        }
    }

    /**
     * Splices no more until it is let again, and gives its pipe back; what comes next is read.
     *
     * @return false if something is in the pipe still, and nothing has changed
     */
    public boolean rest() {
        if (splice != null) {
            if (splice.writing()) {
                return false;
            }
            splicedBefore += splice.bytes();
            splice.close();
            splice = null;
        }
        return true;
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
            long nanos = System.nanoTime() - blockedSinceNanos;
            blockedNanos += nanos;
            if (nanos > longestStallNanos) {
                longestStallNanos = nanos;
                longestStallAtNanos = blockedSinceNanos;
            }
        }
    }

    /** Whether the source is not read since the sink is full. */
    public boolean blocked() {
        return blocked;
    }

    /** Since when it is {@link #blocked}, in nanoseconds before now; 0 = it isn't. */
    public long blockedForNanos() {
        return blocked ? System.nanoTime() - blockedSinceNanos : 0;
    }

    /** Body bytes passed on, copied or not. */
    public long bytes() {
        return bytes + splicedBytes();
    }

    /** Those of them that crossed inside the kernel. */
    public long splicedBytes() {
        return splicedBefore + (splice == null ? 0 : splice.bytes());
    }

    /** How long the sink held the source back, an ongoing time included. */
    public long blockedNanos() {
        return blocked ? blockedNanos + System.nanoTime() - blockedSinceNanos : blockedNanos;
    }

    /** How often the sink held the source back. */
    public int stalls() {
        return stalls;
    }

    /** The longest time that it did, an ongoing one included. */
    public long longestStallNanos() {
        return blocked ? Math.max(longestStallNanos, System.nanoTime() - blockedSinceNanos) : longestStallNanos;
    }

    /** When that began, as {@link System#nanoTime} counts; 0 if it never did. */
    public long longestStallAtNanos() {
        return blocked && longestStallNanos() > longestStallNanos ? blockedSinceNanos : longestStallAtNanos;
    }
}
