package io.sluice.transport;

import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLException;

/**
 * How a peer ends a channel's stream, with TLS and without: in clear by FIN; under TLS by close_notify, and a FIN that comes
 * without one may be an attacker's (RFC 8446 §6.1). What we do ourselves is {@link Closing}'s. <em>Loop-confined.</em>
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
            // Once we have ended our own direction Netty reports this with whatever comes.
            notified = !weEnded() || peerNotified();
            return notified;
        }
        return event instanceof ChannelInputShutdownEvent && !notified;
    }

    /** Whether the input had ended before anybody asked here. */
    public boolean inputEnded() {
        notified |= peerNotified();
        return notified || channel.isInputShutdown();
    }

    private boolean weEnded() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null && tls.engine().isOutboundDone();
    }

    private boolean peerNotified() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null && tls.engine().isInboundDone();
    }

    /** Whether the input's end, when it comes or has come, is where the peer meant it to be (RFC 9112 §9.8). */
    public boolean believed() {
        return notified || !reading.isEncrypted() || peerNotified();
    }

    /** Whether the peer takes nothing more: its close_notify ends both directions for us, as TLS 1.2 has it. */
    public boolean deaf() {
        return notified;
    }

    /** Whether an event says that a write failed under TLS, which tells nobody else; true also if it was we who ended it. */
    public boolean outputFailed(Object event) {
        return event instanceof ChannelOutputShutdownEvent && reading.isEncrypted();
    }

    /** What failed: Netty wraps what TLS finds wrong. */
    public static Throwable cause(Throwable caught) {
        return caught instanceof DecoderException && caught.getCause() instanceof SSLException tls ? tls : caught;
    }
}
