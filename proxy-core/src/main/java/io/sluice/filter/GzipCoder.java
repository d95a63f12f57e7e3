package io.sluice.filter;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Codes a body as gzip (RFC 1952) by the JDK's zlib. <em>Loop-confined.</em> <em>Ownership</em>: of zlib's state. */
final class GzipCoder implements BodyFilter {
    /** Deflate, no name, no time, unknown system. */
    private static final long MAGIC = 0x1f8b_0800_0000_0000L;
    private static final int EXTRA_FLAGS_AND_SYSTEM = 0x00ff;
    private static final int ROOM_BYTES = 2048;

    private final Deflater deflater;
    private final CRC32 sum = new CRC32();
    private boolean begun;

    /**
     * Begins a body.
     *
     * @param level 1 to 9
     */
    GzipCoder(int level) {
        this.deflater = new Deflater(level, true);
    }

    @Override
    public void write(ByteBuf in, ByteBuf out) {
        begin(out);
        ByteBuffer bytes = in.nioBuffer();
        in.skipBytes(bytes.remaining());
        sum.update(bytes.duplicate());
        deflater.setInput(bytes);
        drain(out, Deflater.NO_FLUSH);
    }

    private void begin(ByteBuf out) {
        if (!begun) {
            begun = true;
            out.writeLong(MAGIC).writeShort(EXTRA_FLAGS_AND_SYSTEM);
        }
    }

    @Override
    public void flush(ByteBuf out) {
        begin(out);
        drain(out, Deflater.SYNC_FLUSH);
    }

    @Override
    public void end(ByteBuf out) {
        begin(out);
        long length = deflater.getBytesRead();
        deflater.finish();
        drain(out, Deflater.NO_FLUSH);
        out.writeIntLE((int) sum.getValue()).writeIntLE((int) length);
    }

    private void drain(ByteBuf out, int mode) {
        int room;
        int written;
        do {
            out.ensureWritable(ROOM_BYTES);
            room = out.writableBytes();
            written = deflater.deflate(out.nioBuffer(out.writerIndex(), room), mode);
            out.writerIndex(out.writerIndex() + written);
            // With room left zlib has no more to say.
        } while (written == room);
    }

    @Override
    public void close() {
        deflater.end();
    }
}
