package io.sluice.filter;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Codes a body as base64 (RFC 4648 §4). What is flushed is padded, so that it can be decoded at once; then further quanta
 * follow. <em>Loop-confined.</em>
 */
public final class Base64Encoder implements BodyFilter {
    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);

    /** Up to two bytes that wait for a third. */
    private int rest;
    private int restCount;

    /** Begins a body. */
    public Base64Encoder() {}

    @Override
    public void write(ByteBuf in, ByteBuf out) {
        out.ensureWritable((in.readableBytes() + 2) / 3 * 4 + 4);
        while (in.isReadable()) {
            rest = rest << 8 | in.readUnsignedByte();
            if (++restCount == 3) {
                out.writeInt(ALPHABET[rest >> 18] << 24 | ALPHABET[rest >> 12 & 63] << 16 | ALPHABET[rest >> 6 & 63] << 8
                        | ALPHABET[rest & 63]);
                rest = 0;
                restCount = 0;
            }
        }
    }

    @Override
    public void flush(ByteBuf out) {
        if (restCount == 1) {
            out.writeInt(ALPHABET[rest >> 2] << 24 | ALPHABET[rest << 4 & 63] << 16 | '=' << 8 | '=');
        } else if (restCount == 2) {
            out.writeInt(ALPHABET[rest >> 10] << 24 | ALPHABET[rest >> 4 & 63] << 16 | ALPHABET[rest << 2 & 63] << 8 | '=');
        }
        rest = 0;
        restCount = 0;
    }

    @Override
    public void end(ByteBuf out) {
        flush(out);
    }

    @Override
    public void close() {
        // It holds no memory outside the heap.
    }
}
