package io.sluice.transport;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLException;

/**
 * How the two ends of a channel's stream are told, with TLS and without: in clear a FIN ends a direction; under TLS a
 * close_notify does, and a FIN that comes without one may be an attacker's (RFC 8446 §6.1). <em>Loop-confined.</em>
 */
public final class ChannelEnds {
    private final SocketChannel channel;
    private final SocketReading reading;
    private boolean notified;

    /** Creates those of a channel; {@code reading} is its. */
    public ChannelEnds(SocketChannel channel, SocketReading reading) {
        this.channel = channel;
        this.reading = reading;
    }

    /** Whether an event of the pipeline says that the input has ended; the FIN behind a close_notify says nothing new. */
    public boolean inputEnded(Object event) {
        if (event == SslCloseCompletionEvent.SUCCESS) {
            notified = true;
            return true;
        }
        return event instanceof ChannelInputShutdownEvent && !notified;
    }

    /** Whether the input's end, when it comes or has come, is where the peer meant it to be (RFC 9112 §9.8). */
    public boolean believed() {
        return notified || !reading.isEncrypted();
    }

    /** Whether the peer takes nothing more: its close_notify ends both directions for us, as TLS 1.2 has it. */
    public boolean deaf() {
        return notified;
    }

    /** Whether an event says that a write failed under TLS, which tells nobody else; true also if it was we who ended it. */
    public boolean outputFailed(Object event) {
        return event instanceof ChannelOutputShutdownEvent && reading.isEncrypted();
    }

    /** Ends our direction, behind all that was flushed; the other goes on. */
    public void endOutput() {
        if (reading.isEncrypted()) {
            channel.pipeline().get(SslHandler.class).closeOutbound()
                    .addListener((ChannelFutureListener) told -> channel.shutdownOutput());
        } else {
            channel.shutdownOutput();
        }
    }

    /**
     * Closes, and says so under TLS; that does not wait for the peer.
     *
     * @param pendingBytes what waits to be written, and is forgotten: the farewell would wait behind it
     */
    public void close(long pendingBytes) {
        if (pendingBytes > 0) {
            cut();
        } else {
            channel.close();
        }
    }

    /** Closes, without telling the peer that this is where we meant to end. What waits to be written is forgotten. */
    public void cut() {
        channel.pipeline().firstContext().close();
    }

    /** What failed: Netty wraps what TLS finds wrong. */
    public static Throwable cause(Throwable caught) {
        return caught instanceof DecoderException && caught.getCause() instanceof SSLException tls ? tls : caught;
    }
}
