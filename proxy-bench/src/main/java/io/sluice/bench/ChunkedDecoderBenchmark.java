package io.sluice.bench;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ChunkedDecoder;
import io.sluice.http.HeadLimits;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What taking the chunks off 64 KiB of body costs, by their size. <em>Loop-confined.</em> */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChunkedDecoderBenchmark {
    private static final int BODY_BYTES = 64 * 1024;

    /** Bytes in a chunk. */
    @Param({"128", "8192"})
    public int chunkBytes;

    private final ChunkedDecoder decoder = new ChunkedDecoder(new HeadLimits(32 * 1024, 16 * 1024, 128));
    private ByteBuf body;

    /** Puts the body into direct memory. */
    @Setup
    public void prepare() {
        String chunk = Integer.toHexString(chunkBytes) + "\r\n" + "x".repeat(chunkBytes) + "\r\n";
        String text = chunk.repeat(BODY_BYTES / chunkBytes) + "0\r\n\r\n";
        body = Messages.direct(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The whole body; its slices are released at once. */
    @Benchmark
    public int decode() {
        decoder.reset();
        body.readerIndex(0);
        int bytes = 0;
        for (ByteBuf slice = decoder.next(body); slice != null; slice = decoder.next(body)) {
            bytes += slice.readableBytes();
            slice.release();
        }
        return bytes;
    }
}
