package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import javax.net.ssl.SSLEngine;

/**
 * Stands between a tunnel's TLS and its socket. Netty's engine over BoringSSL answers the peer's close_notify by ours at once,
 * and encrypts nothing more: the peer would be told that it has all, before the tunnel's other side has said all. So the
 * answer is kept until that is true. <em>Loop-confined.</em> <em>Ownership</em>: owns what it keeps. <em>Ends</em> with the
 * channel.
 */
final class Farewell extends ChannelOutboundHandlerAdapter {
    private final SSLEngine engine;
    private ChannelHandlerContext context;
    private CompositeByteBuf kept;
    private boolean said;

    Farewell(SSLEngine engine) {
        this.engine = engine;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext its) {
        context = its;
    }

    @Override
    public void write(ChannelHandlerContext its, Object message, ChannelPromise promise) {
        ByteBuf record = (ByteBuf) message;
        if (said || !record.isReadable() || !engine.isInboundDone()) {
            its.write(record, promise);
            return;
        }
        if (kept == null) {
            kept = its.alloc().compositeBuffer();
        }
        kept.addComponent(true, record);
        promise.trySuccess();
    }

    /** Writes what it kept, and keeps nothing more: our direction ends here. To be flushed. */
    void say() {
        said = true;
        if (kept != null) {
            CompositeByteBuf whole = kept;
            kept = null;
            context.write(whole, context.voidPromise());
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext its) {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}
