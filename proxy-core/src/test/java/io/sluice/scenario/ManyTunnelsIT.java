package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.awaitNoPipe;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many tunnels at once, with messages of any size and ends of any kind: no wrong byte, and nothing left over. */
@Scenario
final class ManyTunnelsIT {
    private static final int CLIENTS = 24;
    private static final int TUNNELS_EACH = 12;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void carryTheRightBytesHoweverTheyEnd(Relaying relaying) throws Exception {
        try (ServerSocket echo = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> echo(echo));
            proxy.start("""
                    listeners:
                      - { name: web, address: "127.0.0.1:0" }
                      - { name: raw, address: "127.0.0.1:0", protocol: tcp, service: app }
                    eventLoops: 2
                    """ + relaying.yaml(), List.of("127.0.0.1:" + echo.getLocalPort()));
            List<Background> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int seed = i;
                clients.add(Background.run(() -> tunnels(new Random(seed))));
            }
            for (Background client : clients) {
                client.awaitEnd();
            }
            proxy.awaitMetric(0, "sluice_requests_active");
            proxy.awaitMetric(CLIENTS * TUNNELS_EACH, "sluice_requests_total", "listener=raw");
            awaitNoPipe(proxy);
            assertThat(proxy.metric("sluice_splice_mismatch_total")).isZero();
            assertThat(proxy.metric("sluice_errors_total", "error=internal")).isZero();
        }
    }

    private static void echo(ServerSocket server) {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException e) {
                        // The other side has ended it.
                    }
                });
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void tunnels(Random random) throws IOException, InterruptedException {
        for (int i = 0; i < TUNNELS_EACH; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.server().address("raw").getPort())) {
                for (int messages = 1 + random.nextInt(4); messages > 0; messages--) {
                    exchange(socket, random);
                }
                end(socket, random);
            }
        }
    }

    /** Sends a message of a size of any magnitude, and reads it back meanwhile. */
    private static void exchange(Socket socket, Random random) throws IOException, InterruptedException {
        byte[] message = new byte[1 + random.nextInt(1 << (4 + random.nextInt(17)))];
        random.nextBytes(message);
        Background sending = Background.run(() -> socket.getOutputStream().write(message));
        byte[] back = socket.getInputStream().readNBytes(message.length);
        sending.awaitEnd();
        if (!Arrays.equals(back, message)) {
            throw new AssertionError("another message of " + back.length + " bytes came back for one of " + message.length);
        }
    }

    private static void end(Socket socket, Random random) throws IOException {
        switch (random.nextInt(4)) {
            case 0 -> {
                socket.shutdownOutput();
                awaitEnd(socket.getInputStream());
            }
            case 1 -> socket.setSoLinger(true, 0);
            case 2 -> {
                // In the midst of things.
                byte[] unread = new byte[1 + random.nextInt(300_000)];
                socket.setSendBufferSize(1 << 20);
                socket.getOutputStream().write(unread, 0, Math.min(unread.length, 100_000));
                socket.setSoLinger(random.nextBoolean(), 0);
            }
            default -> { }
        }
    }

    private static void awaitEnd(InputStream in) throws IOException {
        try {
            if (in.read() >= 0) {
                throw new AssertionError("more came back than was sent");
            }
        } catch (SocketException e) {
            throw new AssertionError("reset where an end in order was due", e);
        }
    }
}
