package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chunked coding (RFC 9112 §7.1, http.md §1.2, §2.1 chunk extensions and line ends). */
final class ChunkedDecoderTest {
    private static final HeadLimits LIMITS = new HeadLimits(200, 100, 4);

    private static Stream<DynamicTest> cases(String expected, String... namesAndBodies) {
        return java.util.stream.IntStream.range(0, namesAndBodies.length / 2)
                .mapToObj(i -> DynamicTest.dynamicTest(namesAndBodies[2 * i], () -> {
                    byte[] raw = Outcome.bytes(namesAndBodies[2 * i + 1]);
                    String whole = Chunks.decode(raw, LIMITS);
                    assertThat(whole).isEqualTo(expected);
                    for (int cut = 1; cut < raw.length; cut++) {
                        assertThat(Chunks.decode(raw, LIMITS, cut)).as("cut at %d", cut).isEqualTo(whole);
                    }
                    assertThat(Chunks.decode(raw, LIMITS, Outcome.drip(raw))).as("dripped").isEqualTo(whole);
                }));
    }

    @TestFactory
    Stream<DynamicTest> decodesTheSameData() {
        return cases("ended abcdef",
                "one chunk", "6\r\nabcdef\r\n0\r\n\r\n",
                "three chunks", "1\r\na\r\n3\r\nbcd\r\n2\r\nef\r\n0\r\n\r\n",
                "leading zeros", "000000000000006\r\nabcdef\r\n000000000000000\r\n\r\n",
                "extensions, RFC 9112 §7.1.1", "6;a=b;c\r\nabcdef\r\n0;d=\"e;f\"\r\n\r\n",
                "extension with a tab and bytes from 0x80", "6;\ta=\u00e4\r\nabcdef\r\n0\r\n\r\n",
                "256 bytes of extensions", "6;" + "a".repeat(200) + "\r\nabcdef\r\n0;" + "b".repeat(54) + "\r\n\r\n",
                "trailers that are not passed on", "6\r\nabcdef\r\n0\r\nHost: b\r\n\r\n");
    }

    @TestFactory
    Stream<DynamicTest> decodesSizesInBothCases() {
        return cases("ended " + "x".repeat(0xab),
                "lower", "ab\r\n" + "x".repeat(0xab) + "\r\n0\r\n\r\n",
                "upper", "AB\r\n" + "x".repeat(0xab) + "\r\n0\r\n\r\n",
                "mixed", "1\r\nx\r\naA\r\n" + "x".repeat(0xaa) + "\r\n0\r\n\r\n");
    }

    @TestFactory
    Stream<DynamicTest> refusesSizesAnybodyMightReadOtherwise() {
        return cases("refused ",
                "no size", "\r\n\r\n",
                "letter", "g\r\n",
                "prefix 0x", "0x6\r\nabcdef\r\n0\r\n\r\n",
                "plus", "+6\r\nabcdef\r\n0\r\n\r\n",
                "minus", "-6\r\nabcdef\r\n0\r\n\r\n",
                "space before", " 6\r\nabcdef\r\n0\r\n\r\n",
                "space behind", "6 \r\nabcdef\r\n0\r\n\r\n",
                "tab behind", "6\t\r\nabcdef\r\n0\r\n\r\n",
                "space before the extension", "6 ;a\r\nabcdef\r\n0\r\n\r\n",
                "extension without size", ";a\r\n",
                "16 digits, overflow", "10000000000000000\r\n",
                "16 zeros", "0000000000000006\r\nabcdef\r\n0\r\n\r\n",
                "underscore", "6_0\r\n",
                "comma", "6,6\r\n",
                "NUL", "6\0\r\n",
                "byte from 0x80", "\u00b2\r\n",
                "empty line before", "\r\n6\r\nabcdef\r\n0\r\n\r\n");
    }

    @TestFactory
    Stream<DynamicTest> refusesLineEndsThatAreNotCrlf() {
        return cases("refused ",
                "LF behind the size, CVE-2025-58056, CVE-2025-22871", "6\nabcdef\r\n0\r\n\r\n",
                "CR behind the size", "6\rabcdef\r\n0\r\n\r\n",
                "CR CR LF", "6\r\r\nabcdef\r\n0\r\n\r\n",
                "LF in an extension, CVE-2025-58056", "6;a\nabcdef\r\n0\r\n\r\n",
                "LF in a quoted extension, CVE-2026-33870", "6;a=\"\n\"\r\nabcdef\r\n0\r\n\r\n",
                "CR in an extension, CVE-2025-55315", "6;a\rb\r\nabcdef\r\n0\r\n\r\n",
                "NUL in an extension", "6;a\0\r\nabcdef\r\n0\r\n\r\n",
                "DEL in an extension", "6;a\u007f\r\nabcdef\r\n0\r\n\r\n",
                "257 bytes of extensions, CVE-2023-39326", "6;" + "a".repeat(256) + "\r\nabcdef\r\n0\r\n\r\n");
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatIsWrongBehindData() {
        return cases("refused abcdef",
                "LF behind data, CVE-2025-22871", "6\r\nabcdef\n0\r\n\r\n",
                "CR behind data", "6\r\nabcdef\r0\r\n\r\n",
                "nothing behind data", "6\r\nabcdef0\r\n\r\n",
                "more data than announced", "6\r\nabcdefg\r\n0\r\n\r\n",
                "two bytes of anything behind data, CVE-2024-53868", "6\r\nabcdefXX0\r\n\r\n",
                "257 bytes of extensions in all chunks", "6;" + "a".repeat(200) + "\r\nabcdef\r\n0;" + "b".repeat(55) + "\r\n\r\n",
                "LF behind the last chunk", "6\r\nabcdef\r\n0\n\r\n",
                "LF at the end", "6\r\nabcdef\r\n0\r\n\n",
                "CR at the end", "6\r\nabcdef\r\n0\r\n\rX",
                "space before the first trailer", "6\r\nabcdef\r\n0\r\n A: b\r\n\r\n",
                "space before a trailer's colon", "6\r\nabcdef\r\n0\r\nA : b\r\n\r\n",
                "folded trailer", "6\r\nabcdef\r\n0\r\nA: b\r\n c\r\n\r\n",
                "trailer without name", "6\r\nabcdef\r\n0\r\n: b\r\n\r\n",
                "NUL in a trailer", "6\r\nabcdef\r\n0\r\nA: \0\r\n\r\n",
                "LF in a trailer", "6\r\nabcdef\r\n0\r\nA: b\nB: c\r\n\r\n",
                "LF behind the trailers", "6\r\nabcdef\r\n0\r\nA: b\r\n\n",
                "too many trailers", "6\r\nabcdef\r\n0\r\nA:\r\nB:\r\nC:\r\nD:\r\nE",
                "trailers too large", "6\r\nabcdef\r\n0\r\nA: " + "b".repeat(194) + "\r\n\r\n",
                "trailers without end", "6\r\nabcdef\r\n0\r\nA: " + "b".repeat(197));
    }

    @TestFactory
    Stream<DynamicTest> waitsForWhatIsMissing() {
        return cases("more abcdef",
                "data", "7\r\nabcdef", "line end", "6\r\nabcdef", "line feed", "6\r\nabcdef\r", "size", "6\r\nabcdef\r\n",
                "end of size", "6\r\nabcdef\r\n0", "end of extension", "6\r\nabcdef\r\n0;a", "trailers", "6\r\nabcdef\r\n0\r\n",
                "end of a trailer", "6\r\nabcdef\r\n0\r\nA: b", "last line feed", "6\r\nabcdef\r\n0\r\n\r");
    }

    @TestFactory
    Stream<DynamicTest> passesTrailersOnAsReceived() {
        return cases("ended a [X-Sum:  1 |x-b:|]",
                "two", "1\r\na\r\n0\r\nX-Sum:  1 \r\nx-b:\r\n\r\n",
                "one of them refused", "1\r\na\r\n0\r\nX-Sum:  1 \r\nContent-Length: 5\r\nx-b:\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Content-Length", "Transfer-Encoding", "Host", "TE", "Trailer", "Connection", "Keep-Alive", "Proxy-Connection",
        "Upgrade", "Expect", "Max-Forwards", "Authorization", "Proxy-Authorization", "Proxy-Authenticate", "Proxy-X",
        "WWW-Authenticate", "Cookie", "Set-Cookie", "Content-Encoding", "Content-Type", "Content-Range", "Cache-Control",
        "Age", "Expires", "Vary", "Range", "If-Match", "If-None-Match", "Forwarded", "X-Forwarded-For", "X-Forwarded-User",
        "X-Real-IP", "Via", "Location", "Date", "Server", "Retry-After", "sEc-fETCH-site", "X-HTTP-Method-Override",
        "X_Real_IP", "x-forwarded_for", "X-Client-Cert-Subject", "X_Client_Cert-Subject", "x-client-cert-verify",
    })
    void passesNoTrailerOnThatFramesRoutesOrAuthenticates(String name) {
        // RFC 9110 §6.5.1.
        byte[] raw = Outcome.bytes("0\r\n" + name + ": 1\r\nX-A: 2\r\n" + name.toUpperCase(java.util.Locale.ROOT) + ":\r\n\r\n");

        assertThat(Chunks.decode(raw, LIMITS)).isEqualTo("ended  [X-A: 2|]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Digest", "Content-Digest", "Content-MD5", "grpc-status", "Server-Timing", "Proxy", "If", "Cookies", "Agent"})
    void passesOtherTrailersOn(String name) {
        assertThat(Chunks.decode(Outcome.bytes("0\r\n" + name + ": 1\r\n\r\n"), LIMITS))
                .isEqualTo("ended  [" + name + ": 1|]");
    }

    @Test
    void leavesWhatFollowsTheBodyInTheBuffer() {
        for (String body : new String[] {"1\r\na\r\n0\r\n\r\n", "1\r\na\r\n0\r\nA: b\r\n\r\n"}) {
            ByteBuf in = Unpooled.wrappedBuffer(Outcome.bytes(body + "GET / HTTP/1.1\r\n"));
            ChunkedDecoder decoder = new ChunkedDecoder(LIMITS);

            decoder.next(in).release();
            assertThat(decoder.next(in)).isNull();

            assertThat(decoder.ended()).isTrue();
            assertThat(in.readableBytes()).isEqualTo(16);
            assertThat(decoder.next(in)).as("nothing is read behind the end").isNull();
            assertThat(in.readableBytes()).isEqualTo(16);
        }
    }

    @Test
    void handsOutRetainedSlicesOfTheBuffer() {
        ByteBuf in = ByteBufAllocator.DEFAULT.directBuffer().writeBytes(Outcome.bytes("3\r\nabc\r\n"));

        ByteBuf slice = new ChunkedDecoder(LIMITS).next(in);

        assertThat(in.refCnt()).isEqualTo(2);
        assertThat(slice.memoryAddress()).isEqualTo(in.memoryAddress() + 3);
        in.release();
        assertThat(slice.readableBytes()).isEqualTo(3);
        slice.release();
        assertThat(in.refCnt()).isZero();
    }

    @Test
    void announcesTheLargestSizeWithoutOverflow() {
        ByteBuf in = Unpooled.wrappedBuffer(Outcome.bytes("fffffffffffffff\r\nabc"));
        ChunkedDecoder decoder = new ChunkedDecoder(LIMITS);

        assertThat(decoder.next(in).readableBytes()).isEqualTo(3);
        assertThat(decoder.next(in)).isNull();
        assertThat(decoder.refused()).isFalse();
        assertThat(decoder.ended()).isFalse();
    }

    @Test
    void isAsNewAfterReset() {
        ChunkedDecoder decoder = new ChunkedDecoder(LIMITS);
        String[] used = {"5;" + "a".repeat(200) + "\r\nab", "x", "12", "0\r\nA: b\r\n\r\n", "0\r\nA: b", "0\r\nX-Long"};
        for (String bytes : used) {
            ByteBuf slice = decoder.next(Unpooled.wrappedBuffer(Outcome.bytes(bytes)));
            assertThat(slice == null).isEqualTo(!bytes.endsWith("ab"));
            decoder.reset();

            ByteBuf in = Unpooled.wrappedBuffer(Outcome.bytes("0;" + "a".repeat(200) + "\r\n\r\n"));
            assertThat(decoder.next(in)).isNull();
            assertThat(decoder.ended()).isTrue();
            assertThat(decoder.trailers().isEmpty()).isTrue();
            decoder.reset();
        }
    }
}
