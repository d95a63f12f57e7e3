package io.sluice.filter;

import com.aayushatharva.brotli4j.encoder.Encoder;
import com.aayushatharva.brotli4j.encoder.EncoderJNI.Operation;
import com.aayushatharva.brotli4j.encoder.EncoderJNI.Wrapper;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Codes a body as br (RFC 7932). <em>Loop-confined.</em> <em>Ownership</em>: of the encoder outside the heap. */
final class BrotliCoder implements BodyFilter {
    private static final int STEP_BYTES = 16 * 1024;
    /** Looks back 256 KiB at the most: the encoder's memory grows with it, and there is one for each response in flight. */
    private static final int WINDOW_BITS = 18;

    private final Wrapper encoder;
    private boolean closed;

    /**
     * Begins a body.
     *
     * @param quality 0 to 11
     */
    BrotliCoder(int quality) {
        try {
            encoder = new Wrapper(STEP_BYTES, quality, WINDOW_BITS, Encoder.Mode.GENERIC);
        } catch (IOException noMemory) {
            throw new UncheckedIOException(noMemory);
        }
    }

    @Override
    public void write(ByteBuf in, ByteBuf out) {
        while (in.isReadable()) {
            ByteBuffer step = encoder.getInputBuffer();
            int count = Math.min(STEP_BYTES, in.readableBytes());
            step.clear().limit(count);
            in.readBytes(step);
            push(Operation.PROCESS, count, out);
        }
    }

    @Override
    public void flush(ByteBuf out) {
        push(Operation.FLUSH, 0, out);
    }

    @Override
    public void end(ByteBuf out) {
        push(Operation.FINISH, 0, out);
    }

    private void push(Operation operation, int count, ByteBuf out) {
        encoder.push(operation, count);
        while (true) {
            if (!encoder.isSuccess()) {
                throw new IllegalStateException("the brotli encoder failed");
            } else if (encoder.hasMoreOutput()) {
                out.writeBytes(encoder.pull());
            } else if (encoder.hasRemainingInput()) {
                encoder.push(operation, 0);
            } else {
                return;
            }
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            encoder.destroy();
        }
    }
}
