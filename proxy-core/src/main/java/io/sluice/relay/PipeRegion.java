package io.sluice.relay;

import io.netty.channel.FileRegion;
import io.sluice.linux.Pipe;
import io.sluice.linux.Pipes;
import io.sluice.linux.SystemCalls;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * What is in a pipe, as Netty's outbound buffer takes it: in its turn behind what was written before, and again when the
 * socket has room. <em>Loop-confined.</em> It belongs to one write; released by Netty when all of it left, or when none of
 * it will.
 */
final class PipeRegion implements FileRegion {
    private final Pipes pipes;
    private final Pipe pipe;
    private final int socket;
    private final SpliceRelay relay;
    private final boolean last;
    private final long count;
    private long transferred;
    private boolean full;
    private boolean stalled;
    private boolean broken;
    private boolean released;

    /**
     * Creates it over all that is in the pipe now.
     *
     * @param socket where it goes
     * @param relay  told when Netty is done with it, or when its bytes don't add up
     * @param last   whether it may be that nothing of the body follows it inside the kernel: then the pipe must be empty
     */
    PipeRegion(Pipes pipes, Pipe pipe, int socket, SpliceRelay relay, boolean last) {
        this.pipes = pipes;
        this.pipe = pipe;
        this.socket = socket;
        this.relay = relay;
        this.last = last;
        this.count = pipe.bytes();
    }

    @Override
    public long transferTo(WritableByteChannel ignored, long position) throws IOException {
        if (full || broken) {
            // The socket took less than there was a moment ago: it has no room, and that needs no call to be known.
            full = false;
            return 0;
        }
        long moved = pipes.drain(pipe, socket);
        if (moved == -SystemCalls.EAGAIN) {
            // The socket said that it has room, and still takes nothing: is there nothing to be taken?
            if (stalled && !pipes.exact(pipe)) {
                mismatch();
            }
            stalled = true;
            return 0;
        }
        stalled = false;
        if (moved == Pipes.MISMATCH || moved > 0 && last && pipe.bytes() == 0 && !pipes.exact(pipe)) {
            mismatch();
            return 0;
        }
        if (moved < 0) {
            throw new IOException("splice to the socket failed: errno " + -moved);
        }
        transferred += moved;
        full = transferred < count;
        return moved;
    }

    /** It never becomes complete: whoever is told ends the connection first. */
    private void mismatch() {
        broken = true;
        relay.mismatch();
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
        return transferred;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public int refCnt() {
        return released ? 0 : 1;
    }

    @Override
    public FileRegion retain() {
        throw new UnsupportedOperationException("it belongs to one write");
    }

    @Override
    public FileRegion retain(int increment) {
        return retain();
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }

    @Override
    public boolean release() {
        if (!released) {
            released = true;
            relay.written();
        }
        return true;
    }

    @Override
    public boolean release(int decrement) {
        return release();
    }
}
