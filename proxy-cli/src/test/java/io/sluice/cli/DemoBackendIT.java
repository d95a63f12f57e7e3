package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo's backend without a proxy before it. */
final class DemoBackendIT {
    private DemoBackend backend;

    @BeforeEach
    void start() throws IOException {
        backend = DemoBackend.start("one");
    }

    @AfterEach
    void stop() {
        backend.close();
    }

    /** Everything it answers until it closes. */
    private String answer(String requests) throws IOException {
        try (Socket client = new Socket(backend.address().getAddress(), backend.address().getPort())) {
            client.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void echoesTheRequestAsItWasReceived() throws IOException {
        String answer = answer("POST /echo?a=\"b\" HTTP/1.1\r\nhOST: x\r\nX-Odd: \\\u007f\r\n"
                + "Content-Length: 4\r\nConnection: close\r\n\r\nbody");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\"method\": \"POST\"", "\"target\": \"/echo?a=\\\"b\\\"\"", "\"bodyBytes\": 4")
                .containsSubsequence("\"hOST: x\"", "\"X-Odd: \\\\\\u007f\"");
    }

    @Test
    void answersOneAfterTheOtherOnOneConnection() throws IOException {
        String answer = answer("GET / HTTP/1.1\r\n\r\nGET /slow?ms=1 HTTP/1.1\r\n\r\nGET /none HTTP/1.0\r\n\r\n");

        assertThat(answer).containsSubsequence("\"backend\": \"one\"", "\"sleptMillis\": 1", "HTTP/1.1 404 Not Found");
    }

    @Test
    void sendsExactlyTheBytesItAnnounces() throws IOException {
        String answer = answer("GET /download?bytes=100000 HTTP/1.0\r\n\r\n");

        assertThat(answer).contains("Content-Length: 100000\r\n");
        assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).hasSize(100_000);
    }

    @Test
    void answersHeadWithTheHeadOnly() throws IOException {
        assertThat(answer("HEAD /download HTTP/1.0\r\n\r\n")).contains("Content-Length: 104857600\r\n").endsWith("\r\n\r\n");
        assertThat(answer("HEAD / HTTP/1.0\r\n\r\n")).containsPattern("Content-Length: [1-9]").endsWith("\r\n\r\n");
    }

    @Test
    void closesOnWhatIsNoRequest() throws IOException {
        assertThat(answer("nonsense\r\n\r\n")).isEmpty();
    }

    @Test
    void endsItsConnectionsWhenItIsClosed() throws IOException {
        try (Socket client = new Socket(backend.address().getAddress(), backend.address().getPort())) {
            client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().read()).isEqualTo('H');

            backend.close();

            assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
        }
        assertThat(Demo.free(backend.address().getPort())).isTrue();
    }
}
