package io.sluice.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.SocketChannel;
import io.sluice.http.Trailers;
import io.sluice.stream.TunnelEnd;
import io.sluice.transport.ChannelEnds;
import io.sluice.transport.Closing;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;
import java.io.IOException;

/**
 * One socket of a tunnel: its bytes are body without framing, up to its end. <em>Loop-confined.</em> <em>Ends</em> by
 * {@link #close} or {@link #reset}, whichever comes first.
 */
public final class SocketEnd extends ChannelInboundHandlerAdapter implements TunnelEnd {
    private final SocketChannel channel;
    private final SocketReading reading;
    private final ChannelEnds ends;
    /** What was read before it was an end. */
    private ByteBuf unread;
    private Listener listener;
    private FileRegion region;
    private boolean outputEnded;
    private boolean closed;

    /** Creates it; takes the socket. */
    public SocketEnd(RawSocket socket) {
        this.channel = socket.channel();
        this.reading = socket.reading();
        this.ends = new ChannelEnds(channel, reading);
        this.unread = socket.unread();
        // What a socket said before it took no more is still to be read.
        channel.config().setAutoClose(false);
        Closing.separateEnds(channel);
    }

    @Override
    public void begin(Listener its) {
        listener = its;
        channel.pipeline().addLast(this);
        if (unread != null) {
            ByteBuf first = unread;
            unread = null;
            listener.onBytes(first);
        }
    }

    @Override
    public void open() {
        if (closed) {
            return;
        }
        listener.onBatchEnd();
        if (!channel.isOpen()) {
            listener.onBroken(null);
        } else if (ends.inputEnded()) {
            inputEnded();
        } else if (!listener.blocked()) {
            reading.resume();
        }
    }

    // ---- as a source ----

    @Override
    public void pause() {
        reading.pause();
    }

    @Override
    public void resume() {
        if (!closed) {
            reading.resume();
        }
    }

    @Override
    public long contiguous() {
        return closed ? 0 : Long.MAX_VALUE;
    }

    @Override
    public SocketReading socket() {
        return closed ? null : reading.plain();
    }

    @Override
    public void taken(long bytes, boolean followed) {
        listener.onTaken(bytes);
    }

    @Override
    public void pace(SocketReading.Pace pace) {
        reading.pace(pace);
    }

    @Override
    public int readBytes() {
        return reading.bytes();
    }

    // ---- as a sink ----

    @Override
    public void body(ByteBuf data) {
        if (ends.deaf()) {
            data.release();
            listener.onBroken(null);
            return;
        }
        int count = data.readableBytes();
        if (count < data.capacity() / 2 && pendingBytes() > 0) {
            // It has to wait, and would keep a read's buffer for that, of which it is a small part.
            ByteBuf fitting = channel.alloc().directBuffer(count, count).writeBytes(data);
            data.release();
            channel.write(fitting, channel.voidPromise());
        } else {
            channel.write(data, channel.voidPromise());
        }
    }

    @Override
    public void region(FileRegion data) {
        region = data;
        channel.write(data).addListener((ChannelFutureListener) gone -> {
            region = null;
            if (gone.isSuccess()) {
                writableAgain();
            } else {
                failed(gone.cause());
            }
        });
    }

    /** Ends its output behind all that was written. */
    @Override
    public void end(Trailers trailers) {
        channel.write(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) gone -> {
            if (gone.isSuccess() && !closed) {
                outputEnded = true;
                Closing.endOutput(channel);
                listener.onOutputEnd();
            }
        });
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean writable() {
        return channel.isWritable() && region == null;
    }

    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        // Netty counts no bytes of a region.
        return (buffer == null ? 0 : buffer.totalPendingWriteBytes())
                + (region == null ? 0 : region.count() - region.transferred());
    }

    // ---- what the channel reports ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (closed) {
            ((ByteBuf) message).release();
        } else {
            listener.onBytes((ByteBuf) message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!closed) {
            listener.onBatchEnd();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        writableAgain();
    }

    private void writableAgain() {
        if (!closed && writable()) {
            listener.onWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        boolean ended = ends.inputEnded(event);
        if (closed) {
            return;
        }
        if (ended) {
            inputEnded();
        } else if (ends.outputFailed(event) && !outputEnded) {
            listener.onBroken(null);
        }
    }

    private void inputEnded() {
        if (ends.believed()) {
            listener.onInputEnd();
        } else {
            // Perhaps it was not the peer who ended it.
            listener.onBroken(null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        listener.onBroken(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof SocketReading.NotRead why)) {
            failed(cause);
        } else if (why.paused() && !outputEnded && reading.peerReset()) {
            // Nobody would find out by reading while the other side holds this one back.
            listener.onBroken(null);
        }
    }

    private void failed(Throwable cause) {
        if (ChannelEnds.cause(cause) instanceof IOException) {
            listener.onBroken(null);
        } else {
            listener.onFailed();
        }
    }

    // ---- endings ----

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Closing.close(channel);
        }
    }

    @Override
    public void reset() {
        if (!closed) {
            closed = true;
            Closing.reset(channel);
        }
    }
}
