package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.Message.Ending;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Chunked bodies that two implementations could read differently: RFC 9112 §7.1. */
@BothRelays
final class BadChunkIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    BadChunkIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    static final List<String> BAD = List.of(
            // Netty CVE-2025-58056, Go CVE-2025-22871: a line feed alone ended a chunk line.
            "5\nhello\r\n0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello0\r\n\r\n",
            "5\rhello\r\n0\r\n\r\n",
            "5\r\nhello!\r\n0\r\n\r\n",
            "\r\nhello\r\n0\r\n\r\n",
            "g\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "+5\r\nhello\r\n0\r\n\r\n",
            "-5\r\nhello\r\n0\r\n\r\n",
            " 5\r\nhello\r\n0\r\n\r\n",
            "5 5\r\nhello\r\n0\r\n\r\n",
            // Overflows of 32 and of 64 bits, which some read as 5.
            "10000000000000005\r\nhello\r\n0\r\n\r\n",
            "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
            "00000000000000000000000000000005\r\nhello\r\n0\r\n\r\n",
            "5;a\nb\r\nhello\r\n0\r\n\r\n",
            "5;a=\"\0\"\r\nhello\r\n0\r\n\r\n",
            "5;" + "e".repeat(5000) + "\r\nhello\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
            "5\r\nhello\r\n0\r\nX: a\0b\r\n\r\n",
            "5\r\nhello\r\n0\r\n folded: x\r\n\r\n",
            "5\r\nhello\r\n0\r\nX: " + "t".repeat(40_000) + "\r\n\r\n",
            "5\r\nhello\r\n0\r\n" + "X: y\r\n".repeat(200) + "\r\n");

    @OnlyHttp1("HTTP/2 has no chunks but frames, which Http2ClientMalformedIT breaks")
    @ParameterizedTest
    @FieldSource("BAD")
    void refusesInARequest(String chunks) throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            Message head = connection.head();
            assertThat(head.value("Transfer-Encoding")).isEqualTo("chunked");
            connection.awaitEnd();
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked") + chunks + Http.get("/behind"));
        Message answer = client.response();

        assertThat(answer.status()).isIn(400, 431);
        assertThat(answer.value("Connection")).isEqualToIgnoringCase("close");
        client.awaitEnd();
        if (backend.connections() > 0) {
            // It must never look complete there.
            backend.connection(0).awaitEnded();
            assertThat(backend.connection(0).received()).doesNotContain("\r\n0\r\n\r\n").doesNotContain("/behind");
        }
    }

    static final List<String> BAD_IN_A_RESPONSE = List.of(
            "5\nhello\r\n0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello!\r\n0\r\n\r\n",
            "zz\r\nhello\r\n0\r\n\r\n",
            "10000000000000005\r\nhello\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\nno colon\r\n\r\n");

    @ParameterizedTest
    @FieldSource("BAD_IN_A_RESPONSE")
    void neverMakesABrokenAnswerLookWhole(String chunks) throws Exception {
        ScriptedBackend backend = proxy.backend(
                Script.answeringThenWaiting("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks),
                Script.answering(Http.ok("next")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        Message answer = client.truncatedResponse();

        if (answer.status() != 502) {
            assertThat(answer.ending()).isIn(Ending.CLOSED, Ending.RESET);
        }
        backend.connection(0).awaitEnded();
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("next");
    }

    @Test
    void readsLeadingZerosAndCapitalDigits() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.echoing());
        proxy.start(backend);

        Message answer = proxy.answerTo(Http.request("POST / HTTP/1.1", "Transfer-Encoding: chunked")
                + "000005\r\nhello\r\nA\r\n0123456789\r\n00\r\n\r\n");

        assertThat(answer.text()).isEqualTo("hello0123456789");
    }
}
