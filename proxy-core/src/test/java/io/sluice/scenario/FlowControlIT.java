package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A side that takes nothing holds the other back: no more than watermarks and socket buffers lie between. */
@BothRelays
final class FlowControlIT {
    private static final byte[] BLOCK = Http.random(64 * 1024);
    private static final int BLOCKS = 1600;
    private static final long LENGTH = (long) BLOCK.length * BLOCKS;
    /** Four socket buffers, small ones, and the watermark; Linux doubles what it is asked for. */
    private static final long BOUND = 3 << 20;
    private static final String SMALL_BUFFERS = """
            listeners: [{ name: web, address: "127.0.0.1:0", socket: { sendBuffer: 64KiB, receiveBuffer: 64KiB } }]
            services: { app: { endpoints: [${endpoints}], socket: { sendBuffer: 64KiB, receiveBuffer: 64KiB } } }
            """;

    @RegisterExtension
    final ProxyUnderTest proxy;

    FlowControlIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private static long crcOfAll() {
        CRC32 crc = new CRC32();
        for (int i = 0; i < BLOCKS; i++) {
            crc.update(BLOCK);
        }
        return crc.getValue();
    }

    /** The value once it has not grown for half a second. */
    private static long settled(LongSupplier value) {
        AtomicLong last = new AtomicLong(-1);
        await("no more bytes").atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(500))
                .until(() -> last.getAndSet(value.getAsLong()) == last.get() && last.get() > 0);
        return value.getAsLong();
    }

    private Script sending(String framing) {
        return connection -> {
            connection.sendBuffer(64 * 1024);
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
            connection.send(BLOCK, BLOCKS);
            connection.awaitEnd();
        };
    }

    @Test
    void holdsTheBackendBackWhileTheClientStopsReadingAndThenDeliversEveryByte() throws Exception {
        ScriptedBackend backend = proxy.backend(sending("Content-Length: " + LENGTH));
        proxy.start(SMALL_BUFFERS, backend);
        RawConnection client = proxy.narrowClient(64 * 1024);
        client.send(Http.get("/"));
        client.head();

        long sent = settled(backend.connection(0)::bytesSent);
        long crc = client.crc(LENGTH);

        assertThat(sent).isLessThan(BOUND);
        assertThat(crc).isEqualTo(crcOfAll());
        client.send(Http.get("/settle"));
        assertThat(client.response().text()).isEqualTo("settled");
        assertThat(proxy.metric("sluice_blocked_seconds_total", "side=client")).isGreaterThan(0.1);
    }

    @Test
    void holdsTheClientBackWhileTheBackendStopsReadingAndThenDeliversEveryByte() throws Exception {
        Signal readOn = new Signal();
        AtomicLong crc = new AtomicLong();
        ScriptedBackend backend = proxy.owned(ScriptedBackend.narrow(64 * 1024, proxy.secrets(), connection -> {
            connection.head();
            readOn.await();
            crc.set(connection.crc(LENGTH));
            connection.send(Http.ok("received"));
            connection.awaitEnd();
        }));
        proxy.start(SMALL_BUFFERS, backend);
        RawConnection client = proxy.client();
        client.sendBuffer(64 * 1024);

        Background upload = Background.run(() -> {
            client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + LENGTH));
            client.send(BLOCK, BLOCKS);
        });
        long sent = settled(client::bytesSent);
        readOn.raise();
        upload.awaitEnd();

        assertThat(sent).isLessThan(BOUND);
        assertThat(client.response().text()).isEqualTo("received");
        assertThat(crc.get()).isEqualTo(crcOfAll());
    }

    @Test
    void holdsBackABackendThatSendsUntilItCloses() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.sendBuffer(64 * 1024);
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\n\r\n");
            connection.send(BLOCK, 200);
        });
        proxy.start(SMALL_BUFFERS, backend);
        RawConnection client = proxy.narrowClient(64 * 1024);
        client.send(Http.get("/"));

        long sent = settled(backend.connection(0)::bytesSent);
        byte[] body = client.response().body();

        assertThat(sent).isLessThan(BOUND);
        assertThat(body).hasSize(200 * BLOCK.length);
        assertThat(Arrays.copyOfRange(body, 199 * BLOCK.length, 200 * BLOCK.length)).isEqualTo(BLOCK);
    }

    @Test
    void holdsOneClientBackWithoutHoldingBackAnother() throws Exception {
        ScriptedBackend backend = proxy.backend(sending("Content-Length: " + LENGTH), Script.answering(Http.ok("quick")));
        proxy.start(SMALL_BUFFERS, backend);
        RawConnection stalled = proxy.narrowClient(64 * 1024);
        stalled.send(Http.get("/"));
        stalled.head();
        settled(backend.connection(0)::bytesSent);

        for (int i = 0; i < 20; i++) {
            assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("quick");
        }
    }

    @Test
    void answersAPipeliningClientThatDoesNotReadNoFasterThanItReads() throws Exception {
        String large = "a".repeat(50_000);
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok(large)));
        proxy.start(SMALL_BUFFERS, backend);
        RawConnection client = proxy.narrowClient(16 * 1024);

        Background asking = Background.run(() -> client.send(Http.bytes(Http.get("/")), 400));
        long sent = settled(() -> backend.connection(0).bytesSent());
        assertThat(sent).isLessThan(BOUND);

        for (int i = 0; i < 400; i++) {
            assertThat(client.response().body()).hasSize(large.length());
        }
        asking.awaitEnd();
    }
}
