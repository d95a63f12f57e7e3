package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.sluice.stream.BodySink;
import io.sluice.transport.SocketReading;

/**
 * A sink in front of another one, which gets other bytes than came: all of them cross memory. <em>Loop-confined.</em>
 * <em>Ownership</em>: what is handed on is the other sink's.
 */
abstract sealed class Recoding implements BodySink permits Base64Sink, Compressing, WebCall {
    /** Null = nothing is to go through it, or it is not known yet where that goes. */
    private BodySink behind;
    private long sentBytes;

    /** Says where all goes from now on. */
    final void inFrontOf(BodySink sink) {
        behind = sink;
    }

    final BodySink behind() {
        return behind;
    }

    /** Whether bodies go through it. */
    public final boolean active() {
        return behind != null;
    }

    /** Bytes handed on, if so many came. */
    public final long sentBytes(long cameBytes) {
        return active() ? sentBytes : cameBytes;
    }

    /** Takes a piece of what came of it. */
    final void handOn(ByteBuf piece) {
        sentBytes += piece.readableBytes();
        behind.body(piece);
    }

    @Override
    public final void region(FileRegion data) {
        throw new IllegalStateException("what is coded has to be in memory");
    }

    @Override
    public final SocketReading socket() {
        return null;
    }

    @Override
    public void flush() {
        behind.flush();
    }

    @Override
    public final boolean writable() {
        return behind.writable();
    }

    @Override
    public final long pendingBytes() {
        return behind.pendingBytes();
    }
}
