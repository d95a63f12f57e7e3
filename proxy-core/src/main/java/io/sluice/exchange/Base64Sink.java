package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FileRegion;
import io.sluice.filter.Base64Decoder;
import io.sluice.http.Trailers;
import io.sluice.stream.BodySink;
import io.sluice.transport.SocketReading;

/**
 * Decodes the base64 that goes through it. Of a body that turns out to be none, nothing follows, an end neither.
 * <em>Loop-confined.</em>
 */
final class Base64Sink implements BodySink {
    private final BodySink to;
    private final Runnable broken;
    private final Base64Decoder decoder = new Base64Decoder();
    private boolean over;

    /**
     * In front of a sink.
     *
     * @param broken called at most once, within a write
     */
    Base64Sink(BodySink to, Runnable broken) {
        this.to = to;
        this.broken = broken;
    }

    @Override
    public void body(ByteBuf data) {
        if (over) {
            data.release();
            return;
        }
        ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(data.readableBytes() / 4 * 3 + 3);
        boolean well = decoder.decode(data, out);
        data.release();
        if (well && out.isReadable()) {
            to.body(out);
            return;
        }
        out.release();
        if (!well) {
            breaks();
        }
    }

    @Override
    public void end(Trailers trailers) {
        if (!over && decoder.whole()) {
            to.end(trailers);
        } else if (!over) {
            breaks();
        }
    }

    private void breaks() {
        over = true;
        broken.run();
    }

    @Override
    public void region(FileRegion data) {
        throw new IllegalStateException("what is decoded has to be in memory");
    }

    @Override
    public SocketReading socket() {
        return null;
    }

    @Override
    public void flush() {
        to.flush();
    }

    @Override
    public boolean writable() {
        return to.writable();
    }

    @Override
    public long pendingBytes() {
        return to.pendingBytes();
    }
}
