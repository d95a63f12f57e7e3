package io.sluice.transport;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * How a socket ends, encrypted or not: under TLS an end in good order is told by a close_notify, whose absence says that
 * something is missing (RFC 8446 §6.1, RFC 9112 §9.8). Nothing here waits for a peer that doesn't read: what can't leave at
 * once is given up. <em>Immutable.</em> To be called on the channel's loop.
 */
public final class Closing {
    private Closing() {}

    /** Says no more, behind all that the kernel has; goes on reading. Bytes still waiting in front of it are an error. */
    public static void endOutput(SocketChannel channel) {
        SslHandler tls = tls(channel);
        if (tls == null) {
            channel.shutdownOutput();
            return;
        }
        tls.closeOutbound().addListener((ChannelFutureListener) _ -> {
            if (channel.isOpen()) {
                channel.shutdownOutput();
            }
        });
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
