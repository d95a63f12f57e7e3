package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import org.junit.jupiter.api.Test;

class LoopClockTest {
    @Test
    void standsStillWithinATurnAndGoesOnWithTheNext() {
        LoopClock clock = new LoopClock();
        long first = clock.nanos();
        long later = System.nanoTime();
        assertThat(later).isGreaterThanOrEqualTo(first);

        assertThat(clock.nanos()).isEqualTo(first);
        clock.turn();
        assertThat(clock.nanos()).isGreaterThanOrEqualTo(later);
    }

    @Test
    void aLoopsOwnTurnsMoveItsClock() {
        try (EventLoops loops = Transport.detect().eventLoops(2)) {
            for (EventLoop loop : loops.loops()) {
                LoopClock clock = loops.clock(loop);
                long first = loop.submit(clock::nanos).syncUninterruptibly().getNow();
                long between = System.nanoTime();
                assertThat(between).isGreaterThanOrEqualTo(first);

                // The next task may still be of the same turn, but none is for ever.
                await().until(() -> loop.submit(clock::nanos).syncUninterruptibly().getNow() >= between);
            }
            assertThat(loops.clock(loops.loops().get(0))).isNotSameAs(loops.clock(loops.loops().get(1)));
        }
    }
}
