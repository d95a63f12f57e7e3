package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DemoRequestTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static InputStream wire(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private DemoRequest read(String text) throws IOException {
        return DemoRequest.read(wire(text), out);
    }

    @Test
    void keepsFieldsAsReceivedAndInOrder() throws IOException {
        DemoRequest request = read("GET /a?b HTTP/1.1\r\nhOST: x\r\nVia: 1.1 y\r\n\r\n");

        assertThat(request.fields()).containsExactly("hOST: x", "Via: 1.1 y");
        assertThat(request.field("host")).isEqualTo("x");
        assertThat(request.field("ost")).isNull();
        assertThat(request.path()).isEqualTo("/a");
        assertThat(request.bodyBytes()).isZero();
        assertThat(out.size()).isZero();
    }

    @Test
    void countsABodyWithALengthAndLeavesWhatFollows() throws IOException {
        InputStream in = wire("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /next HTTP/1.1\r\n\r\n");

        assertThat(DemoRequest.read(in, out).bodyBytes()).isEqualTo(3);
        assertThat(DemoRequest.read(in, out).path()).isEqualTo("/next");
        assertThat(DemoRequest.read(in, out)).isNull();
    }

    @Test
    void countsAChunkedBodyWithTrailersAndLeavesWhatFollows() throws IOException {
        InputStream in = wire("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "a\r\n0123456789\r\n1\r\n.\r\n0\r\nTrailer: x\r\n\r\nGET /next HTTP/1.1\r\n\r\n");

        assertThat(DemoRequest.read(in, out).bodyBytes()).isEqualTo(11);
        assertThat(DemoRequest.read(in, out).path()).isEqualTo("/next");
    }

    @Test
    void givesTheGoAheadBeforeItReadsTheBody() throws IOException {
        read("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");

        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET\r\n\r\n", "GET / HTTP/1.1\r\nHost: x", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nx", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    })
    void refusesWhatIsNoWholeRequest(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
    }

    @Test
    void takesFiguresFromTheQueryWithinBounds() throws IOException {
        DemoRequest request = read("GET /slow?x=1&ms=70&big=999&bad=a&minus=-5 HTTP/1.1\r\n\r\n");

        assertThat(request.query("ms", 5, 100)).isEqualTo(70);
        assertThat(request.query("big", 5, 100)).isEqualTo(100);
        assertThat(request.query("bad", 5, 100)).isEqualTo(5);
        assertThat(request.query("minus", 5, 100)).isEqualTo(5);
        assertThat(request.query("none", 5, 100)).isEqualTo(5);
    }

    @Test
    void keepsTheConnectionUnlessToldNotTo() throws IOException {
        assertThat(read("GET / HTTP/1.1\r\n\r\n").keepsAlive()).isTrue();
        assertThat(read("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n").keepsAlive()).isFalse();
        assertThat(read("GET / HTTP/1.0\r\n\r\n").keepsAlive()).isFalse();
    }
}
