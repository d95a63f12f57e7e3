package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** HTTP/1.0 on either side: RFC 9112 §2.3, §6.1, §9.3. */
@BothRelays
final class OldVersionIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    OldVersionIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @Test
    void closesAfterAnsweringAnHttp10Client() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("old")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send("GET / HTTP/1.0\r\n\r\n");

        assertThat(client.response().text()).isEqualTo("old");
        client.awaitClose();
        // RFC 9112 §2.3: what we forward carries our version.
        assertThat(backend.connection(0).received()).startsWith("GET / HTTP/1.1\r\n");
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @Test
    void keepsTheConnectionOfAnHttp10ClientThatAsksForIt() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("old")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        for (int i = 0; i < 2; i++) {
            client.send("GET / HTTP/1.0\r\nHost: site.test\r\nConnection: keep-alive\r\n\r\n");
            Message answer = client.response();
            assertThat(answer.text()).isEqualTo("old");
            assertThat(answer.value("Connection")).isEqualToIgnoringCase("keep-alive");
        }
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @Test
    void unchunksForAnHttp10Client() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Http.chunk("ab") + Http.chunk("cde") + "0\r\nX-T: 1\r\n\r\n"));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send("GET / HTTP/1.0\r\nHost: site.test\r\nConnection: keep-alive\r\n\r\n");
        Message answer = client.response();

        assertThat(answer.values("Transfer-Encoding")).isEmpty();
        assertThat(answer.values("Content-Length")).isEmpty();
        assertThat(answer.text()).isEqualTo("abcde");
    }

    @Test
    void takesTheAnswerOfAnHttp10BackendAndDoesNotReuseIt() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold");
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        for (int i = 0; i < 2; i++) {
            client.send(Http.get("/"));
            Message answer = client.response();
            assertThat(answer.startLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(answer.text()).isEqualTo("old");
        }

        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void reusesAnHttp10BackendThatKeepsItsConnection() throws Exception {
        ScriptedBackend backend = proxy.backend(
                Script.answering("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nold"));
        proxy.start(backend);

        proxy.answerTo(Http.get("/"));
        proxy.answerTo(Http.get("/"));

        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void takesABodyUntilCloseFromAnHttp10Backend() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringOnce("HTTP/1.0 200 OK\r\n\r\nall of it"));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/"));

        assertThat(answer.startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(answer.text()).isEqualTo("all of it");
    }

    @Test
    void answersAHigherMinorVersionAs11() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("new")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("GET / HTTP/1.7"));

        assertThat(client.response().startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(backend.connection(0).received()).startsWith("GET / HTTP/1.1\r\n");
    }
}
