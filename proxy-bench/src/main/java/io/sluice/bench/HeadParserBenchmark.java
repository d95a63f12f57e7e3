package io.sluice.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.Method;
import io.sluice.http.ParseStatus;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What reading a head costs, from a direct buffer to a checked index. Run with {@code -prof gc}: nothing is allocated.
 * <em>Loop-confined.</em>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeadParserBenchmark {
    private final HeadParser parser = new HeadParser(new HeadLimits(32 * 1024, 16 * 1024, 128));
    private final RequestHead request = new RequestHead();
    private final ResponseHead response = new ResponseHead();
    private ByteBuf browser;
    private ByteBuf wrk;
    private ByteBuf nginx;
    private ByteBuf followed;

    /** Puts the messages into direct memory. */
    @Setup
    public void prepare() {
        browser = Messages.direct(Messages.BROWSER_REQUEST);
        wrk = Messages.direct(Messages.WRK_REQUEST);
        nginx = Messages.direct(Messages.NGINX_RESPONSE);
        followed = PooledByteBufAllocator.DEFAULT.directBuffer(16 * 1024)
                .writeBytes(nginx, 0, nginx.readableBytes()).writeZero(15 * 1024);
    }

    /** Gives them back. */
    @TearDown
    public void release() {
        browser.release();
        wrk.release();
        nginx.release();
        followed.release();
    }

    /** A request with 8 fields, about 500 bytes. */
    @Benchmark
    public ParseStatus browserRequest() {
        request.clear();
        return parser.parseRequest(request, browser.readerIndex(0));
    }

    /** A request with 5 short fields. */
    @Benchmark
    public ParseStatus wrkRequest() {
        request.clear();
        return parser.parseRequest(request, wrk.readerIndex(0));
    }

    /** A response of a file server. */
    @Benchmark
    public ParseStatus nginxResponse() {
        response.clear();
        return parser.parseResponse(response, nginx.readerIndex(0), Method.GET);
    }

    /** The same with 15 KiB of body behind it in the buffer. */
    @Benchmark
    public ParseStatus nginxResponseAndBody() {
        response.clear();
        return parser.parseResponse(response, followed.readerIndex(0), Method.GET);
    }
}
