package io.sluice.relay;

import io.sluice.linux.Pipe;
import io.sluice.linux.Pipes;
import io.sluice.linux.SystemCalls;
import io.sluice.linux.SystemCalls.Failure;
import io.sluice.relay.BodyRelay.Splice;
import io.sluice.stream.BodySink;
import io.sluice.stream.BodySource;
import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

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
    /** A round never waits for more than the same part of what is left. */
    private static final int ROUNDS_MIN = 4;
    /** To wait for less saves less than it costs to ask for it. */
    private static final int GATHERED_MIN = 128 * 1024;
    /** So long it waits, once a body; the wheel adds up to two ticks. */
    private static final long GATHERING_NANOS = TimeUnit.MILLISECONDS.toNanos(DeadlineWheel.TICK_MILLIS);

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
    /** So much comes together at the source before it is readable; 0 = whatever comes is told of. */
    private int gathered;
    /** When the source had long enough for that; null as long as none was needed. */
    private Deadline patience;
    /** Whether it once took longer. */
    private boolean trickles;
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
        if (!endless && !trickles) {
            gather();
        }
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
            moved(count);
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

    private void moved(long count) {
        left -= count;
        bytes += count;
        writing = true;
        if (left < gathered) {
            atOnce();
        } else if (gathered > 0) {
            patience.disarm();
        }
    }

    /**
     * Lets much of what is left come together before the source is readable: the fewer rounds and wake-ups, the cheaper.
     * Not where nothing says how much comes, for its last piece would wait for more.
     */
    private void gather() {
        int round = (int) Math.min(pipes.roundBytes(pipe), left / ROUNDS_MIN);
        if (round >= GATHERED_MIN) {
            gathered = round;
            source.wakeAt(round);
            if (patience == null) {
                patience = pipes.deadline(this::waitedEnough);
            }
            patience.at(pipes.nowNanos() + GATHERING_NANOS);
        }
    }

    /** The source takes its time: nobody waits for a second piece of this body. */
    private void waitedEnough() {
        trickles = true;
        atOnce();
    }

    private void atOnce() {
        if (gathered > 0) {
            gathered = 0;
            patience.disarm();
            source.wakeAt(1);
        }
    }

    private void letGo() {
        atOnce();
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
        } else if (gathered > 0) {
            patience.at(pipes.nowNanos() + GATHERING_NANOS);
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
