package io.sluice.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The fields behind the last chunk, read with the rules of a head (RFC 9112 §7.1.2). <em>Loop-confined.</em> */
final class TrailerSection {
    private final HeadParser parser;
    private RequestHead fields;
    private Trailers trailers = Trailers.NONE;

    TrailerSection(HeadLimits limits) {
        this.parser = new HeadParser(limits);
    }

    ParseStatus read(ByteBuf in) {
        if (fields == null) {
            fields = new RequestHead();
            fields.startRead = true;
        }
        ParseStatus status = parser.parseTrailers(fields, in);
        if (status == ParseStatus.COMPLETE) {
            trailers = passable(fields);
            fields = null;
        }
        return status;
    }

    private static Trailers passable(RequestHead fields) {
        HopByHop.strip(fields);
        for (int i = 0; i < fields.count(); i++) {
            if (fields.name(i) != HeaderName.OTHER) {
                fields.drop(i);
            }
        }
        byte[] lines = new byte[fields.length()];
        int length = fields.copyFields(lines, 0);
        return length == 0 ? Trailers.NONE : new Trailers(Arrays.copyOf(lines, length));
    }

    Trailers trailers() {
        return trailers;
    }
}
