package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY protocol headers to backends. */
@Scenario
final class ProxyProtocolOutIT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private void start(String version, ScriptedBackend... backends) throws Exception {
        proxy.start("services: { app: { endpoints: [${endpoints}], proxyProtocol: " + version + " } }\n", backends);
    }

    private String line(RawConnection client) {
        return "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.local().getPort() + " " + proxy.address().getPort() + "\r\n";
    }

    private String header(String version, RawConnection client) {
        return version.equals("v1") ? line(client) : BinaryHeader.of(
                "127.0.0.1", client.local().getPort(), "127.0.0.1", proxy.address().getPort());
    }

    /** Reads so much of a header, then answers requests as long as they come. */
    private static Script introduced(int length, String answer) {
        return connection -> {
            for (int i = 0; i < length; i++) {
                connection.read();
            }
            Script.answering(answer).play(connection);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void beginsAConnectionWithItsClientsAddress(String version) throws Exception {
        // Of the text the first line is the header; of the binary one, up to the request it is 28 bytes.
        ScriptedBackend backend = proxy.backend(connection -> {
            if (version.equals("v1")) {
                connection.line();
            } else {
                connection.crc(28);
            }
            connection.request();
            connection.send(Http.ok("hello"));
            connection.awaitClose();
        });
        start(version, backend);
        RawConnection client = proxy.client();

        client.send(Http.post("/", "body"));

        assertThat(client.response().text()).isEqualTo("hello");
        String received = backend.connection(0).received();
        assertThat(received).startsWith(header(version, client) + "POST / HTTP/1.1\r\n").endsWith("\r\n\r\nbody");
        assertThat(received).containsOnlyOnce("\r\nConnection: close\r\n");
    }

    @Test
    void neverGivesOneClientsConnectionToAnother() throws Exception {
        ScriptedBackend backend = proxy.backend(introduced(28, Http.ok("hello")));
        start("v2", backend);
        List<RawConnection> clients = List.of(proxy.client(), proxy.client());

        for (int round = 0; round < 3; round++) {
            for (RawConnection client : clients) {
                client.send(Http.get("/"));
                assertThat(client.response().value("Connection")).as("the client's own connection stays").isNull();
            }
        }

        assertThat(backend.connections()).isEqualTo(6);
        for (int i = 0; i < 6; i++) {
            backend.connection(i).awaitEnded();
            assertThat(backend.connection(i).received()).startsWith(header("v2", clients.get(i % 2)));
            assertThat(backend.connection(i).received().split("GET ")).hasSize(2);
        }
        assertThat(proxy.metric("sluice_pool_reused_total")).isZero();
        assertThat(proxy.metric("sluice_pool_idle")).isZero();
    }

    @Test
    void keepsTheConnectionsOfOtherServices() throws Exception {
        ScriptedBackend told = proxy.backend(introduced(28, Http.ok("told")));
        ScriptedBackend plain = proxy.backend(Script.answering(Http.ok("plain")));
        proxy.start("""
                routes:
                  - { name: settle, match: { path: /settle }, respond: { status: 200 } }
                  - { name: plain, match: { path: /plain }, service: plain }
                  - { name: told, service: told }
                services:
                  told: { endpoints: [${0}], proxyProtocol: v2 }
                  plain: { endpoints: [${1}] }
                """, told, plain);

        for (int i = 0; i < 3; i++) {
            assertThat(proxy.answerTo(Http.get("/plain")).text()).isEqualTo("plain");
            assertThat(proxy.answerTo(Http.get("/told")).text()).isEqualTo("told");
        }

        assertThat(plain.connections()).isEqualTo(1);
        assertThat(plain.connection(0).received()).startsWith("GET /plain");
        assertThat(told.connections()).isEqualTo(3);
    }

    @Test
    void sendsTheHeaderAgainWhenItTriesAnotherEndpoint() throws Exception {
        ScriptedBackend backend = proxy.backend(introduced(28, Http.ok("hello")));
        proxy.start("""
                services:
                  app: { endpoints: [${0}, ${1}], proxyProtocol: v2, loadBalancer: { policy: roundRobin } }
                """, List.of(proxy.nobody(), backend.address()));
        RawConnection client = proxy.client();

        for (int i = 0; i < 4; i++) {
            client.send(Http.get("/"));
            assertThat(client.response().text()).isEqualTo("hello");
        }

        assertThat(proxy.metric("sluice_retries_total", "reason=connect_failed", "result=made")).isPositive();
        assertThat(backend.connections()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            assertThat(backend.connection(i).received()).startsWith(header("v2", client) + "GET / ");
        }
    }

    @Test
    void splicesAndStreamsBehindAHeaderAsEver() throws Exception {
        byte[] body = Http.random(3_000_000);
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.crc(28);
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
            connection.send(connection.request().body());
        });
        start("v2", backend);
        RawConnection client = proxy.client();

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length + "\r\n\r\n");
        client.send(body);

        assertThat(client.response().body()).isEqualTo(body);
    }
}
