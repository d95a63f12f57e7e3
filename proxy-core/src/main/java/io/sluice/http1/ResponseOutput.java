package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.FileRegion;
import io.sluice.http.BodyFraming;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;

/**
 * The responses of one client connection, one after the other: how each is framed for this client, and when it has left.
 * <em>Loop-confined.</em> <em>Ownership</em>: the writer's piece, until {@link #flush} or {@link #release}.
 */
final class ResponseOutput {
    private enum Progress { NONE, BEGUN, ENDED, LEAVING }

    private final Channel channel;
    private final MessageWriter writer;
    private final Runnable onSent;
    private Progress progress = Progress.NONE;
    private boolean untilClose;

    /**
     * Creates it.
     *
     * @param onSent run when the kernel took the last byte of a response
     */
    ResponseOutput(Channel channel, HeadStore store, Runnable onSent) {
        this.channel = channel;
        this.writer = new MessageWriter(channel, store);
        this.onSent = onSent;
    }

    /** Begins the next response. */
    void next() {
        progress = Progress.NONE;
        untilClose = false;
    }

    /** Gathers an interim head; HTTP/1.0 knows none (RFC 9110 §15.2). */
    void interim(ResponseHead head, RequestHead request) {
        if (!request.http10()) {
            writer.interim(head);
        }
    }

    /** How this client will know the end of the body: HTTP/1.0 has no chunks, and HTTP/1.1 sees a truncation by them. */
    static BodyFraming framing(ResponseHead head, RequestHead request) {
        return switch (head.framing()) {
            case NONE, LENGTH -> head.framing();
            case CHUNKED, UNTIL_CLOSE -> request.http10() ? BodyFraming.UNTIL_CLOSE : BodyFraming.CHUNKED;
        };
    }

    /**
     * Gathers the final head.
     *
     * @param closing whether the connection ends with this response
     */
    void head(ResponseHead head, RequestHead request, BodyFraming framing, boolean closing) {
        progress = Progress.BEGUN;
        untilClose = framing == BodyFraming.UNTIL_CLOSE;
        writer.response(head, framing, closing
                ? MessageWriter.Persistence.CLOSE
                : request.http10() ? MessageWriter.Persistence.KEEP_ALIVE : MessageWriter.Persistence.DEFAULT);
    }

    /** Forgets the head and what followed, if all of it is still gathered here; returns whether it is. */
    boolean retract() {
        if (progress != Progress.BEGUN || !writer.retract()) {
            return false;
        }
        next();
        return true;
    }

    /** Gathers or writes a slice; takes it. */
    void body(ByteBuf data) {
        writer.body(data);
    }

    /** Writes bytes that are not in our memory; see {@link MessageWriter#region}. */
    void region(FileRegion data, Runnable onGone) {
        writer.region(data, onGone);
    }

    /** Whether it wants more. */
    boolean writable() {
        return channel.isWritable() && !writer.regionWaits();
    }

    /** Ends the response; what waits leaves with the next flush. */
    void end(Trailers trailers) {
        progress = Progress.ENDED;
        writer.end(trailers);
    }

    /** Hands what was gathered to the kernel; the last byte of a response is reported, now or later. */
    void flush() {
        writer.flush();
        if (progress != Progress.ENDED) {
            return;
        }
        progress = Progress.LEAVING;
        if (writer.pendingBytes() == 0) {
            onSent.run();
            return;
        }
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) sent -> {
            if (sent.isSuccess()) {
                onSent.run();
            }
        });
    }

    /** Writes what was gathered; somebody else is going to flush. */
    void handOver() {
        writer.handOver();
    }

    /** Whether a plain close would make the client take what it has for the whole body. */
    boolean endsByClose() {
        return untilClose;
    }

    long pendingBytes() {
        return writer.pendingBytes();
    }

    /** Forgets what was gathered; idempotent. */
    void release() {
        writer.release();
    }
}
