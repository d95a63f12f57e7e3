package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.filter.Base64Decoder;
import io.sluice.http.Trailers;
import io.sluice.stream.BodySink;

/**
 * Decodes the base64 that goes through it. Of a body that turns out to be none, nothing follows, an end neither.
 * <em>Loop-confined.</em>
 */
final class Base64Sink extends Recoding {
    private final Runnable broken;
    private final Base64Decoder decoder = new Base64Decoder();
    private boolean over;

    /**
     * In front of a sink.
     *
     * @param broken called at most once, within a write
     */
    Base64Sink(BodySink to, Runnable broken) {
        inFrontOf(to);
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
            handOn(out);
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
            behind().end(trailers);
        } else if (!over) {
            breaks();
        }
    }

    private void breaks() {
        over = true;
        broken.run();
    }
}
