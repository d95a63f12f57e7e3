package io.sluice.linux;

import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * The pipes of one event loop, and how bytes get in and out. An empty pipe is kept for the next body; one with bytes left in
 * it is closed, for they would come out in front of somebody else's. <em>Loop-confined.</em> <em>Ownership</em>: of the idle
 * ones, until {@link #close}.
 */
public final class Pipes implements AutoCloseable {
    private static final int IDLE_MAX = 64;

    private final Splicing splicing;
    private final Supplier<SystemCalls> calls;
    private SystemCalls kernel;
    private final ArrayDeque<Pipe> idle = new ArrayDeque<>();
    private boolean closed;

    Pipes(Splicing splicing, Supplier<SystemCalls> calls) {
        this.splicing = splicing;
        this.calls = calls;
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
        if (pipe == null) {
            pipe = open();
            if (pipe == null) {
                return null;
            }
        }
        splicing.activated(1);
        return pipe;
    }

    private Pipe open() {
        if (!splicing.enter()) {
            return null;
        }
        long ends = kernel.pipe();
        if (ends < 0) {
            splicing.leave();
            return null;
        }
        Pipe pipe = new Pipe((int) (ends >> 32), (int) ends);
        splicing.enlarge(kernel, pipe.writingEnd);
        return pipe;
    }

    /** Takes a pipe back. */
    public void give(Pipe pipe) {
        splicing.activated(-1);
        if (pipe.bytes == 0 && idle.size() < IDLE_MAX && !closed) {
            idle.addLast(pipe);
        } else {
            end(pipe);
        }
    }

    /**
     * Moves what a socket has into an empty pipe.
     *
     * @param bytes at the most, at least 1
     * @return bytes moved; 0 = the peer has ended; {@code -EAGAIN} = nothing is there; below that, the socket's error or
     *     the kernel's refusal
     */
    public long fill(Pipe pipe, int socket, long bytes) {
        long moved = kernel.splice(socket, pipe.writingEnd, bytes);
        if (moved > 0) {
            pipe.bytes += moved;
        }
        return moved;
    }

    /**
     * Moves what is in a pipe to a socket.
     *
     * @return bytes moved; {@code -EAGAIN} = no room; below that, the socket's error
     */
    public long drain(Pipe pipe, int socket) {
        long moved = kernel.splice(pipe.readingEnd, socket, pipe.bytes);
        if (moved > 0) {
            pipe.bytes -= moved;
        } else if (moved == 0) {
            splicing.mismatch();
        }
        return moved;
    }

    /** Notes an error of {@link #fill} that no socket can have: splicing itself is refused. */
    public void refused(long error) {
        splicing.refused(error);
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
        Pipe pipe;
        while ((pipe = idle.pollLast()) != null) {
            end(pipe);
        }
    }
}
