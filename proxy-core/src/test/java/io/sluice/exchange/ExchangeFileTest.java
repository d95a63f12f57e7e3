package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.ExchangeRecord.Relay;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a route of files makes of an exchange. */
final class ExchangeFileTest {
    private static final int LARGE = 3 << 20;

    @TempDir
    private Path root;

    private ExchangeBench bench;

    @BeforeEach
    void writes() throws IOException {
        Files.writeString(root.resolve("a.txt"), "hello");
        Files.write(root.resolve("large"), new byte[LARGE]);
        bench = new ExchangeBench(ExchangeBench.YAML.replace("routes:\n", """
                routes:
                  - match: { path: /files/ }
                    name: files
                    files: { root: "%s" }
                    filters: [{ responseHeaders: { set: { X-Set: "1" } } }]
                """.formatted(root)));
    }

    @AfterEach
    void leavesNothing() {
        bench.nothingIsLeft();
        bench.worker.abandon();
    }

    @Test
    void notesAnAnswerFromAFile() {
        bench.requests("GET /files/a.txt");

        assertThat(bench.client.status).isEqualTo(200);
        assertThat(bench.client.body).isEqualTo("hello");
        assertThat(bench.client.fields).contains("X-Set: 1\r\n", "Content-Type: text/plain");
        assertThat(bench.record().status()).isEqualTo(200);
        assertThat(bench.record().bytesOut()).isEqualTo(5);
        assertThat(bench.record().relay()).isEqualTo(Relay.COPIED);
        assertThat(bench.record().relayReason()).isEqualTo("small");
        assertThat(bench.record().error()).isNull();
        assertThat(bench.record().route()).isEqualTo("files");
    }

    @Test
    void notesAMissingFileAsAnAnswerLikeOthers() {
        bench.requests("GET /files/missing");

        assertThat(bench.client.status).isEqualTo(404);
        assertThat(bench.client.closing).isFalse();
        assertThat(bench.record().error()).isNull();
        assertThat(bench.record().relay()).isEqualTo(Relay.NONE);
    }

    @Test
    void closesBehindARefusalOfALongUpload() {
        bench.client.shortRest = false;

        bench.requests("POST /files/a.txt", "Content-Length: 100000000");

        assertThat(bench.client.status).isEqualTo(405);
        assertThat(bench.client.closingAtHead).isTrue();
    }

    @Test
    void sendsALargeFileAsTheClientTakesIt() {
        bench.client.writable = false;
        bench.client.slow = true;
        bench.requests("GET /files/large");
        int first = bench.client.body.length();

        bench.client.wantsMore();
        bench.runsTasks();

        assertThat(first).isPositive().isLessThan(LARGE);
        assertThat(bench.client.body).hasSize(LARGE);
        assertThat(bench.client.ended).isTrue();
        assertThat(bench.exchange.state.phase()).isNotEqualTo(Phase.DONE);
        bench.client.takesAll();
        assertThat(bench.record().bytesOut()).isEqualTo(LARGE);
        assertThat(bench.record().relay()).isEqualTo(Relay.COPIED);
    }

    @Test
    void cutsAClientThatTakesNothing() {
        bench.client.writable = false;
        bench.client.slow = true;
        bench.requests("GET /files/large");

        bench.pass(20);
        assertThat(bench.client.aborted).isNull();
        bench.pass(6);

        assertThat(bench.client.aborted).isEqualTo(ProxyError.CLIENT_TOO_SLOW);
        assertThat(bench.client.ended).isFalse();
        assertThat(bench.record().bytesOut()).isEqualTo(bench.client.body.length());
    }

    @Test
    void abortsWhenTheFileEndsTooEarly() throws IOException {
        bench.client.writable = false;
        bench.requests("GET /files/large");
        try (RandomAccessFile shorter = new RandomAccessFile(root.resolve("large").toFile(), "rw")) {
            shorter.setLength(100);
        }

        bench.client.wantsMore();

        assertThat(bench.client.aborted).isEqualTo(ProxyError.FILE_TRUNCATED);
        assertThat(bench.client.ended).isFalse();
        assertThat(bench.record().error()).isEqualTo(ProxyError.FILE_TRUNCATED);
    }

    @Test
    void endsWithTheClient() {
        bench.client.writable = false;
        bench.requests("GET /files/large");

        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
        bench.runsTasks();

        assertThat(bench.record().error()).isEqualTo(ProxyError.CLIENT_GONE);
    }

    @Test
    void endsWithTheClientWhileItIsOthersTurn() {
        bench.requests("GET /files/large");

        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
        bench.runsTasks();

        assertThat(bench.client.body.length()).isLessThan(LARGE);
        assertThat(bench.client.ended).isFalse();
    }
}
