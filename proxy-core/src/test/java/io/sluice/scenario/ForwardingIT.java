package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What crosses, and in what form: RFC 9110 §6–§9, RFC 9112 §6–§7. */
@BothVersions
final class ForwardingIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    ForwardingIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void forwardsAGetAndPassesItsAnswerOn() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("hello", "Server: b", "X-Answer: 1")));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/a/b?c=d&e=%20", "Accept: */*", "X-Custom: one", "X-Custom: two"));

        assertThat(answer.startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(answer.value("Server")).isEqualTo("b");
        assertThat(answer.value("X-Answer")).isEqualTo("1");
        Message request = Message.ofHead(backend.connection(0).received());
        assertThat(request.startLine()).isEqualTo("GET /a/b?c=d&e=%20 HTTP/1.1");
        assertThat(request.value("Accept")).isEqualTo("*/*");
        assertThat(request.values("X-Custom")).containsExactly("one", "two");
    }

    @Test
    void answersHeadWithoutABodyAndKeepsTheConnection() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
            connection.request();
            connection.send(Http.ok("next"));
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("HEAD / HTTP/1.1"));
        Message answer = client.bodilessResponse();
        client.send(Http.get("/"));

        assertThat(answer.value("Content-Length")).isEqualTo("12345");
        assertThat(client.response().text()).isEqualTo("next");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void endsABodilessAnswerAtItsEmptyLine(String status) throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 " + status + "\r\nETag: \"x\"\r\n\r\n");
            connection.request();
            connection.send(Http.ok("next"));
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        Message answer = client.bodilessResponse();
        client.send(Http.get("/"));

        assertThat(answer.startLine()).isEqualTo("HTTP/1.1 " + status);
        assertThat(answer.values("Transfer-Encoding")).isEmpty();
        if (status.startsWith("204")) {
            assertThat(answer.values("Content-Length")).isEmpty();
        }
        assertThat(client.response().text()).isEqualTo("next");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void forwardsABodyByItsLength() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.echoing());
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.post("/", "some body", "Content-Type: text/plain"));

        assertThat(answer.text()).isEqualTo("some body");
        Message request = Message.ofHead(backend.connection(0).received().split("\r\n\r\n")[0]);
        assertThat(request.value("Content-Length")).isEqualTo("9");
        assertThat(request.values("Transfer-Encoding")).isEmpty();
    }

    @Test
    void keepsAContentLengthOfZero() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("")));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.post("/", ""));

        assertThat(answer.value("Content-Length")).isEqualTo("0");
        assertThat(Message.ofHead(backend.connection(0).received()).value("Content-Length")).isEqualTo("0");
    }

    @Test
    void framesAChunkedRequestAnew() throws Exception {
        Message[] seen = new Message[1];
        ScriptedBackend backend = proxy.backend(connection -> {
            seen[0] = connection.request();
            connection.send(Http.ok("ok"));
            connection.awaitEnd();
        });
        proxy.start(backend);

        proxy.answerTo(Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked")
                + "0003;name=\"quoted\"\r\nabc\r\n" + "A;x\r\n0123456789\r\n" + "0;last\r\nX-Trailer: t\r\n\r\n");

        assertThat(seen[0].text()).isEqualTo("abc0123456789");
        assertThat(seen[0].values("Content-Length")).isEmpty();
        // RFC 9112 §7.1.1: extensions are for this hop only.
        assertThat(seen[0].chunkLines()).noneMatch(line -> line.contains(";"));
        assertThat(seen[0].trailers()).containsExactly(proxy.said("X-Trailer") + ": t");
    }

    @Test
    void framesAChunkedResponseAnewAndPassesItsTrailersOn() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        + "5;ext=1\r\nhello\r\n" + "0\r\nX-Sum: 42\r\nX-Other: o\r\n\r\n"));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/", "TE: trailers", "Connection: TE"));

        assertThat(answer.text()).isEqualTo("hello");
        assertThat(answer.chunkLines()).noneMatch(line -> line.contains(";"));
        assertThat(answer.trailers()).containsExactly("X-Sum: 42", "X-Other: o");
    }

    @Test
    void dropsTrailersThatWouldFrameRouteOrAuthenticate() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
                        + "Content-Length: 9\r\nHost: evil\r\nAuthorization: x\r\nSet-Cookie: a=b\r\nX-Good: 1\r\n\r\n"));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/"));

        assertThat(answer.trailers()).contains("X-Good: 1").noneMatch(line -> line.matches("(Content-Length|Host|Authorization).*"));
    }

    @Test
    void passesOnABodyThatLastsUntilTheBackendCloses() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringOnce("HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\nuntil the end"));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/"));

        assertThat(answer.text()).isEqualTo("until the end");
    }

    @Test
    void routesAnAbsoluteFormByItsAuthorityAndForwardsTheOriginForm() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("ok")));
        proxy.start(backend);

        // RFC 9112 §3.2.2: the received Host is ignored, also when forwarding.
        proxy.answerTo(Http.request("GET http://real.test:81/p?q HTTP/1.1"));

        Message request = Message.ofHead(backend.connection(0).received());
        assertThat(request.startLine()).isEqualTo("GET /p?q HTTP/1.1");
        assertThat(request.value("Host")).isEqualTo("real.test:81");
    }

    @Test
    void forwardsOptionsForTheWholeServer() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("")));
        proxy.start(backend);

        proxy.answerTo(Http.request("OPTIONS * HTTP/1.1"));

        assertThat(backend.connection(0).received()).startsWith("OPTIONS * HTTP/1.1\r\n");
    }

    @Test
    void keepsTheClientsHost() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("")));
        proxy.start(backend);

        proxy.answerTo("GET / HTTP/1.1\r\nhOsT:  Site.Test:8080 \r\n\r\n");

        assertThat(Message.ofHead(backend.connection(0).received()).value("Host")).isEqualTo("Site.Test:8080");
    }

    @Test
    void forwardsLargeHeadsBothWays() throws Exception {
        String large = "v".repeat(20_000);
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("ok", "X-Large: " + large + large)));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/", "X-Large: " + large));

        assertThat(answer.value("X-Large")).isEqualTo(large + large);
        assertThat(Message.ofHead(backend.connection(0).received()).value("X-Large")).isEqualTo(large);
    }

    @OnlyHttp1("HTTP/2 has no field that names others (RFC 9113 §8.2.2); Http2ClientMalformedIT sends one")
    @Test
    void removesHopByHopFieldsOfARequest() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("")));
        proxy.start(backend);

        proxy.answerTo(Http.get("/", "Connection: X-Named, keep-alive,  x-OTHER", "X-Named: 1", "X-Other: 2",
                "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: trailers, deflate", "Upgrade: foo", "X-Kept: 3"));

        Message request = Message.ofHead(backend.connection(0).received());
        assertThat(request.value("X-Kept")).isEqualTo("3");
        assertThat(List.of("X-Named", "X-Other", "Keep-Alive", "Proxy-Connection", "Upgrade"))
                .allSatisfy(name -> assertThat(request.values(name)).as(name).isEmpty());
        assertThat(String.join(",", request.values("Connection")).toLowerCase()).doesNotContain("x-named", "x-other");
        assertThat(request.values("TE")).noneMatch(value -> value.contains("deflate"));
    }

    @Test
    void removesHopByHopFieldsOfAResponse() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("ok", "Connection: X-Named", "X-Named: 1",
                "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "Upgrade: h2c", "X-Kept: 3")));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/"));

        assertThat(answer.value("X-Kept")).isEqualTo("3");
        assertThat(List.of("X-Named", "Keep-Alive", "Proxy-Connection", "Upgrade"))
                .allSatisfy(name -> assertThat(answer.values(name)).as(name).isEmpty());
        assertThat(String.join(",", answer.values("Connection")).toLowerCase()).doesNotContain("x-named");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "Content-Length", "X-Forwarded-For", "Via"})
    void neverLetsConnectionStripWhatWeRelyOn(String name) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.echoing());
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.post("/", "body", "Connection: " + name));

        assertThat(answer.text()).isEqualTo("body");
        assertThat(Message.ofHead(backend.connection(0).received().split("\r\n\r\n")[0]).values(name)).hasSize(1);
    }

    @Test
    void tellsTheBackendWhoAskedAndForgetsWhatStrangersClaim() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("")));
        proxy.start(backend);

        proxy.answerTo(Http.get("/", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "Forwarded: for=6.6.6.6"));

        Message request = Message.ofHead(backend.connection(0).received());
        assertThat(request.value("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(request.value("X-Forwarded-Proto")).isEqualTo("http");
        assertThat(request.value("X-Forwarded-Host")).isEqualTo("site.test");
        assertThat(request.values("Forwarded")).noneMatch(value -> value.contains("6.6.6.6"));
        assertThat(request.value("Via")).startsWith(proxy.version() + " ");
    }

    @Test
    void extendsWhatATrustedProxySays() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("")));
        proxy.start("trustedProxies: [127.0.0.0/8]\n", backend);

        proxy.answerTo(Http.get("/", "X-Forwarded-For: 203.0.113.9", "Via: 1.1 before"));

        Message request = Message.ofHead(backend.connection(0).received());
        assertThat(request.value("X-Forwarded-For").replace(" ", "")).isEqualTo("203.0.113.9,127.0.0.1");
        assertThat(String.join(", ", request.values("Via"))).startsWith("1.1 before, " + proxy.version() + " ");
    }

    @Test
    void addsADateToAnAnswerWithoutOne() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("")));
        proxy.start(backend);

        String date = proxy.answerTo(Http.get("/")).value("Date");

        assertThat(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME))
                .isBetween(ZonedDateTime.now().minusMinutes(1), ZonedDateTime.now().plusMinutes(1));
    }

    @Test
    void keepsTheBackendsDateAndEveryCookie() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(
                Http.ok("", "Date: Sun, 06 Nov 1994 08:49:37 GMT", "Set-Cookie: a=1", "Set-Cookie: b=2")));
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.get("/"));

        assertThat(answer.value("Date")).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(answer.values("Set-Cookie")).containsExactly("a=1", "b=2");
    }
}
