package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.scenario.Message.Ending;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A side that ends in the midst of a large body, or goes on behind it. */
@BothRelays
final class MidBodyIT {
    private static final int LARGE = 3 << 20;
    private static final int SENT = 1 << 20;
    /** What a read asks for where this is set: a body so long fills the buffer of its last read. */
    private static final int READ = 4096;
    private static final byte[] BODY = Http.random(LARGE);

    @RegisterExtension
    final ProxyUnderTest proxy;

    MidBodyIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    /** How a side ends. */
    enum Cut {
        CLOSE {
            @Override
            void cut(RawConnection connection) throws IOException {
                connection.close();
            }
        },
        RESET {
            @Override
            void cut(RawConnection connection) throws IOException {
                connection.reset();
            }
        },
        HALF_CLOSE {
            @Override
            void cut(RawConnection connection) throws IOException {
                connection.halfClose();
                connection.awaitEnd();
            }
        };

        abstract void cut(RawConnection connection) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aBackendThatEndsMidBodyNeverLooksComplete(Cut cut) throws Exception {
        ends(cut, "Content-Length: " + LARGE);
    }

    @ParameterizedTest
    @EnumSource
    void aBackendThatEndsMidChunkNeverLooksComplete(Cut cut) throws Exception {
        ends(cut, "Transfer-Encoding: chunked");
    }

    private void ends(Cut cut, String framing) throws Exception {
        Signal arrived = new Signal();
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n"
                            + (framing.endsWith("chunked") ? Integer.toHexString(LARGE) + "\r\n" : ""));
                    connection.send(Arrays.copyOf(BODY, SENT));
                    arrived.await();
                    cut.cut(connection);
                },
                Script.answering(Http.ok("next")));
        proxy.start(backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        await().until(client::readable);
        arrived.raise();

        Message answer = client.truncatedResponse();

        assertThat(answer.ending()).isNotEqualTo(Ending.COMPLETE);
        // What the client had not taken yet when the backend ended may be missing, too.
        assertThat(answer.body()).isEqualTo(Arrays.copyOf(BODY, answer.body().length));
        proxy.awaitCounted("response_truncated");
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("next");
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatEndsMidUploadNeverLooksComplete(Cut cut) throws Exception {
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.head();
                    connection.awaitEnd();
                },
                Script.echoing());
        proxy.start(backend);
        RawConnection client = proxy.client();
        client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + LARGE));
        client.send(Arrays.copyOf(BODY, SENT));

        cut.cut(client);

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
        assertThat(proxy.answerTo(Http.post("/", "next")).text()).isEqualTo("next");
    }

    @ParameterizedTest
    @EnumSource
    void aBackendThatEndsMidUploadIsToldToTheClient(Cut cut) throws Exception {
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.head();
                    connection.crc(SENT / 2);
                    cut.cut(connection);
                },
                Script.echoing());
        proxy.start(backend);
        RawConnection client = proxy.client();
        // More than all socket buffers take.
        Background upload = Background.run(() -> {
            client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + 20L * LARGE));
            client.send(BODY, 20);
        });

        Message answer = client.response();

        assertThat(answer.status()).isEqualTo(502);
        upload.awaitEnd();
        proxy.awaitLast(client, answer);
        assertThat(proxy.answerTo(Http.post("/", "next")).text()).isEqualTo("next");
    }

    @Test
    void aClientThatLeavesWithRequestsInTheQueueCostsNothingMore() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + (1L << 40) + "\r\n\r\n");
            connection.send(BODY, 1 << 20);
        });
        proxy.start(backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/1") + Http.get("/2") + Http.get("/3"));
        client.head();
        client.crc(SENT);
        int asked = proxy.atOnce(3);
        await().until(() -> backend.connections() == asked);

        client.reset();

        proxy.awaitMetric(asked, "sluice_errors_total", "error=client_gone");
        for (int i = 0; i < asked; i++) {
            backend.connection(i).awaitEnded();
        }
        assertThat(backend.connections()).isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, READ, 65_537, LARGE})
    void whatABackendSendsBehindABodyAnswersNobody(int length) throws Exception {
        byte[] body = Arrays.copyOf(BODY, length);
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
            proxy.settle();
            // The last of the body and what is behind it are one segment, which has 8 KiB here: were it another that comes
            // later, nobody could tell it from the answer to a request that has gone out meanwhile.
            byte[] stray = Http.bytes(Http.ok("stray"));
            int last = Math.min(length, READ);
            connection.send(Arrays.copyOf(body, length - last));
            proxy.settle();
            byte[] both = Arrays.copyOfRange(body, length - last, length + stray.length);
            System.arraycopy(stray, 0, both, last, stray.length);
            connection.send(both);
            connection.awaitEnd();
        });
        proxy.start("buffers: { read: " + READ + " }\n", backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1") + Http.get("/2") + Http.get("/3"));

        for (int i = 0; i < 3; i++) {
            assertThat(client.response().body()).isEqualTo(body);
        }
        assertThat(backend.connections()).isEqualTo(3);
    }

    @Test
    void whatABackendSendsBehindABareHeadAnswersNobody() throws Exception {
        String start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Fill: ";
        String head = start + "x".repeat(READ - start.length() - 4) + "\r\n\r\n";
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(head + Http.ok("stray"));
            connection.awaitEnd();
        });
        proxy.start("buffers: { read: " + READ + " }\n", backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1") + Http.get("/2"));

        for (int i = 0; i < 2; i++) {
            assertThat(client.response().text()).isEmpty();
        }
        assertThat(backend.connections()).isEqualTo(2);
    }
}
