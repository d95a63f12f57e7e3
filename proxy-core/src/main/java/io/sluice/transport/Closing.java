package io.sluice.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;

/**
 * How a socket ends, encrypted or not: under TLS an end in good order is told by a close_notify, whose absence says that
 * something is missing (RFC 8446 §6.1, RFC 9112 §9.8). Nothing here waits for a peer that doesn't read: what can't leave at
 * once is given up. <em>Immutable.</em> To be called on the channel's loop.
 */
public final class Closing {
    private Closing() {}

    /** Has only {@link #endOutput} say that our direction ends, whatever the peer says of its own; idempotent. */
    public static void separateEnds(SocketChannel channel) {
        SslHandler tls = tls(channel);
        if (tls != null && tls.engine() instanceof ReferenceCountedOpenSslEngine engine
                && channel.pipeline().get(Farewell.class) == null) {
            channel.pipeline().addBefore(channel.pipeline().context(tls).name(), null, new Farewell(engine));
        }
    }

    /** Says no more, behind all that the kernel has; goes on reading. Bytes still waiting in front of it are an error. */
    public static void endOutput(SocketChannel channel) {
        SslHandler tls = tls(channel);
        if (tls == null) {
            channel.shutdownOutput();
            return;
        }
        Farewell kept = channel.pipeline().get(Farewell.class);
        if (kept != null) {
            kept.say();
        }
        notifyPeer(channel, tls).addListener((ChannelFutureListener) _ -> {
            if (channel.isOpen()) {
                channel.shutdownOutput();
            }
        });
    }

    /**
     * Netty's engine over BoringSSL, once it was told that our direction ends, calls every read the last one, forgets to say
     * when more is decrypted than fits, and so loses the end of what the peer still sends. The library itself can end one
     * direction, so it is asked behind the engine's back, which goes on reading.
     */
    private static ChannelFuture notifyPeer(SocketChannel channel, SslHandler tls) {
        if (!(tls.engine() instanceof ReferenceCountedOpenSslEngine engine) || !shutDown(engine.sslPointer())) {
            return tls.closeOutbound();
        }
        // Handlers behind it may have closed for flushes.
        ChannelHandlerContext context = channel.pipeline().context(tls);
        ChannelPromise said = context.newPromise();
        try {
            // What the library wrote leaves with the next record, or with none; the room for that may be short of two bytes.
            tls.flush(context);
            tls.write(context, Unpooled.EMPTY_BUFFER, said);
            tls.flush(context);
        } catch (Exception failed) {
            said.tryFailure(failed);
        }
        return said;
    }

    /** Has the library write a close_notify, if it didn't yet and can. */
    private static boolean shutDown(long ssl) {
        if (ssl == 0 || SSL.isInInit(ssl) != 0 || (SSL.getShutdown(ssl) & SSL.SSL_SENT_SHUTDOWN) != 0) {
            return false;
        }
        if (SSL.shutdownSSL(ssl) < 0) {
            SSL.clearError();
            return false;
        }
        return true;
    }

    /** Closes it in good order; idempotent. */
    public static void close(SocketChannel channel) {
        SslHandler tls = tls(channel);
        if (tls == null) {
            channel.close();
            return;
        }
        if (channel.isActive()) {
            tls.closeOutbound();
        }
        // The handler itself would wait seconds for a peer that doesn't read.
        channel.unsafe().close(channel.voidPromise());
    }

    /** Closes it so that the peer can't take what it has for all there was; idempotent. */
    public static void reset(SocketChannel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        if (tls(channel) == null) {
            channel.close();
        } else {
            channel.unsafe().close(channel.voidPromise());
        }
    }

    private static SslHandler tls(SocketChannel channel) {
        return channel.pipeline().get(SslHandler.class);
    }
}
