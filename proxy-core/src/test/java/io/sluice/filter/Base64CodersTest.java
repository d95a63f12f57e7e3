package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Base64 in pieces, against the JDK's. */
final class Base64CodersTest {
    private static byte[] taken(ByteBuf out) {
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes).release();
        return bytes;
    }

    private static byte[] noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** What the text means, handed over in pieces of these lengths at most; null if it is refused. */
    private static byte[] decoded(byte[] text, Random cuts) {
        Base64Decoder decoder = new Base64Decoder();
        ByteBuf out = Unpooled.directBuffer(1);
        int at = 0;
        while (at < text.length) {
            int count = Math.min(cuts.nextInt(9), text.length - at);
            ByteBuf in = Unpooled.wrappedBuffer(text, at, count);
            if (!decoder.decode(in, out)) {
                out.release();
                return null;
            }
            assertThat(in.isReadable()).isFalse();
            at += count;
        }
        byte[] bytes = taken(out);
        return decoder.whole() ? bytes : null;
    }

    @Test
    void decodesHoweverItIsCut() {
        Random random = new Random(1);
        for (int length = 0; length < 300; length++) {
            byte[] bytes = noise(random, length);

            assertThat(decoded(Base64.getEncoder().encode(bytes), random)).as("%d bytes", length).isEqualTo(bytes);
        }
    }

    @Test
    void decodesPiecesThatWereCodedEachForItself() {
        assertThat(decoded("YQ==YmM=ZGVmZw==".getBytes(StandardCharsets.US_ASCII), new Random(2)))
                .asString(StandardCharsets.US_ASCII).isEqualTo("abcdefg");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Y", "YQ", "YQ=", "YWJ", "YWJjZ", "====", "Y===", "YQ=a", "YQ==Y", "=YQ=", "YWJj====", "YR==", "YWK=", "YQ\n=", "YWJj\r\n",
        "YWJj ", "YWJ-", "YWJ_", "YWJ\u00e9", "YWJ\0", "YWJ\u00ff"
    })
    void refusesWhatReadersTakeDifferently(String text) {
        for (int seed = 0; seed < 20; seed++) {
            assertThat(decoded(text.getBytes(StandardCharsets.ISO_8859_1), new Random(seed))).isNull();
        }
    }

    @Test
    void encodesHoweverItIsCut() {
        Random random = new Random(3);
        for (int length = 0; length < 300; length++) {
            byte[] bytes = noise(random, length);
            Base64Encoder encoder = new Base64Encoder();
            ByteBuf out = Unpooled.directBuffer(1);

            for (int at = 0; at < length; ) {
                int count = Math.min(random.nextInt(9), length - at);
                encoder.write(Unpooled.wrappedBuffer(bytes, at, count), out);
                at += count;
            }
            encoder.end(out);

            assertThat(taken(out)).as("%d bytes", length).isEqualTo(Base64.getEncoder().encode(bytes));
        }
    }

    @ParameterizedTest
    @CsvSource({"a, YQ==", "ab, YWI=", "abc, YWJj", "abcd, YWJjZA=="})
    void whatIsFlushedCanBeDecodedAtOnce(String piece, String coded) {
        Base64Encoder encoder = new Base64Encoder();
        ByteBuf out = Unpooled.directBuffer(1);

        for (int i = 0; i < 3; i++) {
            encoder.write(Unpooled.copiedBuffer(piece, StandardCharsets.US_ASCII), out);
            encoder.flush(out);
            encoder.flush(out);
        }
        encoder.end(out);

        assertThat(taken(out)).asString(StandardCharsets.US_ASCII).isEqualTo(coded.repeat(3));
    }

    @Test
    void whatWasFlushedAnywhereIsDecodedAgain() {
        Random random = new Random(4);
        for (int round = 0; round < 300; round++) {
            byte[] bytes = noise(random, 100);
            Base64Encoder encoder = new Base64Encoder();
            ByteBuf out = Unpooled.directBuffer(1);
            for (int at = 0; at < bytes.length; ) {
                int count = Math.min(random.nextInt(9), bytes.length - at);
                encoder.write(Unpooled.wrappedBuffer(bytes, at, count), out);
                at += count;
                if (random.nextInt(3) == 0) {
                    encoder.flush(out);
                }
            }
            encoder.end(out);

            assertThat(decoded(taken(out), random)).isEqualTo(bytes);
        }
    }
}
