package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies that are sent again, and those that never are: RFC 9110 §9.2.2. */
@BothRelays
final class ReplayIT {
    private static final int BOUND = 64 << 10;

    @RegisterExtension
    final ProxyUnderTest proxy;

    ReplayIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    /** Answers one request, then reads another whole and dies without a byte. */
    private static final Script DYING_WHEN_REUSED = connection -> {
        connection.request();
        connection.send(Http.ok("first"));
        connection.request();
    };

    /** Has the backend's only connection used once, so that it is a kept one. */
    private RawConnection clientOfAKeptConnection() throws Exception {
        RawConnection client = proxy.client();
        client.send(Http.get("/1"));
        assertThat(client.response().text()).isEqualTo("first");
        return client;
    }

    @AfterEach
    void nothingIsKept() {
        proxy.awaitMetric(0, "sluice_buffered_bytes");
    }

    private static String put(int length) {
        return Http.request("PUT /2 HTTP/1.1", "Content-Length: " + length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 5_000, 40_000, BOUND - 1, BOUND})
    void sendsABodyAgainByteByByte(int length) throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, Script.echoing());
        proxy.start(backend);
        RawConnection client = clientOfAKeptConnection();

        byte[] body = Http.random(length);
        client.send(put(length));
        client.send(body);

        assertThat(client.response().body()).isEqualTo(body);
        assertThat(backend.connections()).isEqualTo(2);
        proxy.awaitMetric(1, "sluice_retries_total", "reason=reused_connection_closed", "result=made");
        proxy.awaitMetric(2.0 * length, "sluice_bytes_total", "side=backend", "direction=out");
        proxy.awaitMetric(length, "sluice_bytes_total", "side=client", "direction=in");
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 700, 20_000})
    void sendsChunksAgainByteByByteWithTheirTrailers(int chunk) throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, connection -> {
            Message again = connection.request();
            assertThat(again.trailers()).containsExactly(proxy.said("X-Sum") + ": 7");
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + again.body().length + "\r\n\r\n");
            connection.send(again.body());
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = clientOfAKeptConnection();

        String body = Http.text(Http.random(3 * chunk));
        client.send(Http.request("PUT /2 HTTP/1.1", "Transfer-Encoding: chunked", "Trailer: X-Sum"));
        for (int i = 0; i < 3; i++) {
            client.send(Http.chunk(body.substring(i * chunk, (i + 1) * chunk)));
            proxy.settle();
        }
        client.send("0\r\nX-Sum: 7\r\n\r\n");

        assertThat(client.response().text()).isEqualTo(body);
    }

    @Test
    void goesOnWithABodyThatArrivesWhileTheFirstConnectionDies() throws Exception {
        Signal died = new Signal();
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.request();
                    connection.send(Http.ok("first"));
                    connection.head();
                    for (int i = 0; i < 1000; i++) {
                        connection.read();
                    }
                    connection.reset();
                    died.raise();
                },
                Script.echoing());
        proxy.start(backend);
        RawConnection client = clientOfAKeptConnection();

        byte[] body = Http.random(BOUND);
        client.send(put(BOUND));
        client.send(java.util.Arrays.copyOfRange(body, 0, 20_000));
        died.await();
        client.send(java.util.Arrays.copyOfRange(body, 20_000, BOUND));

        assertThat(client.response().body()).isEqualTo(body);
    }

    @Test
    void sendsABodyAgainElsewhereWhenANewConnectionDies() throws Exception {
        ScriptedBackend dying = proxy.backend(Script.answeringOnce(""));
        ScriptedBackend other = proxy.backend(Script.echoing());
        proxy.start("services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin } } }\n", dying, other);
        RawConnection client = proxy.client();

        byte[] body = Http.random(30_000);
        client.send(put(body.length));
        client.send(body);

        assertThat(client.response().body()).isEqualTo(body);
        proxy.awaitMetric(1, "sluice_retries_total", "reason=backend_closed", "result=made");
    }

    @Test
    void doesNotSendABodyAgainThatIsAByteTooLong() throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, Script.echoing());
        proxy.start(backend);
        RawConnection client = clientOfAKeptConnection();

        client.send(put(BOUND + 1));
        client.send(Http.random(BOUND + 1));

        assertThat(client.response().status()).isEqualTo(502);
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void doesNotSendChunksAgainThatOutgrewTheBound() throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, Script.echoing());
        proxy.start(backend);
        RawConnection client = clientOfAKeptConnection();

        String body = Http.text(Http.random(BOUND + 1));
        client.send(Http.request("PUT /2 HTTP/1.1", "Transfer-Encoding: chunked"));
        client.send(Http.chunk(body.substring(0, BOUND)) + Http.chunk(body.substring(BOUND)) + "0\r\n\r\n");

        assertThat(client.response().status()).isEqualTo(502);
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void takesALongChunkedBodyThroughWhole() throws Exception {
        proxy.start(proxy.backend(Script.echoing()));
        RawConnection client = proxy.client();

        byte[] body = Http.random(3 << 20);
        Background upload = Background.run(() -> {
            client.send(Http.request("PUT /2 HTTP/1.1", "Transfer-Encoding: chunked"));
            client.send(Http.chunk(Http.text(java.util.Arrays.copyOfRange(body, 0, 50_000))));
            client.send(Http.chunk(Http.text(java.util.Arrays.copyOfRange(body, 50_000, body.length))) + "0\r\n\r\n");
        });

        assertThat(client.response().body()).isEqualTo(body);
        upload.awaitEnd();
    }

    @Test
    void neverSendsAPostTwice() throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, Script.echoing());
        proxy.start(backend);
        RawConnection client = clientOfAKeptConnection();

        client.send(Http.post("/2", "order"));

        assertThat(client.response().status()).isEqualTo(502);
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void leavesTheSecondBackendAloneWhenTheClientHasLeft() throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, connection -> {
            connection.request();
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = clientOfAKeptConnection();

        client.send(put(30_000));
        client.send(Http.random(30_000));
        RawConnection second = backend.connection(1);
        client.close();

        second.awaitEnded();
    }
}
