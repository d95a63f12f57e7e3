package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.BLOCKS;
import static io.sluice.scenario.Tunnelled.LARGE;
import static io.sluice.scenario.Tunnelled.crc;
import static io.sluice.scenario.Tunnelled.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener for raw TCP passes every connection on to an endpoint. */
@Scenario
final class TcpListenerIT {
    private static final String LISTENERS = """
            listeners:
              - { name: web, address: "127.0.0.1:0" }
              - { name: raw, address: "127.0.0.1:0", protocol: tcp, service: app }
            """;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    Path folder;

    private RawConnection client() throws IOException {
        return RawConnection.to(proxy.server().address("raw"));
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void passesBytesOnWhoeverSpeaksFirst(Relaying relaying) throws Exception {
        proxy.start(LISTENERS + relaying.yaml(), proxy.backend(connection -> {
            connection.send("220 ready");
            assertThat(text(connection, 5)).isEqualTo("HELO!");
            connection.send("250 ok");
            assertThat(connection.rest()).isEqualTo("QUIT");
            connection.send("221 bye");
        }));
        try (RawConnection client = client()) {
            assertThat(text(client, 9)).isEqualTo("220 ready");
            client.send("HELO!");
            assertThat(text(client, 6)).isEqualTo("250 ok");
            client.send("QUIT");
            client.halfClose();
            assertThat(client.rest()).isEqualTo("221 bye");
        }
        proxy.awaitMetric(1, "sluice_requests_total", "listener=raw", "protocol=tcp", "service=app");
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void aClientThatSaysAllAtOnceAndEndsIsAnswered(Relaying relaying) throws Exception {
        byte[] all = Http.random(200_000);
        proxy.start(LISTENERS + relaying.yaml(), proxy.backend(connection ->
                connection.send(Http.bytes(connection.rest()))));
        try (RawConnection client = client()) {
            Background sending = Background.run(() -> {
                client.send(all);
                client.halfClose();
            });
            assertThat(Http.bytes(client.rest())).isEqualTo(all);
            sending.awaitEnd();
        }
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void largeAmountsCrossBothWaysAtOnce(Relaying relaying) throws Exception {
        byte[] block = Http.random(1 << 20);
        proxy.start(LISTENERS + relaying.yaml(), proxy.backend(connection -> {
            Background sending = Background.run(() -> connection.send(block, BLOCKS));
            assertThat(connection.crc(LARGE)).isEqualTo(crc(block));
            sending.awaitEnd();
            connection.halfClose();
            connection.awaitClose();
        }));
        try (RawConnection client = client()) {
            Background sending = Background.run(() -> client.send(block, BLOCKS));
            assertThat(client.crc(LARGE)).isEqualTo(crc(block));
            sending.awaitEnd();
            client.halfClose();
            client.awaitClose();
        }
        boolean spliced = relaying != Relaying.COPIED && Transport.detect() == Transport.EPOLL;
        proxy.awaitMetric(1, "sluice_relays_total", "listener=raw", "kind=" + (spliced ? "spliced" : "copied"));
        await().until(() -> proxy.server().activePipes() == 0);
    }

    @Test
    void triesAnotherEndpointWhereOneRefuses() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> connection.send("here"));
        proxy.start(LISTENERS + "services: { app: { endpoints: [\"" + freePort() + "\", ${0}], loadBalancer: { policy: roundRobin } } }\n",
                backend);
        for (int i = 0; i < 4; i++) {
            try (RawConnection client = client()) {
                client.halfClose();
                assertThat(client.rest()).isEqualTo("here");
            }
        }
        assertThat(proxy.metric("sluice_retries_total", "reason=connect_failed", "result=made")).isPositive();
        proxy.awaitMetric(4, "sluice_requests_total", "listener=raw");
    }

    @Test
    void aClientForWhomNobodyIsThereIsReset() throws Exception {
        proxy.start(LISTENERS + "services: { app: { endpoints: [\"" + freePort() + "\"] } }\n");
        try (RawConnection client = client()) {
            client.awaitReset();
        } catch (SocketException e) {
            // Reset so soon that the socket took no more options.
        }
        proxy.awaitCounted("connect_failed");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetOnOneSideIsAResetOnTheOther(boolean byClient) throws Exception {
        Signal reset = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.send("x");
            if (byClient) {
                connection.awaitReset();
            } else {
                reset.await();
                connection.reset();
            }
        });
        proxy.start(LISTENERS, backend);
        try (RawConnection client = client()) {
            assertThat(client.read()).isEqualTo('x');
            if (byClient) {
                client.reset();
                backend.connection(0).awaitEnded();
            } else {
                reset.raise();
                client.awaitReset();
            }
        }
        proxy.awaitCounted(byClient ? "client_gone" : "backend_reset");
    }

    @Test
    void aClientThatLeavesBeforeAnEndpointIsFoundIsForgotten() throws Exception {
        // A backlog that is full: who connects waits for an answer to its SYN.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(full.getInetAddress(), full.getLocalPort());
            try (RawConnection _ = RawConnection.to(address); RawConnection _ = RawConnection.to(address)) {
                proxy.start(LISTENERS + "services: { app: { endpoints: [\"127.0.0.1:" + full.getLocalPort() + "\"] } }\n"
                        + "timeouts: { connect: 30s }\n");
                RawConnection client = client();
                proxy.awaitMetric(1, "sluice_requests_active");
                client.reset();
                proxy.awaitCounted("client_gone");
            }
        }
    }

    @Test
    void saysOnceItsPatienceIsOverThatNobodyAnswered() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(full.getInetAddress(), full.getLocalPort());
            try (RawConnection _ = RawConnection.to(address); RawConnection _ = RawConnection.to(address)) {
                proxy.start(LISTENERS + "services: { app: { endpoints: [\"127.0.0.1:" + full.getLocalPort() + "\"] } }\n"
                        + "timeouts: { connect: 300ms }\n");
                try (RawConnection client = client()) {
                    client.awaitReset();
                }
                proxy.awaitCounted("connect_timeout");
            }
        }
    }

    @Test
    void takesAndHandsOnWhoTheClientIs() throws Exception {
        proxy.start("""
                listeners:
                  - { name: web, address: "127.0.0.1:0" }
                  - { name: raw, address: "127.0.0.1:0", protocol: tcp, service: app, proxyProtocol: required }
                services: { app: { endpoints: [${endpoints}], proxyProtocol: v1 } }
                """, proxy.backend(connection -> {
            assertThat(connection.line()).isEqualTo("PROXY TCP4 192.0.2.9 192.0.2.1 1234 80");
            assertThat(text(connection, 5)).isEqualTo("hello");
            connection.send("world");
        }));
        try (RawConnection client = client()) {
            client.send("PROXY TCP4 192.0.2.9 192.0.2.1 1234 80\r\nhello");
            assertThat(text(client, 5)).isEqualTo("world");
        }
    }

    @Test
    void theRecordIsOneLineATunnel() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            assertThat(connection.rest()).isEqualTo("seven!!");
            connection.send("four");
        });
        proxy.start(LISTENERS + "accessLog: { path: \"" + folder.resolve("access.log") + "\" }\n", backend);
        try (RawConnection client = client()) {
            client.send("seven!!");
            client.halfClose();
            assertThat(client.rest()).isEqualTo("four");
        }
        await().until(() -> Files.exists(folder.resolve("access.log")) && Files.size(folder.resolve("access.log")) > 0);
        assertThat(Files.readAllLines(folder.resolve("access.log"))).singleElement().asString().contains(
                "\"listener\":\"raw\"", "\"protocol\":\"tcp\"", "\"status\":0", "\"bytesIn\":7", "\"bytesOut\":4",
                "\"route\":\"-\"", "\"service\":\"app\"", "\"endpoint\":\"" + backend.address() + "\"", "\"attempts\":1",
                "\"relay\":\"copied\"", "\"end\":\"ok\"");
    }
}
