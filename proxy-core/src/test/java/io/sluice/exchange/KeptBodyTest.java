package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.config.RetryConfig;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ParseStatus;
import io.sluice.http.RequestHead;
import io.sluice.relay.BodyRelay;
import io.sluice.stream.FakeBackend;
import io.sluice.stream.FakeClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeptBodyTest {
    private final KeptBody kept = new KeptBody(10_000);
    private final List<ByteBuf> given = new ArrayList<>();
    private final FakeBackend backend = new FakeBackend();

    @AfterEach
    void givesAllBack() {
        kept.release();
        kept.release();
        assertThat(given).allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
    }

    /** Keeps the last bytes of a read, and sends them. */
    private ByteBuf keep(String text, int readBytes) {
        ByteBuf read = ByteBufAllocator.DEFAULT.directBuffer(readBytes, readBytes).writeZero(readBytes - text.length());
        read.writeCharSequence(text, StandardCharsets.US_ASCII);
        ByteBuf slice = read.retainedSlice(readBytes - text.length(), text.length());
        given.add(read);
        kept.keep(slice);
        slice.skipBytes(text.length());
        slice.release();
        read.release();
        return read;
    }

    private String replayed() {
        BodyRelay relay = new BodyRelay(new FakeClient(), backend);
        backend.body = "";
        kept.replayTo(relay);
        assertThat(relay.bytes()).isEqualTo(backend.body.length());
        return backend.body;
    }

    @Test
    void replaysWhatWasKeptInOrderAsOftenAsNeeded() {
        String large = "x".repeat(5000);
        keep("ab", 4096);
        keep("c", 4096);
        keep(large, 8192);
        keep("d", 4096);

        assertThat(replayed()).isEqualTo("abc" + large + "d");
        keep("e", 4096);
        assertThat(replayed()).isEqualTo("abc" + large + "de");
    }

    @Test
    void retainsWhatFillsHalfOfItsBufferAndCopiesWhatWouldPinMore() {
        assertThat(keep("x".repeat(512), 1024).refCnt()).as("half").isPositive();
        assertThat(keep("x".repeat(511), 1024).refCnt()).as("less").isZero();
    }

    @Test
    void copiesALongRowOfSmallPieces() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            String piece = Integer.toString(i % 10) + "-";
            all.append(piece);
            keep(piece, 64);
        }

        assertThat(replayed()).isEqualTo(all.toString());
    }

    @Test
    void isOutgrownByOneByteMoreThanItsBound() {
        keep("x".repeat(9_000), 16_384);

        assertThat(kept.outgrownBy(1_000)).isFalse();
        assertThat(kept.outgrownBy(1_001)).isTrue();
        assertThat(kept.outgrownBy(Long.MAX_VALUE)).isTrue();
    }

    @Test
    void holdsNothingUnlessSomethingCame() {
        assertThat(replayed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, Content-Length: 100, 2, true", "PUT, Content-Length: 101, 2, false", "PUT, Content-Length: 100, 0, false",
        "DELETE, Content-Length: 1, 2, true", "PUT, Transfer-Encoding: chunked, 2, true",
        "POST, Content-Length: 1, 2, false", "PATCH, Transfer-Encoding: chunked, 2, false",
    })
    void isForIdempotentRequestsThatMayBeMadeAgainAndAreNotKnownToBeTooLong(
            String method, String framing, int attempts, boolean is) {
        assertThat(KeptBody.of(head(method, framing), new RetryConfig(attempts, 20, 10, 100), false) != null).isEqualTo(is);
    }

    @ParameterizedTest
    @CsvSource({"Content-Length: 1", "Transfer-Encoding: chunked"})
    void isForNoneWhereItsBoundIsZero(String framing) {
        assertThat(KeptBody.of(head("PUT", framing), new RetryConfig(2, 20, 10, 0), false)).isNull();
    }

    private static RequestHead head(String method, String framing) {
        RequestHead head = new RequestHead();
        ByteBuf bytes = Unpooled.copiedBuffer(
                method + " / HTTP/1.1\r\nHost: a.example\r\n" + framing + "\r\n\r\n", StandardCharsets.US_ASCII);
        assertThat(new HeadParser(new HeadLimits(1000, 1000, 10)).parseRequest(head, bytes)).isEqualTo(ParseStatus.COMPLETE);
        return head;
    }
}
