package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers that come before the request has ended: RFC 9112 §9.3, §9.6. */
@BothRelays
final class UploadIT {
    private static final int LARGE = 8 << 20;

    @RegisterExtension
    final ProxyUnderTest proxy;

    UploadIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void passesOnARefusalThatComesDuringAnUpload() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.head();
            connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\nConnection: close\r\n\r\ntoo big");
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        Background upload = Background.run(() -> {
            client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + LARGE));
            client.send(new byte[64 * 1024], LARGE / (64 * 1024));
        });
        Message answer = client.response();

        assertThat(answer.status()).as(answer.toString()).isEqualTo(413);
        assertThat(answer.text()).isEqualTo("too big");
        upload.awaitEnd();
        proxy.awaitLast(client, answer);
    }

    @Test
    void passesOnAnAnswerFromABackendThatResetsTheUpload() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.head();
            connection.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
            // Closing with unread bytes in the kernel sends RST.
            connection.close();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: 1000000") + "b".repeat(30_000));
        Message answer = client.response();

        assertThat(answer.status()).isIn(401, 502);
        proxy.awaitLast(client, answer);
    }

    @Test
    void passesOnAnAnswerAtOnceWhileTheBackendReadsOn() throws Exception {
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.head();
                    connection.send(Http.ok("early"));
                    connection.awaitEnd();
                },
                Script.answering(Http.ok("next")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: 20") + "0123456789");
        Message answer = client.response();

        assertThat(answer.text()).isEqualTo("early");
        if (!answer.values("Connection").contains("close")) {
            // CL.0: whoever answers early still owns the body. It is never taken for a request.
            client.send("9876543210" + Http.get("/next"));
            assertThat(client.response().text()).isEqualTo("next");
        } else {
            client.halfClose();
            client.awaitEnd();
        }
    }

    @Test
    void relaysBothBodiesAtTheSameTime() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.head();
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 5; i++) {
                String piece = String.valueOf((char) connection.read());
                connection.send(Http.chunk("got " + piece));
            }
            connection.send("0\r\n\r\n");
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: 5"));
        assertThat(client.head().status()).isEqualTo(200);
        for (char c : "hello".toCharArray()) {
            client.send(String.valueOf(c));
            assertThat(client.line()).isEqualTo("5");
            assertThat(client.line()).isEqualTo("got " + c);
        }

        assertThat(client.line()).isEqualTo("0");
    }

    @Test
    void readsTheBodyOfARequestItAnswersItself() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("never")));
        proxy.start(backend);
        RawConnection client = proxy.client();
        String smuggled = Http.get("/smuggled");

        client.send(Http.post("/settle", smuggled) + Http.get("/settle"));

        assertThat(client.response().text()).isEqualTo("settled");
        assertThat(client.response().text()).isEqualTo("settled");
        proxy.settle();
        assertThat(client.readable()).isFalse();
        assertThat(backend.connections()).isZero();
    }

    @Test
    void closesRatherThanReadAnEndlessBodyOfARequestItAnswersItself() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        RawConnection client = proxy.client();

        client.send(Http.request("POST /settle HTTP/1.1", "Content-Length: 100000000") + "start of it");

        proxy.awaitLast(client, client.response());
    }

    @Test
    void doesNotBeginABackendExchangeTwiceForOneUpload() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            Message request = connection.request();
            connection.send(Http.ok(String.valueOf(request.body().length)));
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + LARGE));
        for (int sent = 0; sent < LARGE; sent += 1 << 20) {
            client.send(new byte[1 << 20]);
        }

        assertThat(client.response().text()).isEqualTo(String.valueOf(LARGE));
        assertThat(backend.connections()).isEqualTo(1);
        await().until(() -> proxy.metric("sluice_bytes_total", "side=backend", "direction=out") == LARGE);
    }
}
