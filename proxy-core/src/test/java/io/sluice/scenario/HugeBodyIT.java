package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies around and beyond what an int counts. Not for every build: {@code -Dsluice.huge=true}. */
@BothRelays
@EnabledIfSystemProperty(named = "sluice.huge", matches = "true")
final class HugeBodyIT {
    /** Of a length that nothing else has a multiple of: a byte lost or doubled shifts all that follows. */
    private static final byte[] BLOCK = Http.random(1_000_003);

    @RegisterExtension
    final ProxyUnderTest proxy;

    HugeBodyIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private static long crc(long length) {
        CRC32 crc = new CRC32();
        for (long left = length; left > 0; left -= BLOCK.length) {
            crc.update(BLOCK, 0, (int) Math.min(left, BLOCK.length));
        }
        return crc.getValue();
    }

    private static void send(RawConnection connection, long length) throws java.io.IOException {
        connection.send(BLOCK, (int) (length / BLOCK.length));
        connection.send(java.util.Arrays.copyOf(BLOCK, (int) (length % BLOCK.length)));
    }

    @ParameterizedTest
    @ValueSource(longs = {(1L << 31) - 2, (1L << 31) - 1, 1L << 31, 5L << 30})
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void carriesAHugeResponse(long length) throws Exception {
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
            send(connection, length);
            connection.request();
            connection.send(Http.ok("next"));
            connection.awaitEnd();
        }));
        RawConnection client = proxy.client();
        client.send(Http.get("/"));

        assertThat(client.head().value("Content-Length")).isEqualTo(Long.toString(length));
        assertThat(client.crc(length)).isEqualTo(crc(length));

        client.send(Http.get("/"));
        assertThat(client.response().text()).isEqualTo("next");
        proxy.awaitMetric(length + 4, "sluice_bytes_total", "side=client", "direction=out", "route=all");
    }

    @ParameterizedTest
    @ValueSource(longs = {(1L << 31) - 1, 1L << 31, 5L << 30})
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void carriesAHugeUpload(long length) throws Exception {
        AtomicLong crc = new AtomicLong();
        proxy.start(proxy.backend(connection -> {
            connection.head();
            crc.set(connection.crc(length));
            connection.send(Http.ok("received"));
            connection.awaitEnd();
        }));
        RawConnection client = proxy.client();

        client.send(Http.request("POST / HTTP/1.1", "Content-Length: " + length));
        send(client, length);

        assertThat(client.response().text()).isEqualTo("received");
        assertThat(crc.get()).isEqualTo(crc(length));
    }
}
