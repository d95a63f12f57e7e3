package io.sluice.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitingDataTest {
    private final WaitingData waiting = new WaitingData();
    private final List<ByteBuf> reads = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        waiting.release();
        assertThat(reads).allMatch(read -> read.refCnt() == 0);
    }

    private void add(String text) {
        ByteBuf read = Unpooled.directBuffer(16 * 1024).writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        reads.add(read);
        waiting.add(read);
    }

    private String all() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf next = waiting.poll(); next != null; next = waiting.poll()) {
            text.append(next.toString(StandardCharsets.US_ASCII));
            next.release();
        }
        return text.toString();
    }

    @Test
    void manySmallReadsKeepTheMemoryOfOne() {
        for (int i = 0; i < 30_000; i++) {
            add("x");
        }

        assertThat(reads).filteredOn(read -> read.refCnt() > 0).hasSize(1);
        assertThat(all()).hasSize(30_000).matches("x+");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 1024, 1025, 5000})
    void theOrderStaysWhateverTheSizes(int size) {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            String text = String.valueOf((char) ('a' + i % 26)).repeat(i % 3 == 0 ? size : 1 + i);
            expected.append(text);
            add(text);
        }

        assertThat(all()).isEqualTo(expected.toString());
    }

    @Test
    void nothingIsAddedToWhatWasGivenAway() {
        add("first");
        add("second");
        waiting.poll().release();
        ByteBuf second = waiting.poll();
        add("third");
        add("fourth");

        assertThat(second.toString(StandardCharsets.US_ASCII)).isEqualTo("second");
        assertThat(all()).isEqualTo("thirdfourth");
        second.release();
    }

    @Test
    void takesOfTheFirstWhatTheWindowLetsGo() {
        add("first");
        add("second");
        waiting.poll().release();
        ByteBuf part = waiting.peek().readRetainedSlice(3);
        add("third");

        assertThat(part.toString(StandardCharsets.US_ASCII)).isEqualTo("sec");
        assertThat(all()).isEqualTo("ondthird");
        part.release();
    }
}
