package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.config.BufferConfig;
import io.sluice.transport.ReadSizer.ReadPaused;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadSizerTest {
    private static final int READ = 16 * 1024;
    private static final int HIGH = 64 * 1024;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelConfig config = channel.config();
    private final ReadSizer sizer = new ReadSizer(channel, new BufferConfig(READ, HIGH, HIGH / 2), new ReadBuffer(new UnpooledByteBufAllocator(true, true)));

    @BeforeEach
    void beginsAReadAsNettyDoes() {
        assertThat(sizer.newHandle()).isSameAs(sizer);
        sizer.reset(config);
    }

    @AfterEach
    void closes() {
        channel.finishAndReleaseAll();
    }

    private int asked() {
        ByteBuf buffer = sizer.allocate(ByteBufAllocator.DEFAULT);
        try {
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.maxCapacity()).as("a read may not grow").isEqualTo(buffer.capacity());
            assertThat(sizer.guess()).isEqualTo(buffer.capacity());
            return buffer.capacity();
        } finally {
            buffer.release();
        }
    }

    @Test
    void asksForLittleUntilALongBodyComes() {
        assertThat(asked()).isEqualTo(READ);

        sizer.askBulk();
        assertThat(asked()).isEqualTo(HIGH / 2);
        sizer.askSmall();

        assertThat(asked()).isEqualTo(READ);
    }

    @Test
    void neverAsksForLessInBulkThanForAHead() {
        ReadSizer narrow = new ReadSizer(channel, new BufferConfig(READ, READ, READ), new ReadBuffer(new UnpooledByteBufAllocator(true, true)));
        narrow.reset(config);
        narrow.askBulk();

        assertThat(narrow.guess()).isEqualTo(READ);
    }

    @Test
    void readsOnceAnEventHoweverMuchCame() {
        sizer.attemptedBytesRead(READ);
        sizer.lastBytesRead(READ);
        sizer.incMessagesRead(1);
        sizer.readComplete();

        assertThat(sizer.continueReading()).isFalse();
        assertThat(sizer.continueReading(() -> true)).isFalse();
        assertThat(sizer.attemptedBytesRead()).isEqualTo(READ);
        assertThat(sizer.lastBytesRead()).isEqualTo(READ);
    }

    @Test
    void leavesTheReadLoopWhileReadingIsPaused() {
        sizer.pause();

        assertThatThrownBy(() -> sizer.allocate(ByteBufAllocator.DEFAULT))
                .isInstanceOf(ReadPaused.class)
                .hasNoSuppressedExceptions()
                .extracting(Throwable::getStackTrace).isEqualTo(new StackTraceElement[0]);

        sizer.resume();
        assertThat(asked()).as("goes on as before").isEqualTo(READ);
    }
}
