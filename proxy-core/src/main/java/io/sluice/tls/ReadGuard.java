package io.sluice.tls;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands in front of an {@link SslHandler} and lets no read pass while reading is paused: that handler asks for one whenever a
 * turn brought it nothing to pass on, and a paused socket would be polled without end. Nor does it let pass what comes behind
 * the peer's close_notify (RFC 8446 §6.1): the engine takes no more, and the handler would keep it as long as the connection
 * lives. <em>Immutable</em>, one for all.
 */
@ChannelHandler.Sharable
public final class ReadGuard extends ChannelDuplexHandler {
    /** The one there is. */
    public static final ReadGuard INSTANCE = new ReadGuard();

    private ReadGuard() {}

    @Override
    public void read(ChannelHandlerContext context) {
        if (context.channel().config().isAutoRead()) {
            context.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // None before a client's first message was read.
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (tls != null && tls.engine().isInboundDone()) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }
}
