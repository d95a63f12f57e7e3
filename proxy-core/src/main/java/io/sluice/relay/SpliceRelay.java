package io.sluice.relay;

import io.sluice.linux.Pipe;
import io.sluice.linux.Pipes;
import io.sluice.linux.SystemCalls;
import io.sluice.linux.SystemCalls.Failure;
import io.sluice.relay.BodyRelay.Splice;
import io.sluice.stream.BodySink;
import io.sluice.stream.BodySource;
import io.sluice.transport.SocketReading;
import java.io.IOException;

/**
 * Moves one body inside the kernel: each time its source is readable, one round from socket to pipe; the pipe's content is
 * then written like any other piece of body, so that order, waiting for room, and every ending are those of a copied one.
 * <em>Loop-confined.</em>
 *
 * <p>It takes over when all that was read is passed on and enough of the body follows as plain bytes ({@link #engage}), and
 * lets go when these are through, when the source ends early or fails, or when the kernel refuses: whatever comes then is
 * read as if it had never been there.
 *
 * <p><em>Ownership</em>: a pipe while it has one. <em>Ends</em> by {@link #close}.
 */
final class SpliceRelay implements SocketReading.Diversion {
    private final BodySource from;
    private final BodySink to;
    private final Pipes pipes;
    private final long leastBytes;
    private final BodyRelay.Watch watch;
    private SocketReading source;
    private Pipe pipe;
    private long left;
    private boolean endless;
    private long bytes;
    private boolean writing;
    private boolean over;
    private boolean broken;
    private Splice gaveUp = Splice.NOT_WORTH_IT;

    /**
     * Creates it.
     *
     * @param leastBytes fewer are not worth it
     */
    SpliceRelay(BodySource from, BodySink to, Pipes pipes, long leastBytes, BodyRelay.Watch watch) {
        this.from = from;
        this.to = to;
        this.pipes = pipes;
        this.leastBytes = leastBytes;
        this.watch = watch;
    }

    /** Body bytes that crossed, or are in the pipe. */
    long bytes() {
        return bytes;
    }

    /** Whether something is in the pipe. */
    boolean writing() {
        return writing;
    }

    /** See {@link BodyRelay#gaveUp}. */
    Splice gaveUp() {
        return gaveUp;
    }

    /** Takes over if it can; nothing that was read may wait at the source. */
    Splice engage() {
        if (source != null) {
            return Splice.ON;
        }
        if (gaveUp != Splice.NOT_WORTH_IT) {
            return gaveUp;
        }
        long next = from.contiguous();
        SocketReading readable = next < leastBytes || writing || over || broken ? null : from.socket();
        if (readable == null || to.socket() == null) {
            return Splice.NOT_WORTH_IT;
        }
        if (!pipes.works()) {
            gaveUp = Splice.REFUSED;
            return gaveUp;
        }
        if (pipe == null) {
            pipe = pipes.take();
            if (pipe == null) {
                // Chosen once: a body that found none doesn't ask again with each of its reads.
                gaveUp = Splice.NO_PIPE;
                return gaveUp;
            }
        }
        // What waits there is none of our memory, and the kernel sends on by itself as room comes.
        to.socket().queueDeeply();
        left = next;
        endless = next == Long.MAX_VALUE;
        source = readable;
        readable.divert(this);
        return Splice.ON;
    }

    @Override
    public boolean readable() throws IOException {
        if (writing || broken) {
            // Told of it once more before reading was paused, or before the connections are closed.
            return true;
        }
        if (!pipes.works()) {
            // Meanwhile refused elsewhere, perhaps to what this body had in the pipe.
            gaveUp = Splice.REFUSED;
            disengage();
            return false;
        }
        SocketReading sink = to.socket();
        long count = pipes.fill(pipe, source.descriptor(), left);
        if (count > 0) {
            left -= count;
            bytes += count;
            writing = true;
            boolean followed = left == 0 && pipes.holds(source.descriptor());
            if (left == 0) {
                letGo();
            }
            to.region(new PipeRegion(pipes, pipe, sink.descriptor(), this, endless || source == null));
            from.taken(count, followed);
            return true;
        }
        if (count == -SystemCalls.EAGAIN) {
            return true;
        }
        if (count == Pipes.MISMATCH) {
            mismatch();
            return true;
        }
        disengage();
        if (count < 0) {
            switch (Failure.of(count)) {
                // The kernel tells an error once: a read would now find an end in good order.
                case SOCKET -> throw new IOException("splice from the socket failed: errno " + -count);
                case SHORTAGE -> gaveUp = Splice.NO_PIPE;
                case REFUSAL -> gaveUp = Splice.REFUSED;
            }
        }
        // An ordinary read finds the end; or it goes on where this can't.
        return broken;
    }

    private void letGo() {
        source.divert(null);
        source = null;
    }

    /** The bytes don't add up: nothing is moved any more. */
    void mismatch() {
        if (!broken) {
            broken = true;
            watch.onMismatch();
        }
    }

    /** Netty is done with what was in the pipe. */
    void written() {
        writing = false;
        if (source == null || pipe.bytes() > 0) {
            disengage();
        }
    }

    /** Moves no more, for good; what is in the pipe still goes its way. Idempotent. */
    void close() {
        over = true;
        disengage();
    }

    private void disengage() {
        if (source != null) {
            letGo();
        }
        if (pipe != null && !writing) {
            Pipe used = pipe;
            pipe = null;
            if (!pipes.give(used)) {
                mismatch();
            }
        }
    }
}
