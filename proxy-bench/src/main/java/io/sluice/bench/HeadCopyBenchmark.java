package io.sluice.bench;

import io.netty.buffer.ByteBuf;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.HeaderLine;
import io.sluice.http.HopByHop;
import io.sluice.http.RequestHead;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a head costs on its way through: read, hop-by-hop fields dropped, one of ours appended, its lines copied out. The
 * copy alone stands beside it. <em>Loop-confined.</em>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeadCopyBenchmark {
    private static final HeaderLine VIA = HeaderLine.of("Via", "1.1 sluice");

    private final HeadParser parser = new HeadParser(new HeadLimits(32 * 1024, 16 * 1024, 128));
    private final RequestHead head = new RequestHead();
    private final RequestHead stripped = new RequestHead();
    private final byte[] out = new byte[4096];
    private ByteBuf browser;

    /** Puts the message into direct memory. */
    @Setup
    public void prepare() {
        browser = Messages.direct(Messages.BROWSER_REQUEST);
        parser.parseRequest(stripped, browser.readerIndex(0));
        HopByHop.strip(stripped);
    }

    /** Copies the lines that are left, in two runs. */
    @Benchmark
    public int copy() {
        return stripped.copyFields(out, 0);
    }

    /** All of a head's way. */
    @Benchmark
    public int parseStripAppendCopy() {
        head.clear();
        parser.parseRequest(head, browser.readerIndex(0));
        HopByHop.strip(head);
        head.append(VIA);
        return head.copyFields(out, 0);
    }
}
