package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.transport.Transport;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large bodies cross inside the kernel, and nobody could tell by their bytes. */
@Scenario
final class SpliceIT {
    private static final int LARGE = 3 << 20;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @BeforeEach
    void onLinux() {
        assumeTrue(Transport.detect() == Transport.EPOLL);
    }

    private void awaitRelays(String kind, double count) {
        proxy.awaitMetric(count, "sluice_relays_total", "kind=" + kind);
    }

    private void awaitNoPipeInUse() {
        await().until(() -> proxy.server().activePipes() == 0);
    }

    @Test
    void aLargeResponseIsSplicedAndASmallOneIsNot() throws Exception {
        byte[] large = Http.random(LARGE);
        byte[] small = Http.random(1000);
        proxy.start(proxy.backend(connection -> {
            while (true) {
                byte[] body = connection.request().startLine().contains("large") ? large : small;
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                connection.send(body);
            }
        }));
        RawConnection client = proxy.client();
        for (int i = 0; i < 3; i++) {
            client.send(Http.get("/large"));
            assertThat(client.response().body()).isEqualTo(large);
            client.send(Http.get("/small"));
            assertThat(client.response().body()).isEqualTo(small);
        }
        awaitRelays("spliced", 3);
        awaitRelays("copied", 3);
        awaitNoPipeInUse();
    }

    @Test
    void aPipelinedRequestBehindASplicedResponseIsAnswered() throws Exception {
        byte[] large = Http.random(LARGE);
        proxy.start(proxy.backend(connection -> {
            while (true) {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + large.length + "\r\n\r\n");
                connection.send(large);
            }
        }));
        RawConnection client = proxy.client();
        client.send(Http.get("/1") + Http.get("/2") + Http.get("/3"));
        for (int i = 0; i < 3; i++) {
            assertThat(client.response().body()).isEqualTo(large);
        }
        awaitRelays("spliced", 3);
        awaitNoPipeInUse();
    }

    @Test
    void aLargeChunkIsSplicedAndFramedAnew() throws Exception {
        byte[] large = Http.random(LARGE);
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.send("5\r\nhello\r\n" + Integer.toHexString(LARGE) + ";ext=1\r\n");
            connection.send(large);
            connection.send("\r\n3\r\nend\r\n0\r\nX-Sum: 1\r\n\r\n");
        }));
        byte[] body = proxy.answerTo(Http.get("/")).body();
        assertThat(body).hasSize(LARGE + 8);
        assertThat(Arrays.copyOf(body, 5)).isEqualTo("hello".getBytes());
        assertThat(Arrays.copyOfRange(body, 5, 5 + LARGE)).isEqualTo(large);
        awaitRelays("spliced", 1);
        awaitNoPipeInUse();
    }

    @Test
    void aBodyUpToTheEndOfTheConnectionIsSplicedIntoChunks() throws Exception {
        byte[] large = Http.random(LARGE);
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\n\r\n");
            connection.send(large);
        }));
        assertThat(proxy.answerTo(Http.get("/")).body()).isEqualTo(large);
        awaitRelays("spliced", 1);
        awaitNoPipeInUse();
    }

    @ParameterizedTest
    @ValueSource(ints = {200_000, LARGE})
    void anUploadIsSpliced(int length) throws Exception {
        byte[] body = Http.random(length);
        proxy.start(proxy.backend(Script.echoing()));
        RawConnection client = proxy.client();
        for (int i = 0; i < 2; i++) {
            Background upload = Background.run(() -> {
                client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + length));
                client.send(body);
            });
            assertThat(client.response().body()).isEqualTo(body);
            upload.awaitEnd();
        }
        awaitRelays("spliced", 2);
        awaitNoPipeInUse();
        proxy.awaitMetric(2.0 * length, "sluice_bytes_total", "side=client", "direction=in");
        // What came with a head is copied; of each body and each direction at most one read.
        double spliced = proxy.metric("sluice_zero_copy_bytes_total", "mechanism=splice");
        assertThat(spliced).isLessThanOrEqualTo(4.0 * length).isGreaterThan(4.0 * (length - (64 << 10)));
        assertThat(proxy.metric("sluice_pipes", "state=active")).isZero();
        assertThat(proxy.metric("sluice_splice_mismatch_total")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "zeroCopy: { enabled: false }", "routes: [{ service: app, zeroCopy: { enabled: false } }]",
    })
    void whatIsSwitchedOffIsCopiedAndSaysSo(String switchedOff) throws Exception {
        byte[] large = Http.random(LARGE);
        proxy.start(switchedOff + "\n", proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
            connection.send(large);
        }));
        assertThat(proxy.answerTo(Http.get("/")).body()).isEqualTo(large);
        proxy.awaitMetric(1, "sluice_relays_total", "kind=copied", "reason=disabled");
    }

    @Test
    void aResponseCutShortNeverLooksComplete() throws Exception {
        byte[] large = Http.random(LARGE);
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + (LARGE + 1) + "\r\n\r\n");
            connection.send(large);
        }));
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        Message message = client.truncatedResponse();
        assertThat(message.ending()).isNotEqualTo(Message.Ending.COMPLETE);
        proxy.awaitCounted("response_truncated");
        awaitNoPipeInUse();
    }

    @Test
    void aClientThatLeavesGivesThePipeBack() throws Exception {
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + (1L << 40) + "\r\n\r\n");
            byte[] block = Http.random(1 << 20);
            while (true) {
                connection.send(block);
            }
        }));
        for (int i = 0; i < 5; i++) {
            RawConnection client = proxy.client();
            client.send(Http.get("/"));
            await().until(() -> proxy.server().activePipes() == 1);
            client.reset();
            awaitNoPipeInUse();
        }
    }
}
