package io.sluice.linux;

import io.sluice.linux.SystemCalls.Failure;
import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The pipes of one event loop, and how bytes get in and out. An empty pipe is kept for the next body, until for some seconds
 * there were always more than were needed; one with bytes left in it is closed at once, for they would come out in front of
 * somebody else's. <em>Loop-confined.</em> <em>Ownership</em>: of the idle ones, until {@link #close}.
 */
public final class Pipes implements AutoCloseable {
    /** More bytes were moved than there were, or fewer are there than should be. */
    public static final long MISMATCH = Long.MIN_VALUE;

    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** For so long bodies may move in one turn of the loop; then the others have theirs. */
    private static final long TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    /** What the pipes in use share: the more there are, the less one round moves, and the shorter everybody waits. */
    private static final long SHARED_BYTES = 8 << 20;
    /** Less at a time costs more in system calls than it gives to others. */
    private static final long ROUND_BYTES_MIN = 64 * 1024;
    private static final int COPIED_BYTES = 64 * 1024;

    private final Splicing splicing;
    private final Supplier<SystemCalls> calls;
    private SystemCalls kernel;
    private final ArrayDeque<Pipe> idle = new ArrayDeque<>();
    private final DeadlineWheel wheel;
    private final Deadline tidying;
    /** The fewest that were idle at once since it was last tidied. */
    private int unneeded;
    private int active;
    private boolean closed;
    /** When the turn began in which a body moved last. */
    private long turnNanos;

    Pipes(Splicing splicing, Supplier<SystemCalls> calls, DeadlineWheel wheel) {
        this.splicing = splicing;
        this.calls = calls;
        this.wheel = wheel;
        this.tidying = new Deadline(wheel, this::tidy);
    }

    /** Whether the kernel splices, as far as is known. */
    public boolean works() {
        return splicing.works();
    }

    /** An empty pipe, to be given back; null if there is none to be had. To be asked for only while it {@link #works}. */
    public Pipe take() {
        if (kernel == null) {
            kernel = calls.get();
        }
        Pipe pipe = idle.pollLast();
        unneeded = Math.min(unneeded, idle.size());
        if (pipe == null) {
            pipe = open();
            if (pipe == null) {
                return null;
            }
        }
        splicing.activated(1);
        active++;
        return pipe;
    }

    private Pipe open() {
        if (!splicing.enter()) {
            return null;
        }
        long ends = kernel.pipe();
        if (ends < 0) {
            splicing.leave();
            splicing.pipeRefused(ends);
            return null;
        }
        int readingEnd = (int) (ends >> 32);
        int writingEnd = (int) ends;
        return new Pipe(readingEnd, writingEnd, splicing.enlarge(kernel, writingEnd));
    }

    /**
     * Takes a pipe back.
     *
     * @return false if it should be empty, and is not: bytes of the body it served are in it
     */
    public boolean give(Pipe pipe) {
        splicing.activated(-1);
        active--;
        boolean exact = pipe.broken || pipe.bytes > 0 || exact(pipe);
        if (pipe.broken || pipe.bytes > 0 || closed) {
            end(pipe);
            return exact;
        }
        keep(pipe);
        return true;
    }

    private void keep(Pipe pipe) {
        if (idle.isEmpty()) {
            tidying.at(wheel.nowNanos() + KEPT_NANOS);
        }
        idle.addLast(pipe);
    }

    private void tidy() {
        for (; unneeded > 0; unneeded--) {
            end(idle.pollFirst());
        }
        unneeded = idle.size();
        if (unneeded > 0) {
            tidying.at(wheel.nowNanos() + KEPT_NANOS);
        }
    }

    /**
     * Moves what a socket has into an empty pipe.
     *
     * @param bytes at the most, at least 1
     * @return bytes moved; 0 = the peer has ended; {@code -EAGAIN} = nothing is there, or it is not its turn;
     *     {@link #MISMATCH} = more than asked for; else another error, see {@link Failure}, of which a {@link Failure#REFUSAL}
     *     has ended splicing for all
     */
    public long fill(Pipe pipe, int socket, long bytes) {
        if (turnIsOver()) {
            return -SystemCalls.EAGAIN;
        }
        long most = Math.min(bytes, share());
        long moved = kernel.splice(socket, pipe.writingEnd, most);
        if (moved > 0) {
            pipe.bytes += moved;
            pipe.used = true;
            return moved > most ? mismatch(pipe) : moved;
        }
        if (moved < 0 && moved != -SystemCalls.EAGAIN && Failure.of(moved) == Failure.REFUSAL) {
            splicing.refused(moved);
        }
        return moved;
    }

    /** What a round through a pipe moves at the most, as long as no more pipes are in use. */
    public int roundBytes(Pipe pipe) {
        return (int) Math.min(pipe.capacity, share());
    }

    /** A deadline of the loop. */
    public Deadline deadline(Runnable action) {
        return new Deadline(wheel, action);
    }

    /** The time that deadlines go by. */
    public long nowNanos() {
        return wheel.nowNanos();
    }

    private long share() {
        return Math.max(ROUND_BYTES_MIN, SHARED_BYTES / active);
    }

    /**
     * Whether bodies moved for so long in this turn of the loop that others come first: a socket that is still readable is
     * told of again in the next.
     */
    private boolean turnIsOver() {
        long turn = wheel.nowNanos();
        if (turn != turnNanos) {
            turnNanos = turn;
            return false;
        }
        return System.nanoTime() - turn > TURN_NANOS;
    }

    /**
     * Moves what is in a pipe to a socket; by a copy if the kernel won't splice it: it has left its source already.
     *
     * @return bytes moved; {@code -EAGAIN} = no room; {@link #MISMATCH} = other than are in it; else the socket's error
     */
    public long drain(Pipe pipe, int socket) {
        long moved = pipe.rest != null ? copy(pipe, socket) : kernel.splice(pipe.readingEnd, socket, pipe.bytes);
        if (moved < 0 && pipe.rest == null && moved != -SystemCalls.EAGAIN && Failure.of(moved) != Failure.SOCKET) {
            if (Failure.of(moved) == Failure.REFUSAL) {
                splicing.refused(moved);
            }
            pipe.rest = ByteBuffer.allocateDirect(COPIED_BYTES).limit(0);
            moved = copy(pipe, socket);
        }
        if (moved == 0 || moved > pipe.bytes) {
            return mismatch(pipe);
        }
        if (moved > 0) {
            pipe.bytes -= moved;
            if (pipe.bytes == 0) {
                pipe.rest = null;
            }
        }
        return moved;
    }

    private long copy(Pipe pipe, int socket) {
        ByteBuffer rest = pipe.rest;
        if (!rest.hasRemaining()) {
            rest.clear();
            int read = kernel.read(pipe.readingEnd, rest);
            rest.flip();
            if (read <= 0) {
                return read == -SystemCalls.EAGAIN ? 0 : read;
            }
        }
        return kernel.write(socket, rest);
    }

    /** Whether as much is in a pipe as should be; if not, that is counted. One system call, if the pipe was used since. */
    public boolean exact(Pipe pipe) {
        if (!pipe.used) {
            return true;
        }
        int held = pipe.rest == null ? 0 : pipe.rest.remaining();
        if (kernel.bytesIn(pipe.readingEnd) + held != pipe.bytes) {
            mismatch(pipe);
            return false;
        }
        pipe.used = pipe.bytes > 0;
        return true;
    }

    /** Whether bytes wait to be read from a socket. */
    public boolean holds(int socket) {
        return kernel.bytesIn(socket) > 0;
    }

    private long mismatch(Pipe pipe) {
        pipe.broken = true;
        splicing.mismatch();
        return MISMATCH;
    }

    /** Tells that bodies from and to an endpoint are spliced no more, since too many of them lost bytes in a pipe. */
    public void disarmed(String endpoint) {
        splicing.disarmed(endpoint);
    }

    private void end(Pipe pipe) {
        kernel.close(pipe.readingEnd);
        kernel.close(pipe.writingEnd);
        splicing.leave();
    }

    /** Closes the idle ones; those in use are closed when they come back. */
    @Override
    public void close() {
        closed = true;
        tidying.cancel();
        Pipe pipe;
        while ((pipe = idle.pollLast()) != null) {
            end(pipe);
        }
    }
}
