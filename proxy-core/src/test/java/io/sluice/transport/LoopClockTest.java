package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

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
                // Told from outside, the loop is woken for it: a turn of its own.
                long second = loop.submit(clock::nanos).syncUninterruptibly().getNow();

                assertThat(second).isGreaterThanOrEqualTo(between).isGreaterThan(first);
            }
            assertThat(loops.clock(loops.loops().get(0))).isNotSameAs(loops.clock(loops.loops().get(1)));
        }
    }
}
