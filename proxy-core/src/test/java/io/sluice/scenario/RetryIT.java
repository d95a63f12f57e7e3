package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is tried again, and what never is: RFC 9110 §9.2.2, RFC 9112 §9.3.1, config.md. */
@BothRelays
final class RetryIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    RetryIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    /** Answers one request, then reads another and dies without a byte. */
    private static final Script DYING_WHEN_REUSED = connection -> {
        connection.request();
        connection.send(Http.ok("first"));
        connection.request();
    };

    @Test
    void triesAGetAgainWhenAReusedConnectionDiesBeforeItAnswers() throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, Script.answering(Http.ok("again")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1"));
        client.response();
        client.send(Http.get("/2", "X-Kept: yes"));

        assertThat(client.response().text()).isEqualTo("again");
        assertThat(backend.connections()).isEqualTo(2);
        assertThat(Message.ofHead(backend.connection(1).received()).value("X-Kept")).isEqualTo("yes");
        proxy.awaitMetric(1, "sluice_retries_total", "reason=reused_connection_closed", "result=made");
        proxy.awaitMetric(1, "sluice_pool_stale_total");
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void triesOnlyOnce() throws Exception {
        // All connections but the last answer once and then die; two of them are idle when the third request comes.
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, Script.answeringOnce(""), Script.answering(Http.ok("third")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1"));
        client.response();
        client.send(Http.get("/2"));

        assertThat(client.response().status()).isEqualTo(502);
        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void sendsAPostAtMostOnce() throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, Script.answering(Http.ok("again")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1"));
        client.response();
        client.send(Http.post("/2", "order"));

        assertThat(client.response().status()).isEqualTo(502);
        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitCounted("reused_connection_closed");
    }

    @Test
    void sendsAPostOnAFreshConnectionWhenTheIdleOneHasClosed() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringOnce(Http.ok("first")), Script.answering(Http.ok("second")));
        proxy.start(backend);

        proxy.answerTo(Http.get("/1"));
        proxy.awaitMetric(0, "sluice_pool_idle");

        assertThat(proxy.answerTo(Http.post("/2", "order")).text()).isEqualTo("second");
    }

    @Test
    void triesAGetElsewhereWhenAFreshConnectionDiesBeforeItAnswers() throws Exception {
        ScriptedBackend dying = proxy.backend(Script.answeringOnce(""));
        ScriptedBackend other = proxy.backend(Script.answering(Http.ok("other")));
        proxy.start("services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin } } }\n", dying, other);

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("other");
        assertThat(dying.connections()).isEqualTo(1);
        proxy.awaitMetric(1, "sluice_retries_total", "reason=backend_closed", "result=made");
    }

    @Test
    void doesNotTryAgainOnAFreshConnection() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringOnce(""));
        proxy.start(backend);

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(502);
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void doesNotTryAgainOnceAByteOfTheAnswerHasCome() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(Http.ok("first"));
            connection.request();
            connection.send("HTTP/1.1");
        });
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1"));
        client.response();
        client.send(Http.get("/2"));

        assertThat(client.response().status()).isEqualTo(502);
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void doesNotTryAgainWhenToldNotTo() throws Exception {
        ScriptedBackend backend = proxy.backend(DYING_WHEN_REUSED, Script.answering(Http.ok("again")));
        proxy.start("retry: { attempts: 0 }\n", backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/1"));
        client.response();
        client.send(Http.get("/2"));

        assertThat(client.response().status()).isEqualTo(502);
    }

    @Test
    void goesOnToTheNextEndpointWhenOneRefuses() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("up")));
        try (Socket down = boundButDeaf()) {
            proxy.start("", List.of(address(down), backend.address()));

            for (int i = 0; i < 10; i++) {
                assertThat(proxy.answerTo(Http.post("/", "order " + i)).text()).isEqualTo("up");
            }
        }
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void answers502WhenTheOnlyEndpointRefuses() throws Exception {
        try (Socket down = boundButDeaf()) {
            proxy.start("", List.of(address(down)));
            RawConnection client = proxy.client();

            for (int i = 0; i < 2; i++) {
                client.send(Http.post("/", "order"));
                assertThat(client.response().status()).isIn(502, 503);
            }
        }
        proxy.awaitMetric(2, "sluice_errors_total", "error=connect_failed");
    }

    @Test
    void answers502WhenAllEndpointsRefuse() throws Exception {
        try (Socket one = boundButDeaf();
                Socket two = boundButDeaf()) {
            proxy.start("", List.of(address(one), address(two)));

            assertThat(proxy.answerTo(Http.get("/")).status()).isIn(502, 503);
        }
        proxy.awaitCounted("connect_failed");
    }

    /** A port that is taken, so that nobody else gets it, but where nobody listens: connecting is refused. */
    private static Socket boundButDeaf() throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return socket;
    }

    private static String address(Socket socket) {
        return "127.0.0.1:" + socket.getLocalPort();
    }
}
