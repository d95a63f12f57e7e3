package io.sluice.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Decodes chunked bodies and says in one line what came of them. <em>Immutable.</em> */
final class Chunks {
    private Chunks() {}

    /** {@code ended|refused|more}, the data, and in brackets the trailer lines, for a body that arrives in these pieces. */
    static String decode(byte[] raw, HeadLimits limits, int... cuts) {
        ChunkedDecoder decoder = new ChunkedDecoder(limits);
        StringBuilder data = new StringBuilder();
        int at = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int end = i < cuts.length ? cuts[i] : raw.length;
            ByteBuf in = Unpooled.wrappedBuffer(raw, at, end - at);
            for (ByteBuf slice = decoder.next(in); slice != null; slice = decoder.next(in)) {
                if (!slice.isReadable()) {
                    throw new AssertionError("an empty slice");
                }
                data.append(slice.toString(StandardCharsets.ISO_8859_1));
                slice.release();
            }
            if (decoder.ended() || decoder.refused()) {
                break;
            }
            if (in.isReadable()) {
                throw new AssertionError("more is needed, and " + in.readableBytes() + " bytes are left");
            }
            in.release();
            at = end;
        }
        String state = decoder.ended() ? "ended " : decoder.refused() ? "refused " : "more ";
        return state + data + trailers(decoder);
    }

    private static String trailers(ChunkedDecoder decoder) {
        Trailers trailers = decoder.trailers();
        if (trailers.isEmpty()) {
            return "";
        }
        ByteBuf out = Unpooled.buffer(trailers.length());
        trailers.writeTo(out);
        return " [" + out.toString(StandardCharsets.ISO_8859_1).replace("\r\n", "|") + "]";
    }
}
