package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.transport.ProxyHeader;
import java.nio.channels.ClosedChannelException;

/**
 * The requests of one backend connection, one after the other: what of each has left, and whether the backend still takes it.
 * <em>Loop-confined.</em> <em>Ownership</em>: the writer's piece, until {@link #flush} or {@link #release}.
 */
final class RequestOutput {
    private final Channel channel;
    private final MessageWriter writer;
    private boolean ended = true;
    private boolean refused;

    RequestOutput(Channel channel, HeadStore store) {
        this.channel = channel;
        this.writer = new MessageWriter(channel, store);
    }

    /** Gathers what says whom the connection is for. */
    void preface(ProxyHeader client) {
        writer.preface(client);
    }

    /** Gathers a head: the next request begins. */
    void head(RequestHead head, MessageWriter.Persistence persistence) {
        ended = false;
        writer.request(head, persistence);
    }

    /** Gathers or writes a slice; takes it. */
    void body(ByteBuf data) {
        if (refused) {
            data.release();
        } else {
            writer.body(data);
        }
    }

    /** Writes bytes that are not in our memory; takes them; see {@link MessageWriter#region}. */
    void region(FileRegion data, Runnable onGone) {
        if (refused) {
            data.release();
        } else {
            writer.region(data, onGone);
        }
    }

    /** Ends the request; what waits leaves with the next flush. */
    void end(Trailers trailers) {
        ended = true;
        writer.end(trailers);
    }

    /** Hands what was gathered to the kernel. */
    void flush() {
        writer.flush();
    }

    /** Writes what was gathered; somebody else is going to flush. */
    void handOver() {
        writer.handOver();
    }

    /** The backend takes no more: what still comes is forgotten, and no other request follows. */
    void refuse() {
        refused = true;
    }

    /** Whether it takes no more. */
    boolean refused() {
        return refused;
    }

    /** Whether this says nothing new: of the writes that wait when one fails, each fails for itself, and so do later ones. */
    boolean knows(Throwable cause) {
        return refused && (cause instanceof ChannelOutputShutdownException || cause instanceof ClosedChannelException);
    }

    /** Whether it wants more: also what it only forgets, so that nobody waits for room. */
    boolean writable() {
        return refused || channel.isWritable() && !writer.regionWaits();
    }

    long pendingBytes() {
        return writer.pendingBytes();
    }

    /**
     * Whether the kernel has all of the request. A response may overtake it: what waits of it would hold up the next one, or
     * be cut off by a close.
     */
    boolean sent() {
        return ended && !refused && pendingBytes() == 0;
    }

    /** Whether there is more to send, and the backend takes it as far as is known. */
    boolean unsent() {
        return !refused && (!ended || pendingBytes() > 0);
    }

    /** Forgets what was gathered; idempotent. */
    void release() {
        writer.release();
    }
}
