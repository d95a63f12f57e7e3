package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A proxy whose memory is short. */
class MemoryWatchIT {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final List<Socket> clients = new ArrayList<>();
    private SluiceServer server;

    @BeforeEach
    void starts() throws Exception {
        server = SluiceServer.start(new ConfigReader(Map.of()).read("test", """
                listeners: [{ name: web, address: "127.0.0.1:0" }]
                routes: [{ respond: { body: here } }]
                limits: { memory: off }
                accessLog: off
                admin: off
                eventLoops: 1
                """));
    }

    @AfterEach
    void stops() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        server.close();
    }

    private Socket client() throws IOException {
        Socket client = new Socket("127.0.0.1", server.address("web").getPort());
        client.setSoTimeout(10_000);
        clients.add(client);
        return client;
    }

    private static void sends(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The status line, and all that has come behind it. */
    private static String answer(Socket client) throws IOException {
        byte[] read = new byte[4096];
        int length = client.getInputStream().read(read);
        return new String(read, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    }

    /** Whatever reached the loop before has been dealt with. */
    private void settles() {
        for (int i = 0; i < 3; i++) {
            server.active();
        }
    }

    /** What was sent before has been read: twice, since what comes in one turn of the loop is read in any order. */
    private void answersBehind() throws IOException {
        Socket other = client();
        for (int i = 0; i < 2; i++) {
            sends(other, REQUEST);
            assertThat(answer(other)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void takesNothingNewUntilThereIsMemoryAgain() throws Exception {
        Socket idle = client();
        sends(idle, REQUEST);
        assertThat(answer(idle)).startsWith("HTTP/1.1 200");
        Socket begun = client();
        sends(begun, "GET / HT");
        answersBehind();

        server.memory().look(89);
        assertThat(server.memory().shortage()).as("below the mark").isFalse();
        server.memory().look(90);
        settles();
        sends(idle, REQUEST);
        Socket fresh = client();
        sends(fresh, REQUEST);
        settles();

        assertThat(idle.getInputStream().available()).isZero();
        assertThat(fresh.getInputStream().available()).isZero();
        sends(begun, "TP/1.1\r\nHost: a\r\n\r\n");
        assertThat(answer(begun)).startsWith("HTTP/1.1 503").contains("Retry-After: 1", "503 overloaded");
        server.memory().look(85);
        settles();
        assertThat(server.memory().shortage()).as("not yet far enough below").isTrue();
        assertThat(idle.getInputStream().available()).isZero();

        server.memory().look(84);

        assertThat(answer(idle)).startsWith("HTTP/1.1 200");
        assertThat(answer(fresh)).startsWith("HTTP/1.1 200");
        sends(begun, REQUEST);
        assertThat(answer(begun)).as("it was idle meanwhile").startsWith("HTTP/1.1 200");
    }

    @Test
    void noticesAClientThatLeavesWhileItIsNotRead() throws Exception {
        Socket idle = client();
        sends(idle, REQUEST);
        assertThat(answer(idle)).startsWith("HTTP/1.1 200");
        server.memory().look(99);
        settles();

        idle.close();

        org.awaitility.Awaitility.await().untilAsserted(() -> assertThat(server.metrics().scrape())
                .contains("sluice_connections{listener=\"web\"} 0.0"));
    }
}
