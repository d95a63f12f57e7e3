package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Clients that read so slowly that the proxy's own bytes stand still for longer than {@code timeouts.responseWriteIdle}: the
 * kernel's queue to them holds more than they read in that time. As long as they read they are served, once they stop they
 * are cut.
 */
@BothRelays
final class SlowReaderIT {
    private static final byte[] BODY = Http.random(3 << 20);
    private static final String IMPATIENT = "timeouts: { responseWriteIdle: 600ms }\n";
    /** So little that a client's kernel tells of each few KiB that it read. */
    private static final int RECEIVE_BUFFER = 4096;
    private static final Duration PAUSE = Duration.ofMillis(50);
    /** Two seconds of them: 40 KiB, and the kernel asks for more when twice as much has left its queue. */
    private static final int SIPS = 40;

    @RegisterExtension
    final ProxyUnderTest proxy;
    /** Under TLS nothing leaves the kernel's queue before a whole record is wanted, which has 16 KiB. */
    private final int sip;

    SlowReaderIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
        sip = relaying.encrypted() ? 4096 : 1024;
    }

    private static long crc(int from, int to) {
        CRC32 crc = new CRC32();
        crc.update(Arrays.copyOfRange(BODY, from, to));
        return crc.getValue();
    }

    private RawConnection asks(String framing) throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
            connection.send(BODY);
        });
        proxy.start(IMPATIENT, backend);
        RawConnection client = proxy.narrowClient(RECEIVE_BUFFER);
        client.send(Http.get("/", "Connection: close"));
        client.head();
        return client;
    }

    /** Reads for much longer than the deadline; its slowness is what is tested. Returns how far it came. */
    private int sips(RawConnection client) throws IOException, InterruptedException {
        for (int at = 0; at < SIPS * sip; at += sip) {
            client.idle(PAUSE);
            assertThat(client.crc(sip)).isEqualTo(crc(at, at + sip));
        }
        return SIPS * sip;
    }

    @Test
    void servesAClientThatReadsALittleAtATime() throws Exception {
        RawConnection client = asks("Content-Length: " + BODY.length);

        int read = sips(client);

        assertThat(client.crc(BODY.length - read)).isEqualTo(crc(read, BODY.length));
        proxy.awaitMetric(0, "sluice_errors_total");
        proxy.awaitMetric(0, "sluice_requests_active");
    }

    @Test
    void cutsAClientThatStopsAfterReadingALittleAtATime() throws Exception {
        RawConnection client = asks("Content-Length: " + BODY.length);
        sips(client);

        proxy.awaitCounted("client_too_slow");

        proxy.awaitMetric(0, "sluice_pool_active");
        client.awaitEnd();
    }

    @Test
    void servesASlowClientOfABodyThatEndsWithItsConnection() throws Exception {
        RawConnection client = asks("Connection: close");
        // It is sent in chunks: what they are is checked by reading them.
        for (int i = 0; i < SIPS; i++) {
            client.idle(PAUSE);
            client.crc(sip);
        }

        assertThat(client.rest()).endsWith("\r\n0\r\n\r\n");
    }
}
