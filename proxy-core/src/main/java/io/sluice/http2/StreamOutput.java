package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;

/**
 * The response of one stream: its head goes to the {@link FrameOutput} at once, its body waits here for the flow controller to
 * say how much of it may leave. <em>Loop-confined.</em> <em>Ownership</em>: owns the slices that wait, until they leave or
 * {@link #release}.
 */
final class StreamOutput implements Http2RemoteFlowController.FlowControlled {
    /** From here on a stream is unwritable, and below the half of it writable again. */
    private static final int WAITING_BYTES_MAX = 32 * 1024;

    private final FrameOutput frames;
    private final Http2RemoteFlowController flow;
    private final Http2Stream stream;
    private final Runnable onEndWritten;
    private final WaitingData slices = new WaitingData();
    private int waiting;
    /** How much of it the flow controller knows of; whether it has this in its queue. */
    private int offered;
    private boolean enqueued;
    private long left;
    private boolean ended;
    private boolean endWritten;
    private Trailers trailers = Trailers.NONE;

    /**
     * Creates it.
     *
     * @param onEndWritten run when the last frame was handed to {@code frames}
     */
    StreamOutput(FrameOutput frames, Http2RemoteFlowController flow, Http2Stream stream, Runnable onEndWritten) {
        this.frames = frames;
        this.flow = flow;
        this.stream = stream;
        this.onEndWritten = onEndWritten;
    }

    /** Gathers a head; after the {@code last} one nothing may follow but {@link #end}. */
    void head(ResponseHead head, boolean last) {
        frames.head(stream.id(), head, last);
        endWritten = last;
    }

    /** Forgets head and body, if nothing of them left the gathered piece yet; returns whether that is so. */
    boolean retract() {
        if (left > 0 || offered > 0 || enqueued || !frames.retract(stream.id())) {
            return false;
        }
        release();
        ended = false;
        endWritten = false;
        return true;
    }

    /** Takes a slice. */
    void body(ByteBuf data) {
        int count = data.readableBytes();
        if (count == 0) {
            data.release();
            return;
        }
        slices.add(data);
        waiting += count;
    }

    /** Nothing follows. */
    void end(Trailers last) {
        ended = true;
        trailers = last;
    }

    /** Lets the flow controller know of what is new; the end may leave at once. */
    void offer() {
        if (offered < waiting) {
            if (!enqueued) {
                enqueued = true;
                offered = waiting;
            }
            flow.addFlowControlled(stream, this);
        } else if (ended && !enqueued) {
            if (!endWritten) {
                writeEnd();
            }
            finish();
        }
    }

    private void writeEnd() {
        endWritten = true;
        if (trailers.isEmpty()) {
            frames.data(stream.id(), Unpooled.EMPTY_BUFFER, true);
        } else {
            frames.trailers(stream.id(), trailers);
        }
    }

    private void finish() {
        ended = false;
        onEndWritten.run();
    }

    /** Bytes that wait. */
    int waiting() {
        return waiting;
    }

    /** Bytes that left. */
    long left() {
        return left;
    }

    /** Whether it takes more. */
    boolean writable() {
        return waiting <= WAITING_BYTES_MAX;
    }

    /** Whether it has room for more, after it was not {@link #writable}. */
    boolean drained() {
        return waiting <= WAITING_BYTES_MAX / 2;
    }

    /** Forgets what waits; idempotent. */
    void release() {
        slices.release();
        waiting = 0;
        if (!enqueued) {
            // Else the flow controller takes off what it was told of: it would look for the difference for ever.
            offered = 0;
        }
    }

    // ---- what the flow controller asks ----

    @Override
    public int size() {
        return offered;
    }

    @Override
    public boolean merge(ChannelHandlerContext context, Http2RemoteFlowController.FlowControlled next) {
        offered = waiting;
        return true;
    }

    @Override
    public void write(ChannelHandlerContext context, int allowedBytes) {
        int budget = Math.min(allowedBytes, offered);
        while (budget > 0) {
            ByteBuf slice = slices.peek();
            int count = slice.readableBytes();
            boolean whole = count <= budget;
            if (whole) {
                slices.poll();
            } else {
                count = budget;
                slice = slice.readRetainedSlice(count);
            }
            budget -= count;
            offered -= count;
            waiting -= count;
            left += count;
            endWritten = ended && waiting == 0 && trailers.isEmpty();
            frames.data(stream.id(), slice, endWritten);
        }
    }

    @Override
    public void writeComplete() {
        enqueued = false;
        if (ended && waiting == 0) {
            if (!endWritten) {
                writeEnd();
            }
            finish();
        }
    }

    @Override
    public void error(ChannelHandlerContext context, Throwable cause) {
        // The stream was closed: whoever did that tells the exchange.
        enqueued = false;
        release();
    }
}
