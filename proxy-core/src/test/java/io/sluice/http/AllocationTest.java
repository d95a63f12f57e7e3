package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The way of a head allocates nothing once its memory has grown: refused ones neither. */
final class AllocationTest {
    private static final int ROUNDS = 20_000;
    private static final HeadParser PARSER = new HeadParser(Outcome.LIMITS);

    private final RequestHead request = new RequestHead();
    private final ResponseHead response = new ResponseHead();
    private final byte[] out = new byte[8 * 1024];

    @TestFactory
    Stream<DynamicTest> allocatesNothing() {
        return Stream.of(
                request("origin form", "GET /a/../%62?c HTTP/1.1\r\nHost: a:80\r\nX-A: b\r\nConnection: x-a, close\r\n\r\n"),
                request("absolute form", "OPTIONS http://a HTTP/1.1\r\nHost: [::1]\r\nMax-Forwards: 10\r\n\r\n"),
                request("body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"),
                request("unsupported coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
                request("refused", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"),
                response("length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeep-Alive: timeout=5\r\nDate: x\r\n\r\n"),
                response("refused", "SSH-2.0"));
    }

    private DynamicTest request(String name, String raw) {
        ByteBuf in = Unpooled.wrappedBuffer(Outcome.bytes(raw));
        return DynamicTest.dynamicTest("request, " + name, () -> assertThat(allocatedBy(() -> {
            request.clear();
            if (PARSER.parseRequest(request, in.readerIndex(0)) == ParseStatus.COMPLETE) {
                HopByHop.strip(request);
                int limit = MaxForwards.of(request);
                if (limit > 0) {
                    MaxForwards.decrement(request, limit);
                }
                request.copyFields(out, 0);
            }
        })).isLessThan(ROUNDS));
    }

    private DynamicTest response(String name, String raw) {
        ByteBuf in = Unpooled.wrappedBuffer(Outcome.bytes(raw));
        return DynamicTest.dynamicTest("response, " + name, () -> assertThat(allocatedBy(() -> {
            response.clear();
            if (PARSER.parseResponse(response, in.readerIndex(0), Method.GET) == ParseStatus.COMPLETE) {
                HopByHop.strip(response);
                response.copyFields(out, 0);
            }
        })).isLessThan(ROUNDS));
    }

    /** Bytes in all rounds; less than one a round is what the measurement and the compiler take. */
    private static long allocatedBy(Runnable round) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
