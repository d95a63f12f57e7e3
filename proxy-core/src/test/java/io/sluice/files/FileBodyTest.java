package io.sluice.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.files.FileBody.Progress;
import io.sluice.http.RequestHeads;
import io.sluice.stream.FakeClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** To a client without a plain socket, as over TLS: slice by slice, while it takes them. */
final class FileBodyTest {
    private static final byte[] LARGE = new byte[(5 << 20) / 2];
    private static final String TEXT;

    static {
        new Random(1).nextBytes(LARGE);
        TEXT = new String(LARGE, StandardCharsets.ISO_8859_1);
    }

    @TempDir
    private Path folder;

    private final FakeClient client = new FakeClient();
    private Site site;
    private Path file;

    @BeforeEach
    void writes() throws IOException {
        site = new Site(folder);
        file = site.write("large", LARGE);
    }

    @AfterEach
    void closes() {
        site.close();
    }

    private FileBody body(String... fields) throws IOException {
        String[] lines = new String[fields.length + 1];
        lines[0] = "GET /large HTTP/1.1";
        System.arraycopy(fields, 0, lines, 1, fields.length);
        return new FileBody(FileResponse.to(RequestHeads.of(lines), site.below("/"), site.files), client, true);
    }

    @Test
    void sendsAllAndLetsOthersHaveTheirTurnInBetween() throws IOException {
        try (FileBody body = body()) {
            assertThat(body.byKernel()).isFalse();
            assertThat(body.send()).isEqualTo(Progress.YIELDS);
            assertThat(client.body.length()).isEqualTo(1 << 20);
            assertThat(body.send()).isEqualTo(Progress.YIELDS);
            assertThat(body.send()).isEqualTo(Progress.DONE);

            assertThat(client.body).isEqualTo(TEXT);
            assertThat(body.bytes()).isEqualTo(LARGE.length);
        }
    }

    @Test
    void sendsNoMoreThanTheClientTakes() throws IOException {
        try (FileBody body = body()) {
            client.writable = false;

            assertThat(body.send()).isEqualTo(Progress.FULL);
            int taken = client.body.length();
            client.writable = true;
            body.send();

            assertThat(taken).isPositive().isLessThanOrEqualTo(64 * 1024);
            assertThat(client.events).contains("flush");
            assertThat(client.body).hasSizeGreaterThan(taken).isEqualTo(TEXT.substring(0, client.body.length()));
        }
    }

    @Test
    void goesOnOnceWhenTheFlushItselfMakesRoom() throws IOException {
        try (FileBody body = body("Range: bytes=0-99999")) {
            client.writable = false;
            client.onFlush = () -> {
                client.writable = true;
                assertThat(body.send()).isEqualTo(Progress.FULL);
            };

            assertThat(body.send()).isEqualTo(Progress.DONE);

            assertThat(client.body).isEqualTo(TEXT.substring(0, 100_000));
        }
    }

    @Test
    void stopsWhenTheClientLeavesDuringAFlush() throws IOException {
        FileBody body = body();
        client.writable = false;
        client.onFlush = () -> {
            body.close();
            client.writable = true;
        };

        assertThat(body.send()).isEqualTo(Progress.FULL);
        assertThat(body.bytes()).isEqualTo(client.body.length());
    }

    @Test
    void tellsOfAFileThatBecameShorter() throws IOException {
        try (FileBody body = body()) {
            assertThat(body.truncated()).isFalse();
            try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
                shorter.setLength(100);
            }

            assertThat(body.send()).isEqualTo(Progress.TRUNCATED);
            assertThat(body.truncated()).isTrue();
            assertThat(client.body).isEqualTo(TEXT.substring(0, 100));
        }
    }

    @Test
    void doesNotMindAFileThatIsLongerThanItsRange() throws IOException {
        try (FileBody body = body("Range: bytes=0-9")) {
            try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
                shorter.setLength(10);
            }

            assertThat(body.send()).isEqualTo(Progress.DONE);
            assertThat(body.truncated()).isFalse();
        }
    }
}
