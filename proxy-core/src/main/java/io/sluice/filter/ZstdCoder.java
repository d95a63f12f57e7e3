package io.sluice.filter;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** Codes a body as zstd (RFC 8878). <em>Loop-confined.</em> <em>Ownership</em>: of the context outside the heap. */
final class ZstdCoder implements BodyFilter {
    private static final int ROOM_BYTES = 4096;
    /**
     * Looks back 256 KiB at the most. RFC 9659 §3 allows 8 MiB, but the context's memory grows with it, and there is one for each
     * response in flight.
     */
    private static final int WINDOW_BITS = 18;

    private final ZstdCompressCtx context = new ZstdCompressCtx();
    private boolean closed;

    /**
     * Begins a body.
     *
     * @param level 1 to 19
     */
    ZstdCoder(int level) {
        context.setLevel(level).setWindowLog(WINDOW_BITS);
    }

    @Override
    public void write(ByteBuf in, ByteBuf out) {
        if (in.isDirect()) {
            ByteBuffer bytes = in.nioBuffer();
            in.skipBytes(bytes.remaining());
            drain(bytes, EndDirective.CONTINUE, out);
            return;
        }
        // Native code reads direct memory only.
        ByteBuf copy = ByteBufAllocator.DEFAULT.directBuffer(in.readableBytes());
        try {
            copy.writeBytes(in);
            write(copy, out);
        } finally {
            copy.release();
        }
    }

    @Override
    public void flush(ByteBuf out) {
        drain(Unpooled.EMPTY_BUFFER.nioBuffer(), EndDirective.FLUSH, out);
    }

    @Override
    public void end(ByteBuf out) {
        drain(Unpooled.EMPTY_BUFFER.nioBuffer(), EndDirective.END, out);
    }

    private void drain(ByteBuffer in, EndDirective directive, ByteBuf out) {
        boolean done;
        do {
            out.ensureWritable(ROOM_BYTES);
            ByteBuffer room = out.nioBuffer(out.writerIndex(), out.writableBytes());
            boolean nothingWaits = context.compressDirectByteBufferStream(room, in, directive);
            out.writerIndex(out.writerIndex() + room.position());
            done = directive == EndDirective.CONTINUE ? !in.hasRemaining() : nothingWaits;
        } while (!done);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.close();
        }
    }
}
