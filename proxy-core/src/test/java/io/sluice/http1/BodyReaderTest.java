package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.Method;
import io.sluice.http.ParseStatus;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {
    private static final HeadLimits LIMITS = new HeadLimits(1024, 1024, 10);

    private final BodyReader reader = new BodyReader(LIMITS);
    private String rest = "";

    private void begins(String field) {
        ResponseHead head = new ResponseHead();
        ByteBuf bytes = text("HTTP/1.1 200 OK\r\n" + field + "\r\n\r\n");
        assertThat(new HeadParser(LIMITS).parseResponse(head, bytes, Method.GET)).isEqualTo(ParseStatus.COMPLETE);
        bytes.release();
        reader.begin(head);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    /** What of these bytes is body, slices apart. */
    private String reads(String bytes) {
        ByteBuf in = text(bytes);
        StringBuilder read = new StringBuilder();
        for (ByteBuf slice = reader.next(in); slice != null; slice = reader.next(in)) {
            read.append(read.isEmpty() ? "" : "|").append(slice.toString(StandardCharsets.ISO_8859_1));
            slice.release();
        }
        rest = in.toString(StandardCharsets.ISO_8859_1);
        in.release();
        assertThat(in.refCnt()).as("no slice keeps it").isZero();
        return read.toString();
    }

    @Test
    void readsAsManyBytesAsItsLengthSays() {
        begins("Content-Length: 5");
        assertThat(reader.left()).isEqualTo(5);
        assertThat(reads("hel")).isEqualTo("hel");
        assertThat(reader.ended()).isFalse();
        assertThat(reader.left()).isEqualTo(2);
        assertThat(reads("")).isEmpty();
        assertThat(reads("lo and more")).isEqualTo("lo");

        assertThat(reader.ended()).isTrue();
        assertThat(rest).isEqualTo(" and more");
        assertThat(reads("again")).as("not its own").isEmpty();
        assertThat(reader.trailers()).isSameAs(Trailers.NONE);
    }

    @Test
    void readsALengthBeyondAnInt() {
        begins("Content-Length: 5000000000");
        assertThat(reads("x")).isEqualTo("x");

        assertThat(reader.left()).isEqualTo(4_999_999_999L);
        assertThat(reader.ended()).isFalse();
    }

    @Test
    void takesTheChunksOff() {
        begins("Transfer-Encoding: chunked");
        assertThat(reader.left()).as("nobody knows").isEqualTo(-1);
        assertThat(reads("3\r\nabc\r\n2\r\nd")).isEqualTo("abc|d");
        assertThat(reader.ended()).isFalse();
        assertThat(reads("e\r\n0\r\nX-Sum: 1\r\n\r\nmore")).isEqualTo("e");

        assertThat(reader.ended()).isTrue();
        assertThat(reader.refused()).isFalse();
        assertThat(rest).isEqualTo("more");
        assertThat(reader.trailers().isEmpty()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\n", "-1\r\n", "3\nabc", "3\r\nabcd\r\n", "\r\n"})
    void refusesBytesThatBreakTheChunks(String bytes) {
        begins("Transfer-Encoding: chunked");
        reads(bytes);

        assertThat(reader.refused()).isTrue();
        assertThat(reader.ended()).isFalse();
    }

    @Test
    void readsEverythingWhereOnlyTheCloseEndsIt() {
        begins("X-A: b");

        assertThat(reads("all")).isEqualTo("all");
        assertThat(reads("there is")).isEqualTo("there is");
        assertThat(reader.untilClose()).isTrue();
        assertThat(reader.ended()).isFalse();
        assertThat(reader.left()).isEqualTo(-1);
    }

    @Test
    void readsNothingWhereThereIsNoBody() {
        begins("Content-Length: 0");

        assertThat(reads("more")).isEmpty();
        assertThat(reader.ended()).isTrue();
        assertThat(reader.left()).isZero();
        assertThat(rest).isEqualTo("more");
    }

    @Test
    void forgetsOneBodyBeforeTheNext() {
        begins("Transfer-Encoding: chunked");
        reads("3\r\na");
        reader.clear();
        assertThat(reader.ended()).isTrue();
        assertThat(reader.refused()).isFalse();
        assertThat(reader.untilClose()).isFalse();
        assertThat(reads("bc")).isEmpty();

        begins("Content-Length: 2");
        assertThat(reads("ok")).isEqualTo("ok");
        begins("Transfer-Encoding: chunked");
        assertThat(reads("2\r\nok\r\n0\r\n\r\n")).isEqualTo("ok");
        assertThat(reader.ended()).isTrue();
    }

    @Test
    void handsOnTheBytesThemselvesWhereAllOfThemAreBody() {
        begins("Content-Length: 5");
        ByteBuf first = text("hel");
        ByteBuf whole = reader.nextOrWhole(first);
        assertThat(whole).isSameAs(first);
        assertThat(first.refCnt()).isEqualTo(2);
        first.release(2);
        assertThat(reader.left()).isEqualTo(2);

        ByteBuf second = text("lo and more");
        ByteBuf slice = reader.nextOrWhole(second);
        assertThat(slice).isNotSameAs(second);
        assertThat(slice.toString(StandardCharsets.ISO_8859_1)).isEqualTo("lo");
        assertThat(second.toString(StandardCharsets.ISO_8859_1)).isEqualTo(" and more");
        assertThat(reader.nextOrWhole(second)).isNull();
        assertThat(reader.ended()).isTrue();
        slice.release();
        second.release();
    }
}
