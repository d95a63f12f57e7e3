package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.route.Deadlines;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Grpc}: what is a call, how long it may take, what its errors are. */
class GrpcTest {
    private static RequestHead head(String... fields) {
        String text = "POST /a.B/C HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
        ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        RequestHead head = new RequestHead();
        new HeadParser(new HeadLimits(8192, 4096, 100)).parseRequest(head, in);
        in.release();
        return head;
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto", "application/grpc;v=1", "Application/gRPC",
            "application/grpc-web+proto", "application/grpc-web-text"})
    void isACallByItsType(String type) {
        assertThat(Grpc.call(head("Content-Type: " + type))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grp", "application/grpcx", "application/json", "xapplication/grpc"})
    void isNoCallByAnotherType(String type) {
        assertThat(Grpc.call(head("Content-Type: " + type))).isFalse();
    }

    @Test
    void isNoCallWithoutAType() {
        assertThat(Grpc.call(head("grpc-timeout: 1S"))).isFalse();
        assertThat(Grpc.timeoutNanos(head("grpc-timeout: 1S"))).isEqualTo(Deadlines.NONE);
    }

    @ParameterizedTest
    @CsvSource({"1n, 1", "5u, 5000", "80m, 80000000", "2S, 2000000000", "3M, 180000000000", "1H, 3600000000000",
            "00000001S, 1000000000", "0m, 0"})
    void readsTheTimeout(String text, long nanos) {
        assertThat(Grpc.timeoutNanos(head("Content-Type: application/grpc", "grpc-timeout: " + text))).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "1", "1s", "1 S", "-1S", "123456789S", "1.5S", "99999999H"})
    void whatIsNoTimeoutIsNone(String text) {
        assertThat(Grpc.timeoutNanos(head("Content-Type: application/grpc", "grpc-timeout: " + text)))
                .isEqualTo(Deadlines.NONE);
    }

    @ParameterizedTest
    @EnumSource(ProxyError.class)
    void everyErrorHasAStatusOfGrpc(ProxyError error) {
        assertThat(Grpc.status(error)).isBetween(1, 16);
        assertThat(Grpc.answer(error).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"CONNECT_FAILED, 14", "CONNECT_TIMEOUT, 14", "NO_ENDPOINT, 14", "STREAM_REFUSED, 14", "MALFORMED_RESPONSE, 14",
            "REQUEST_TIMEOUT, 4", "RESPONSE_HEAD_TIMEOUT, 4", "RATE_LIMITED, 8", "QUEUE_FULL, 8", "OVERLOADED, 8",
            "NO_ROUTE, 12", "ADDRESS_DENIED, 7", "INTERNAL, 13", "MALFORMED_FIELD, 13"})
    void saysWhatAClientCanDoAboutIt(ProxyError error, int status) {
        assertThat(Grpc.status(error)).isEqualTo(status);
    }
}
