package io.sluice.tls;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;

/**
 * Stands in front of an {@link io.netty.handler.ssl.SslHandler} and lets no read pass while reading is paused: that handler
 * asks for one whenever a turn brought it nothing to pass on, and a paused socket would be polled without end.
 * <em>Immutable</em>, one for all.
 */
@ChannelHandler.Sharable
public final class ReadGuard extends ChannelOutboundHandlerAdapter {
    /** The one there is. */
    public static final ReadGuard INSTANCE = new ReadGuard();

    private ReadGuard() {}

    @Override
    public void read(ChannelHandlerContext context) {
        if (context.channel().config().isAutoRead()) {
            context.read();
        }
    }
}
