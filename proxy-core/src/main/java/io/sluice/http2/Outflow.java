package io.sluice.http2;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.sluice.transport.SocketReading;
import java.util.List;

/**
 * How what is gathered for one connection leaves: once a turn of the loop, for all streams together, at the end of a read or
 * by a task behind what other connections brought; long data does not wait for that. <em>Loop-confined.</em>
 */
final class Outflow {
    /** So much doesn't wait for the end of the turn. */
    private static final int HASTE_BYTES = 16 * 1024;

    private final Channel channel;
    private final SocketReading reading;
    private final FrameOutput frames;
    private final Http2RemoteFlowController flow;
    private final StreamTable streams;
    private ChannelHandlerContext context;
    private boolean held;
    private boolean flushing;
    private boolean again;
    private boolean scheduled;
    private boolean closed;

    Outflow(
            Channel channel, SocketReading reading, FrameOutput frames, Http2RemoteFlowController flow,
            StreamTable streams) {
        this.channel = channel;
        this.reading = reading;
        this.frames = frames;
        this.flow = flow;
        this.streams = streams;
    }

    /** Where it goes from now on. */
    void to(ChannelHandlerContext handler) {
        context = handler;
        frames.to(handler);
    }

    /** A read is on, or not: a flush follows its end. */
    void hold(boolean inRead) {
        held = inRead;
    }

    /** What was gathered leaves by the end of the turn; at once, if it is much together with what waits. */
    void soon(long waiting) {
        if (flushing) {
            again = true;
        } else if (!held && waiting + frames.gathered() >= HASTE_BYTES) {
            context.channel().pipeline().flush();
        } else if (!held && !scheduled) {
            scheduled = true;
            channel.eventLoop().execute(this::scheduledFlush);
        }
    }

    private void scheduledFlush() {
        scheduled = false;
        context.channel().pipeline().flush();
    }

    /** Hands to the kernel what the windows let go, and tells streams what came of it. */
    void flush() throws Http2Exception {
        if (flushing || closed) {
            again = true;
            return;
        }
        flushing = true;
        try {
            do {
                again = false;
                streams.offerDirty();
                flow.writePendingBytes();
                frames.pass();
                context.flush();
                tellSent();
                streams.tellWritable();
            } while (again && !closed);
        } finally {
            flushing = false;
        }
    }

    private void tellSent() {
        boolean taken = pendingBytes() == 0;
        if (taken) {
            frames.taken();
        }
        List<Http2ClientStream> left = streams.takeLeaving();
        if (left == null) {
            return;
        }
        if (taken) {
            streams.tellSent(left);
        } else {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) sent -> {
                if (sent.isSuccess()) {
                    streams.tellSent(left);
                }
            });
        }
    }

    /** Bytes not yet taken by the kernel. */
    private long pendingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /**
     * A number that moves when the client's host takes bytes, if that is what a stream waits for; else it stands still.
     *
     * @param allLeft whether nothing of the stream waits for a window
     */
    long progress(boolean allLeft) {
        if (!allLeft && channel.isWritable()) {
            return 0;
        }
        return reading.acknowledgedBytes() - pendingBytes();
    }

    /** Forgets what was gathered; nothing leaves any more. Idempotent. */
    void close() {
        closed = true;
        frames.close();
    }
}
