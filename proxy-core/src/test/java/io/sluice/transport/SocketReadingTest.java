package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.config.BufferConfig;
import io.sluice.transport.SocketReading.NotRead;
import io.sluice.transport.SocketReading.Pace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SocketReadingTest {
    private static final int READ = 16 * 1024;
    private static final int HIGH = 128 * 1024;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelConfig config = channel.config();
    private final SocketReading reading = new SocketReading(channel, new BufferConfig(READ, HIGH, HIGH / 2), new LoopBuffer(new UnpooledByteBufAllocator(true, true)));

    @BeforeEach
    void beginsAReadAsNettyDoes() {
        assertThat(reading.newHandle()).isSameAs(reading);
        reading.reset(config);
    }

    @AfterEach
    void closes() {
        channel.finishAndReleaseAll();
    }

    private int asked() {
        ByteBuf buffer = reading.allocate(ByteBufAllocator.DEFAULT);
        try {
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.maxCapacity()).as("a read may not grow").isEqualTo(buffer.capacity());
            assertThat(reading.guess()).isEqualTo(buffer.capacity());
            return buffer.capacity();
        } finally {
            buffer.release();
        }
    }

    @Test
    void asksForLittleUntilALongBodyComes() {
        assertThat(asked()).isEqualTo(READ);

        reading.pace(Pace.LONG);
        assertThat(asked()).isEqualTo(HIGH / 4);
        reading.pace(Pace.HEAD);

        assertThat(asked()).isEqualTo(READ);
    }

    private void reads(int count, Pace then) {
        reading.lastBytesRead(count);
        reading.pace(then);
    }

    private void goesThrough(int times) {
        for (int i = 0; i < times; i++) {
            reads(asked(), Pace.THROUGH);
        }
    }

    @Test
    void asksForMoreOnceFullReadsGoStraightThroughButNeverForMoreThanMayWait() {
        reading.pace(Pace.LONG);

        goesThrough(3);
        assertThat(asked()).isEqualTo(HIGH / 4);
        goesThrough(1);
        assertThat(asked()).isEqualTo(HIGH / 2);
        goesThrough(4);
        assertThat(asked()).isEqualTo(HIGH);
        goesThrough(9);
        assertThat(asked()).isEqualTo(HIGH);
    }

    @Test
    void asksForLittleAgainAsSoonAsTheOtherSideLeavesSomething() {
        reading.pace(Pace.LONG);
        goesThrough(7);
        assertThat(asked()).isEqualTo(HIGH / 2);
        reads(HIGH / 2, Pace.HELD);
        assertThat(asked()).isEqualTo(HIGH / 4);

        goesThrough(3);
        assertThat(asked()).as("it counts anew").isEqualTo(HIGH / 4);
    }

    @Test
    void asksForNoMoreWhereReadsDoNotFillTheirBuffer() {
        reading.pace(Pace.LONG);
        for (int i = 0; i < 20; i++) {
            reads(HIGH / 4 - 1, Pace.THROUGH);
        }

        assertThat(asked()).isEqualTo(HIGH / 4);
    }

    @Test
    void remembersForTheNextBodyHowThisOneWentAndCountsNoReadsOfHeads() {
        reading.pace(Pace.LONG);
        goesThrough(4);
        reading.pace(Pace.HEAD);
        reads(HIGH / 2, Pace.THROUGH);
        assertThat(asked()).isEqualTo(READ);
        reading.pace(Pace.LONG);

        assertThat(asked()).isEqualTo(HIGH / 2);
    }

    @Test
    void neverAsksForLessInBulkThanForAHead() {
        SocketReading narrow = new SocketReading(channel, new BufferConfig(READ, READ, READ), new LoopBuffer(new UnpooledByteBufAllocator(true, true)));
        narrow.reset(config);
        narrow.pace(Pace.LONG);

        assertThat(narrow.guess()).isEqualTo(READ);
    }

    @Test
    void readsOnceAnEventHoweverMuchCame() {
        reading.attemptedBytesRead(READ);
        reading.lastBytesRead(READ);
        reading.incMessagesRead(1);
        reading.readComplete();

        assertThat(reading.continueReading()).isFalse();
        assertThat(reading.continueReading(() -> true)).isFalse();
        assertThat(reading.attemptedBytesRead()).isEqualTo(READ);
        assertThat(reading.lastBytesRead()).isEqualTo(READ);
    }

    @Test
    void leavesTheReadLoopWhileReadingIsPaused() {
        reading.pause();

        assertThatThrownBy(() -> reading.allocate(ByteBufAllocator.DEFAULT))
                .isInstanceOf(NotRead.class)
                .hasNoSuppressedExceptions()
                .extracting(Throwable::getStackTrace).isEqualTo(new StackTraceElement[0]);

        reading.resume();
        assertThat(asked()).as("goes on as before").isEqualTo(READ);
    }

    @Test
    void knowsOfNothingAcknowledgedWhereThereIsNoSocket() {
        assertThat(reading.acknowledgedBytes()).isZero();
    }
}
