package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopBufferTest {
    private final LoopBuffer buffer = new LoopBuffer(UnpooledByteBufAllocator.DEFAULT);

    @AfterEach
    void gives() {
        buffer.close();
    }

    @Test
    void lendsTheSameMemoryAgainOnceItCameBack() {
        ByteBuf first = buffer.take(64);
        first.writeLong(1);
        long address = first.memoryAddress();
        first.release();

        ByteBuf second = buffer.take(64);
        assertThat(second.memoryAddress()).isEqualTo(address);
        assertThat(second.readableBytes()).isZero();
        assertThat(second.writableBytes()).isEqualTo(64);
        second.release();
    }

    @Test
    void leavesAPartThatSomebodyKeepsAlone() {
        ByteBuf first = buffer.take(64);
        first.writeLong(42);
        ByteBuf kept = first.readRetainedSlice(8);
        first.release();

        ByteBuf second = buffer.take(64);
        second.writeLong(7);
        assertThat(kept.getLong(0)).isEqualTo(42);
        second.release();
        kept.release();
        assertThat(kept.refCnt()).isZero();
    }

    @Test
    void givesExactlyTheSizeAskedForWhateverItWasBefore() {
        buffer.take(64).release();
        ByteBuf larger = buffer.take(128);
        assertThat(larger.capacity()).isEqualTo(128);
        larger.release();
    }
}
