package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Expect and 1xx: RFC 9110 §10.1.1, §15.2. */
@BothRelays
final class InterimResponseIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    InterimResponseIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void forwardsExpectAndPassesThe100On() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            Message head = connection.head();
            assertThat(head.value("Expect")).isEqualToIgnoringCase("100-continue");
            connection.send("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(connection.crc(4)).isNotZero();
            connection.send(Http.ok("done"));
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: 4", "Expect: 100-continue"));
        assertThat(client.head().startLine()).isEqualTo("HTTP/1.1 100 Continue");
        client.send("body");

        assertThat(client.response().text()).isEqualTo("done");
        assertThat(backend.connection(0).received()).endsWith("\r\n\r\nbody");
    }

    @Test
    void passesOnAFinalAnswerInsteadOf100AndReadsNoBodyAsARequest() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.head();
            connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();
        String body = Http.get("/smuggled");

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + body.length(), "Expect: 100-continue"));
        Message answer = client.response();
        boolean closing = answer.values("Connection").contains("close");
        if (!closing) {
            client.send(body);
        }

        // Either the announced body is read as a body, or the connection ends: never is it a second request.
        assertThat(answer.status()).isEqualTo(403);
        if (closing) {
            client.awaitClose();
        }
        proxy.settle();
        assertThat(backend.connection(0).received()).doesNotContain("GET /smuggled HTTP/1.1\r\nVia");
        assertThat(client.readable()).isFalse();
    }

    @Test
    void neverReusesABackendConnectionThatStillExpectsABody() throws Exception {
        ScriptedBackend backend = proxy.backend(
                connection -> {
                    connection.head();
                    connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
                    connection.awaitEnd();
                },
                Script.answering(Http.ok("second")));
        proxy.start(backend);

        assertThat(proxy.answerTo(Http.request("PUT / HTTP/1.1", "Content-Length: 4", "Expect: 100-continue")).status())
                .isEqualTo(403);

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("second");
    }

    @Test
    void passesEarlyHintsOn() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(
                "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n"
                        + Http.ok("page")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/"));

        assertThat(client.head().value("Link")).isEqualTo("</a.css>");
        assertThat(client.head().value("Link")).isEqualTo("</b.css>");
        assertThat(client.response().text()).isEqualTo("page");
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @Test
    void sparesHttp10ClientsInterimResponses() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(
                "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + Http.ok("page")));
        proxy.start(backend);

        assertThat(proxy.answerTo("GET / HTTP/1.0\r\nHost: site.test\r\n\r\n").status()).isEqualTo(200);
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @Test
    void ignoresTheExpectOfHttp10() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.echoing());
        proxy.start(backend);

        Message answer = proxy.answerTo(
                "POST / HTTP/1.0\r\nHost: site.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody");

        assertThat(answer.text()).isEqualTo("body");
        assertThat(backend.connection(0).received()).doesNotContainIgnoringCase("expect:");
    }

    @Test
    void endsAFloodOfInterimResponsesWith502() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting("HTTP/1.1 102 Processing\r\n\r\n".repeat(1000)));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        int interim = 0;
        Message head = client.head();
        for (; head.status() == 102; head = client.head()) {
            interim++;
        }

        assertThat(head.status()).isEqualTo(502);
        assertThat(interim).isLessThanOrEqualTo(100);
        backend.connection(0).awaitEnded();
        proxy.awaitCounted("too_many_interim_responses");
    }

    @Test
    void pairsAnInterimResponseWithTheRequestThatGotIt() throws Exception {
        // Netty CVE-2026-42584: a 1xx made a codec forget that the final response was to a HEAD.
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n");
            connection.request();
            connection.send(Http.ok("the next"));
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("HEAD / HTTP/1.1"));
        assertThat(client.head().status()).isEqualTo(103);
        assertThat(client.head().value("Content-Length")).isEqualTo("50");
        client.send(Http.get("/"));

        assertThat(client.response().text()).isEqualTo("the next");
    }
}
