package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of every length around the sizes of our buffers cross unchanged, both ways, in every framing. */
@BothRelays
final class BodyLengthIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    BodyLengthIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 16080, 16081, 32768, 65535, 65536, 65537, 1 << 20, 5 << 20})
    void carriesABodyByItsLength(int length) throws Exception {
        byte[] body = Http.random(length);
        proxy.start(proxy.backend(Script.echoing()));
        RawConnection client = proxy.client();

        // Twice: what the first leaves behind would show in the second.
        for (int i = 0; i < 2; i++) {
            Background upload = Background.run(() -> {
                client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + length));
                client.send(body);
            });
            assertThat(client.response().body()).isEqualTo(body);
            upload.awaitEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 16080, 16081, 32768, 65535, 65536, 65537, 1 << 20, 5 << 20})
    void carriesABodyInChunks(int length) throws Exception {
        byte[] body = Http.random(length);
        proxy.start(proxy.backend(connection -> {
            while (true) {
                byte[] received = connection.request().body();
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                connection.send(chunked(received, 7777));
            }
        }));
        RawConnection client = proxy.client();

        for (int i = 0; i < 2; i++) {
            Background upload = Background.run(() -> {
                client.send(Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked"));
                client.send(chunked(body, 10_001));
            });
            assertThat(client.response().body()).isEqualTo(body);
            upload.awaitEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096, 16081, 65537, 1 << 20})
    void carriesABodyThatEndsByClosing(int length) throws Exception {
        byte[] body = Http.random(length);
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\n\r\n");
            connection.send(body);
        }));

        assertThat(proxy.answerTo(Http.get("/")).body()).isEqualTo(body);
    }

    private static byte[] chunked(byte[] body, int size) throws IOException {
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        for (int at = 0; at < body.length; at += size) {
            int length = Math.min(size, body.length - at);
            chunks.writeBytes(Http.bytes(Integer.toHexString(length) + "\r\n"));
            chunks.write(body, at, length);
            chunks.writeBytes(Http.bytes("\r\n"));
        }
        chunks.writeBytes(Http.bytes("0\r\n\r\n"));
        return chunks.toByteArray();
    }
}
