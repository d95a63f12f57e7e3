package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.config.FilterConfig.Coding;
import io.sluice.config.FilterConfig.Levels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the coders make, as decoders of others read it. */
final class CodersTest {
    private static final Levels LEVELS = new Levels(5, 4, 3);

    @BeforeAll
    static void findsThemAllHere() {
        assertThat(Codings.here()).containsExactly(Coding.values());
    }

    private static byte[] text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append("{\"id\":").append(random.nextInt(1000)).append(",\"name\":\"item ").append(random.nextInt(50)).append("\"},");
        }
        return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] taken(ByteBuf out) {
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes).release();
        return bytes;
    }

    private static ByteBuf slice(byte[] bytes, boolean direct) {
        return direct ? PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes)
                : Unpooled.wrappedBuffer(bytes);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsDecodedIsWhatWasCoded(Coding coding) throws IOException {
        Random random = new Random(coding.ordinal());
        for (int round = 0; round < 300; round++) {
            int length = random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(3000);
            byte[] body = random.nextBoolean() ? text(random, length) : noise(random, length);
            Levels levels = round % 10 == 0 ? new Levels(1, 0, 1) : round % 10 == 1 ? new Levels(9, 9, 12) : LEVELS;

            assertThat(Decoded.whole(coding.word(), coded(Codings.begin(coding, levels), body, random)))
                    .as("round %d", round).isEqualTo(body);
        }
    }

    private static byte[] coded(BodyFilter coder, byte[] body, Random random) throws IOException {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        for (int at = 0; at < body.length; ) {
            int count = Math.min(body.length - at, 1 + random.nextInt(random.nextBoolean() ? 100 : 70_000));
            ByteBuf in = slice(Arrays.copyOfRange(body, at, at + count), random.nextBoolean());
            ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(64);
            coder.write(in, out);
            assertThat(in.isReadable()).isFalse();
            in.release();
            if (random.nextInt(3) == 0) {
                coder.flush(out);
            }
            coded.write(taken(out));
            at += count;
        }
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(64);
        coder.end(out);
        coded.write(taken(out));
        coder.close();
        coder.close();
        return coded.toByteArray();
    }

    @ParameterizedTest
    @EnumSource
    void whatWasFlushedCanBeReadAtOnce(Coding coding) throws IOException {
        BodyFilter coder = Codings.begin(coding, LEVELS);
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        byte[] first = "data: first\n\n".getBytes(StandardCharsets.US_ASCII);
        ByteBuf in = slice(first, true);
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(64);

        coder.write(in, out);
        coder.flush(out);
        coded.write(taken(out));
        coder.close();

        in.release();
        try (InputStream decoded = Decoded.of(coding.word(), new ByteArrayInputStream(coded.toByteArray()))) {
            for (byte each : first) {
                assertThat(decoded.read()).isEqualTo(each);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasNotEndedIsNeverTakenForWhole(Coding coding) {
        BodyFilter coder = Codings.begin(coding, LEVELS);
        ByteBuf in = slice(text(new Random(1), 50_000), true);
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(64);
        coder.write(in, out);
        coder.flush(out);
        byte[] cut = taken(out);
        in.release();
        coder.close();

        assertThatThrownBy(() -> Decoded.whole(coding.word(), cut)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyBodyIsOneToo(Coding coding) throws IOException {
        assertThat(Decoded.whole(coding.word(), coded(Codings.begin(coding, LEVELS), new byte[0], new Random(1)))).isEmpty();
    }
}
