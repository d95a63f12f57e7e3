package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.zip.CRC32;

/** What scenarios of tunnels have in common. <em>Immutable.</em> */
final class Tunnelled {
    /** A backend's consent. */
    static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Kept: 1\r\n\r\n";
    /** Blocks of a MiB that make a large amount. */
    static final int BLOCKS = 24;
    static final int LARGE = BLOCKS << 20;

    private Tunnelled() {}

    /** A request to switch, with these fields besides. */
    static String upgrade(String... more) {
        String[] fields = new String[more.length + 2];
        fields[0] = "Connection: keep-alive, Upgrade";
        fields[1] = "Upgrade: websocket";
        System.arraycopy(more, 0, fields, 2, more.length);
        return Http.get("/chat", fields);
    }

    /** A client whose tunnel is open. */
    static RawConnection through(ProxyUnderTest proxy) throws IOException {
        RawConnection client = proxy.client();
        client.send(upgrade());
        assertThat(client.head().status()).isEqualTo(101);
        return client;
    }

    /** The next bytes. */
    static String text(RawConnection from, int length) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            int next = from.read();
            if (next < 0) {
                throw new EOFException("closed after \"" + text + "\"");
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Of all blocks. */
    static long crc(byte[] block) {
        return crc(block, BLOCKS);
    }

    /** The checksum of so many blocks. */
    static long crc(byte[] block, int blocks) {
        CRC32 crc = new CRC32();
        for (int i = 0; i < blocks; i++) {
            crc.update(block);
        }
        return crc.getValue();
    }

    /** Waits until no pipe is in use. */
    static void awaitNoPipe(ProxyUnderTest proxy) {
        await("pipes in use").until(() -> proxy.server().activePipes() == 0);
    }

    /** Waits until the backend's first connection gets rid of nothing more. */
    static void awaitStalled(ScriptedBackend backend) {
        RawConnection connection = backend.connection(0);
        long[] seen = {-1};
        await("the backend is held back").pollInterval(Duration.ofMillis(150)).until(() -> {
            long before = seen[0];
            seen[0] = connection.bytesSent();
            return before == seen[0] && before > 0;
        });
    }
}
