package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.server.SluiceServer;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A second proxy takes the place of a first one at the same address; clients that come all the time notice nothing. */
@Scenario
final class TakeOverIT {
    private static final int ROUNDS = 5;
    private static final int CLIENTS = 4;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();

    @BeforeAll
    static void where() {
        assumeTrue(Transport.detect().sharesPorts(), "this system does not share ports");
    }

    private static SluiceConfig config(String accepting) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        return new ConfigReader(Map.of()).read("test", """
                listeners: [{ name: web, address: "127.0.0.1:%d" }]
                routes: [{ respond: { status: 200, body: here } }]
                services: { app: { endpoints: ["127.0.0.1:1"] } }
                timeouts: { drain: { accepting: %s, exchanges: 10s } }
                accessLog: { path: "off" }
                admin: "off"
                eventLoops: 2
                """.formatted(port, accepting));
    }

    @Test
    void refusesASecondProxyThatWasNotToldTo() throws Exception {
        SluiceConfig config = config("0s");
        try (SluiceServer first = SluiceServer.start(config)) {
            assertThatThrownBy(() -> SluiceServer.start(config)).isInstanceOf(IOException.class)
                    .hasMessageContaining("" + first.address("web").getPort());
        }
    }

    @Test
    void leadsNewClientsToTheSecondWhileTheFirstStillAccepts() throws Exception {
        SluiceConfig config = config("1h");
        try (SluiceServer first = SluiceServer.start(config); SluiceServer second = SluiceServer.takeOver(config)) {
            first.drain();

            for (int i = 0; i < 40; i++) {
                ask(first.address("web"), false);
            }

            assertThat(Scrape.of(second.metrics().scrape()).sum("sluice_connections_accepted_total")).isEqualTo(40);
        }
    }

    @Test
    void losesNoConnectionWhetherKeptOrNew() throws Exception {
        SluiceConfig config = config("0s");
        SluiceServer serving = SluiceServer.start(config);
        try {
            List<Background> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                InetSocketAddress address = serving.address("web");
                boolean kept = i % 2 == 0;
                clients.add(Background.run(() -> {
                    while (!over.get()) {
                        ask(address, kept);
                    }
                }));
            }
            for (int round = 0; round < ROUNDS; round++) {
                SluiceServer next = SluiceServer.takeOver(config);
                int before = answers.get();
                while (answers.get() < before + CLIENTS) {
                    Thread.onSpinWait();
                }
                CompletableFuture<Integer> drained = serving.drain();
                serving = next;
                assertThat(drained.get(10, TimeUnit.SECONDS)).isZero();
            }
            over.set(true);
            for (Background client : clients) {
                client.awaitEnd();
            }
        } finally {
            over.set(true);
            serving.close();
        }
    }

    /** One connection: a request, or as many as it is good for. Whatever fails is a failure of the test. */
    private void ask(InetSocketAddress address, boolean kept) {
        try (RawConnection client = RawConnection.to(address)) {
            Message answer;
            do {
                client.send(Http.get("/"));
                answer = client.response();
                assertThat(answer.text()).isEqualTo("here");
                answers.incrementAndGet();
            } while (kept && !over.get() && answer.values("Connection").isEmpty());
        } catch (IOException lost) {
            throw new AssertionError(lost);
        }
    }
}
