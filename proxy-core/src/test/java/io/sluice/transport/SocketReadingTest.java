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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SocketReadingTest {
    private static final int READ = 16 * 1024;
    private static final int HIGH = 64 * 1024;

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

        reading.askBulk();
        assertThat(asked()).isEqualTo(HIGH / 2);
        reading.askSmall();

        assertThat(asked()).isEqualTo(READ);
    }

    @Test
    void neverAsksForLessInBulkThanForAHead() {
        SocketReading narrow = new SocketReading(channel, new BufferConfig(READ, READ, READ), new LoopBuffer(new UnpooledByteBufAllocator(true, true)));
        narrow.reset(config);
        narrow.askBulk();

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
}
