package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Responses of random length over kept connections, of whose clients some leave at random: no wrong byte, no stall, nothing
 * left open. More of them by {@code -Dsluice.answers=100000}.
 */
@BothRelays
final class RandomAbortsIT {
    private static final int ANSWERS = Integer.getInteger("sluice.answers", 1000);
    private static final int CLIENTS = 64;
    private static final int LENGTH_MAX = 1 << 20;
    private static final byte[] POOL = Http.random(LENGTH_MAX + 65_521);

    @RegisterExtension
    final ProxyUnderTest proxy;

    RandomAbortsIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    /** One client: its requests one after the other, over a new connection whenever it gave one up. */
    private final class Client {
        private final Random random;
        private RawConnection connection;
        private int complete;

        Client(int seed) {
            random = new Random(seed);
        }

        int answers(int count) throws IOException {
            try {
                for (int i = 0; i < count; i++) {
                    ask();
                }
                return complete;
            } finally {
                leave(false);
            }
        }

        private void ask() throws IOException {
            if (connection == null) {
                connection = proxy.connect();
            }
            int from = random.nextInt(POOL.length - LENGTH_MAX);
            int length = random.nextInt(LENGTH_MAX + 1);
            connection.send(Http.get("/" + from + "/" + length));
            int way = random.nextInt(40);
            if (way == 0) {
                leave(true);
                return;
            }
            assertThat(connection.head().value("Content-Length")).isEqualTo(Integer.toString(length));
            if (way < 3) {
                connection.crc(random.nextInt(length + 1));
                leave(way == 1);
                return;
            }
            CRC32 crc = new CRC32();
            crc.update(POOL, from, length);
            assertThat(connection.crc(length)).isEqualTo(crc.getValue());
            complete++;
        }

        private void leave(boolean reset) throws IOException {
            if (connection != null && reset) {
                connection.reset();
            } else if (connection != null) {
                connection.close();
            }
            connection = null;
        }
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nobodyGetsAWrongByteWhileOthersLeave() throws Exception {
        proxy.start("eventLoops: 2\n", proxy.backend(connection -> {
            while (true) {
                String[] asked = connection.request().startLine().split("[/ ]+");
                int from = Integer.parseInt(asked[1]);
                int length = Integer.parseInt(asked[2]);
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
                connection.send(Arrays.copyOfRange(POOL, from, from + length));
            }
        }));
        List<Future<Integer>> clients = new ArrayList<>();
        int complete = 0;

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                int seed = i;
                clients.add(threads.submit(() -> new Client(seed).answers(ANSWERS / CLIENTS)));
            }
            for (Future<Integer> client : clients) {
                complete += client.get();
            }
        }

        assertThat(complete).isGreaterThan(ANSWERS * 8 / 10);
        // Whoever leaves may have all of it in the kernel already: of the others each answer is counted.
        proxy.awaitMetric(0, "sluice_requests_active");
        assertThat(proxy.metric("sluice_requests_total", "code=2xx")).isGreaterThanOrEqualTo(complete);
        proxy.awaitMetric(0, "sluice_splice_mismatch_total");
        double others = proxy.metric("sluice_errors_total") - proxy.metric("sluice_errors_total", "error=client_gone");
        assertThat(others).isZero();
    }
}
