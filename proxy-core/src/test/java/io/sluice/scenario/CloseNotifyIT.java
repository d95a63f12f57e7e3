package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What stands in front of the FIN of a connection that ends: a close_notify if all was said, and none if not (RFC 8446 §6.1). */
@Scenario
final class CloseNotifyIT {
    private static final String WEB = "  - { name: web, address: \"127.0.0.1:0\" }\n";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private EngineClient start(String more, String yaml, Script script, String... protocols) throws Exception {
        proxy.start("listeners:\n" + WEB + "  - { name: tls, address: \"127.0.0.1:0\", " + TestAuthority.LOCALHOST + more + " }\n"
                + yaml, proxy.backend(script));
        return new EngineClient(new Socket(proxy.server().address("tls").getAddress(), proxy.server().address("tls").getPort()),
                TestAuthority.showing(null), protocols);
    }

    private static void endsInGoodOrder(EngineClient client) throws IOException {
        assertThat(client.notified()).as("a close_notify").isTrue();
        assertThat(client.finFollows()).as("and the FIN behind it").isTrue();
    }

    @Test
    void afterTheLastResponse() throws Exception {
        try (EngineClient client = start("", "", Script.answering(Http.ok("hello")))) {
            client.send(Http.get("/", "Connection: close"));

            assertThat(client.rest()).endsWith("hello");
            endsInGoodOrder(client);
        }
    }

    @Test
    void afterAResponseThatLastsUntilTheEnd() throws Exception {
        try (EngineClient client = start("", "", connection -> {
            connection.request();
            connection.send("HTTP/1.0 200 OK\r\n\r\n" + "x".repeat(200_000));
        })) {
            client.send("GET / HTTP/1.0\r\nHost: site.test\r\n\r\n");

            assertThat(client.rest()).hasSizeGreaterThan(200_000).endsWith("xxx");
            endsInGoodOrder(client);
        }
    }

    @Test
    void afterARefusal() throws Exception {
        try (EngineClient client = start("", "", Script.silent())) {
            client.send("no request\r\n\r\n");

            assertThat(client.rest()).startsWith("HTTP/1.1 400 ");
            endsInGoodOrder(client);
        }
    }

    @Test
    void afterAKeptConnectionsTime() throws Exception {
        try (EngineClient client = start("", "timeouts: { keepAlive: 50ms }\n", Script.answering(Http.ok("hello")))) {
            client.send(Http.get("/"));

            assertThat(client.rest()).endsWith("hello");
            endsInGoodOrder(client);
        }
    }

    @Test
    void afterTheLastStreamOfHttp2() throws Exception {
        try (EngineClient client = start("", "timeouts: { keepAlive: 50ms }\n", Script.answering(Http.ok("hello")), "h2")) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\4\0\0\0\0\0");

            client.rest();
            endsInGoodOrder(client);
        }
    }

    @Test
    void afterARawConnectionsEnd() throws Exception {
        try (EngineClient client = start(", protocol: tcp, service: app", "", connection -> connection.send("bye"))) {
            assertThat(client.rest()).isEqualTo("bye");
            endsInGoodOrder(client);
        }
    }

    @Test
    void notAfterABodyThatIsNotWhole() throws Exception {
        Signal seen = new Signal();
        try (EngineClient client = start("", "", connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\n\r\nhalf of it");
            seen.await();
            connection.reset();
        })) {
            client.send("GET / HTTP/1.0\r\nHost: site.test\r\n\r\n");
            // Who reads this could take it for all there is.
            client.await("half of it");
            seen.raise();

            try {
                client.rest();
            } catch (SocketException e) {
                // A reset says it, too.
            }
            assertThat(client.notified()).isFalse();
        }
    }
}
