package io.sluice.frontend;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Whether the first bytes of a connection begin a PROXY protocol header. <em>Immutable.</em> */
enum HeaderSight {
    /** They may: more must come to tell. */
    OPEN,
    /** They don't. */
    NONE,
    /** They do: whatever follows, it is a header, or a broken one. */
    HEADER;

    private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BINARY = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

    /** Looks at all that came so far; borrows it. */
    static HeaderSight of(ByteBuf bytes) {
        HeaderSight text = of(bytes, TEXT);
        return text == NONE ? of(bytes, BINARY) : text;
    }

    private static HeaderSight of(ByteBuf bytes, byte[] prefix) {
        int count = Math.min(prefix.length, bytes.readableBytes());
        for (int i = 0; i < count; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != prefix[i]) {
                return NONE;
            }
        }
        return count == prefix.length ? HEADER : OPEN;
    }
}
