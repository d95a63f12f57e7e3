package io.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.FileRegion;
import io.sluice.http.Trailers;
import io.sluice.stream.BodySink;
import io.sluice.stream.BodySource;
import io.sluice.transport.SocketReading;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BodyRelayTest {
    private final List<String> events = new ArrayList<>();
    private final List<SocketReading.Pace> paces = new ArrayList<>();
    private final List<ByteBuf> slices = new ArrayList<>();
    private final Source source = new Source();
    private final Sink sink = new Sink();
    private final BodyRelay relay = new BodyRelay(source, sink);

    @AfterEach
    void holdsNothing() {
        assertThat(slices).allSatisfy(slice -> assertThat(slice.refCnt()).isZero());
    }

    private ByteBuf slice(String text) {
        ByteBuf slice = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        slices.add(slice);
        return slice;
    }

    private static void letTimePass(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    @Test
    void handsOnEachSliceAtOnceAndFlushesOnceABatch() {
        relay.body(slice("ab"));
        relay.body(slice("cde"));
        relay.batchEnd();
        relay.body(slice("f"));
        relay.end(Trailers.NONE);

        assertThat(events).containsExactly("body ab", "body cde", "flush", "body f", "end", "flush");
        assertThat(relay.bytes()).isEqualTo(6);
        assertThat(relay.blockedNanos()).isZero();
    }

    @Test
    void tellsTheSourceWhetherABatchWentThroughAtOnce() {
        relay.body(slice("a"));
        relay.batchEnd();
        sink.writable = false;
        relay.body(slice("b"));
        relay.batchEnd();

        assertThat(paces).containsExactly(SocketReading.Pace.THROUGH, SocketReading.Pace.HELD);
    }

    @Test
    void passesTheTrailersOn() {
        relay.end(Trailers.NONE);

        assertThat(sink.trailers).isSameAs(Trailers.NONE);
        assertThat(relay.bytes()).isZero();
    }

    @Test
    void stopsReadingWhenTheSinkIsFullButKeepsHandingOnWhatWasRead() {
        relay.body(slice("a"));
        sink.writable = false;
        relay.batchEnd();
        relay.body(slice("b"));
        relay.batchEnd();

        assertThat(events).as("one pause").containsExactly("body a", "flush", "pause", "body b", "flush");
        assertThat(relay.blocked()).isTrue();
    }

    @Test
    void looksWhetherTheSinkIsFullOnlyAfterTheFlush() {
        sink.writable = false;
        sink.flushMakesRoom = true;
        relay.body(slice("a"));
        relay.batchEnd();

        assertThat(events).containsExactly("body a", "flush");
        assertThat(relay.blocked()).isFalse();
    }

    @Test
    void tellsHowOftenItWasHeldBackAndWhenLongest() {
        assertThat(relay.stalls()).isZero();
        assertThat(relay.longestStallAtNanos()).isZero();

        sink.writable = false;
        long first = System.nanoTime();
        relay.batchEnd();
        letTimePass(50_000_000);
        assertThat(relay.longestStallNanos()).as("while it lasts").isGreaterThanOrEqualTo(50_000_000);
        assertThat(relay.longestStallAtNanos() - first).isNotNegative();
        sink.writable = true;
        relay.writable();
        long longest = relay.longestStallNanos();
        long at = relay.longestStallAtNanos();
        sink.writable = false;
        relay.batchEnd();
        sink.writable = true;
        relay.writable();

        assertThat(relay.stalls()).isEqualTo(2);
        assertThat(relay.longestStallNanos()).isEqualTo(longest).isLessThanOrEqualTo(relay.blockedNanos());
        assertThat(relay.longestStallAtNanos()).isEqualTo(at);
        assertThat(at - first).isBetween(0L, longest);
    }

    @Test
    void readsOnOnceTheSinkHasRoom() {
        sink.writable = false;
        relay.batchEnd();
        relay.writable();
        assertThat(relay.blocked()).as("a report that came too late").isTrue();

        sink.writable = true;
        relay.writable();
        relay.writable();

        assertThat(events).containsExactly("flush", "pause", "resume");
        assertThat(relay.blocked()).isFalse();
    }

    @Test
    void doesNotResumeASourceItDidNotPause() {
        relay.writable();

        assertThat(events).isEmpty();
    }

    @Test
    void countsTheTimeTheSinkHeldItBack() {
        sink.writable = false;
        relay.batchEnd();
        letTimePass(2_000_000);
        long ongoing = relay.blockedNanos();
        assertThat(ongoing).as("while it lasts").isGreaterThanOrEqualTo(2_000_000);
        letTimePass(1_000_000);
        sink.writable = true;
        relay.writable();

        long first = relay.blockedNanos();
        assertThat(first).isGreaterThanOrEqualTo(ongoing + 1_000_000);
        letTimePass(1_000_000);
        assertThat(relay.blockedNanos()).as("stands still while it flows").isEqualTo(first);

        sink.writable = false;
        relay.batchEnd();
        letTimePass(1_000_000);
        sink.writable = true;
        relay.writable();

        assertThat(relay.blockedNanos()).as("all times together").isGreaterThanOrEqualTo(first + 1_000_000);
    }

    @Test
    void mayEndWhileTheSinkIsFull() {
        relay.body(slice("a"));
        sink.writable = false;
        relay.batchEnd();
        letTimePass(1_000_000);
        relay.end(Trailers.NONE);
        long blocked = relay.blockedNanos();
        letTimePass(1_000_000);

        assertThat(events).containsExactly("body a", "flush", "pause", "end", "flush");
        assertThat(relay.blocked()).isFalse();
        assertThat(blocked).isGreaterThanOrEqualTo(1_000_000);
        assertThat(relay.blockedNanos()).as("the time ended with the body").isEqualTo(blocked);
        sink.writable = true;
        relay.writable();
        assertThat(events).as("the source has another reader now").doesNotContain("resume");
    }

    private final class Source implements BodySource {
        @Override
        public long contiguous() {
            return 0;
        }

        @Override
        public SocketReading socket() {
            return null;
        }

        @Override
        public void taken(long bytes, boolean followed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void pause() {
            events.add("pause");
        }

        @Override
        public void resume() {
            events.add("resume");
        }

        @Override
        public void pace(SocketReading.Pace pace) {
            paces.add(pace);
        }
    }

    private final class Sink implements BodySink {
        @Override
        public void region(FileRegion data) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketReading socket() {
            return null;
        }

        private boolean writable = true;
        private boolean flushMakesRoom;
        private Trailers trailers;

        @Override
        public void body(ByteBuf data) {
            events.add("body " + data.toString(StandardCharsets.US_ASCII));
            data.release();
        }

        @Override
        public void end(Trailers last) {
            events.add("end");
            trailers = last;
        }

        @Override
        public void flush() {
            events.add("flush");
            writable |= flushMakesRoom;
        }

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public long pendingBytes() {
            return writable ? 0 : 1;
        }
    }
}
