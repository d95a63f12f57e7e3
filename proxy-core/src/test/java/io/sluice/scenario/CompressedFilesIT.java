package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.filter.Decoded;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are compressed on their way. */
@BothVersions
final class CompressedFilesIT extends FileScenario {
    private static final String LARGE_TEXT = "the same line, again and again\n".repeat(40_000);
    private static final String SMALL_TEXT = LARGE_TEXT.substring(0, 5000);

    CompressedFilesIT(Relaying relaying) {
        super(relaying);
    }

    @BeforeEach
    void startsWithTextFiles() throws Exception {
        write("large.txt", LARGE_TEXT);
        write("small.txt", SMALL_TEXT);
        write("noise.txt", "");
        Files.write(root.resolve("noise.txt"), Http.random(16 << 20));
        proxy.start("""
                routes:
                  - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }
                  - match: { path: /assets/ }
                    files: { root: "%s", precompressed: true }
                    filters: [{ compress: on }]
                services: {}
                """.formatted(root));
    }

    private static String decoded(Message answer) throws IOException {
        return Http.text(Decoded.whole(answer.value("Content-Encoding"), answer.body()));
    }

    @ParameterizedTest
    @CsvSource({"small.txt, gzip", "small.txt, br", "small.txt, zstd", "large.txt, gzip", "large.txt, br", "large.txt, zstd"})
    void compressesAFile(String name, String coding) throws Exception {
        Message answer = get(name, "Accept-Encoding: " + coding);

        assertThat(answer.value("Content-Encoding")).isEqualTo(coding);
        assertThat(answer.value("Vary")).isEqualTo("Accept-Encoding");
        assertThat(answer.value("ETag")).startsWith("W/\"");
        assertThat(answer.values("Accept-Ranges")).isEmpty();
        assertThat(answer.values("Content-Length")).isEmpty();
        assertThat(answer.body().length).isLessThan(10_000);
        assertThat(decoded(answer)).isEqualTo(name.equals("small.txt") ? SMALL_TEXT : LARGE_TEXT);
        proxy.awaitMetric(1, "sluice_relays_total", "kind=copied", "reason=filter");
        proxy.awaitMetric(answer.body().length, "sluice_bytes_total", "side=client", "direction=out");
    }

    @Test
    void leavesOthersAsTheyAre() throws Exception {
        write("style.css", "css".repeat(1000));
        write("style.css.gz", "gzipped");
        Message plain = get("large.txt");
        Message binary = get("large.bin", "Accept-Encoding: gzip");
        Message shorter = get("a.txt", "Accept-Encoding: gzip");
        Message range = get("large.txt", "Accept-Encoding: gzip", "Range: bytes=0-4999");
        Message neighbour = get("style.css", "Accept-Encoding: gzip");

        assertThat(plain.text()).isEqualTo(LARGE_TEXT);
        assertThat(plain.value("Vary")).isEqualTo("Accept-Encoding");
        assertThat(plain.value("ETag")).startsWith("\"");
        assertThat(binary.body()).isEqualTo(LARGE);
        assertThat(binary.values("Content-Encoding")).isEmpty();
        assertThat(binary.values("Vary")).isEmpty();
        assertThat(shorter.text()).isEqualTo("hello, file");
        assertThat(range.status()).isEqualTo(206);
        assertThat(range.text()).isEqualTo(LARGE_TEXT.substring(0, 5000));
        assertThat(neighbour.text()).isEqualTo("gzipped");
        assertThat(neighbour.value("Content-Encoding")).isEqualTo("gzip");
    }

    @Test
    void answersHeadAndConditionsAsGetWould() throws Exception {
        Message got = get("large.txt", "Accept-Encoding: gzip");
        Message told = bodiless(Http.request("HEAD /assets/large.txt HTTP/1.1", "Accept-Encoding: gzip"));
        Message same = bodiless(Http.get("/assets/large.txt", "Accept-Encoding: gzip", "If-None-Match: " + got.value("ETag")));

        assertThat(told.value("ETag")).isEqualTo(got.value("ETag"));
        assertThat(told.value("Content-Encoding")).isEqualTo("gzip");
        assertThat(told.values("Content-Length")).isEmpty();
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.value("ETag")).isEqualTo(got.value("ETag"));
    }

    @Test
    void aSlowReaderOfALargeFileGetsAllOfItAndOthersAreServedMeanwhile() throws Exception {
        RawConnection slow = proxy.narrowClient(4096);
        slow.send(Http.get("/assets/noise.txt", "Accept-Encoding: zstd"));
        await().until(slow::readable);
        proxy.awaitMetric(1, "sluice_compressions_active");

        assertThat(decoded(get("large.txt", "Accept-Encoding: br"))).isEqualTo(LARGE_TEXT);
        assertThat(Decoded.whole("zstd", slow.response().body())).isEqualTo(Http.random(16 << 20));
    }

    @Test
    void aClientThatLeavesOrAFileThatShrinksLeavesNothing() throws Exception {
        RawConnection leaving = proxy.narrowClient(4096);
        leaving.send(Http.get("/assets/noise.txt", "Accept-Encoding: gzip"));
        await().until(leaving::readable);
        leaving.reset();
        proxy.awaitMetric(0, "sluice_requests_active");
        proxy.awaitMetric(0, "sluice_compressions_active");

        RawConnection client = proxy.narrowClient(4096);
        client.send(Http.get("/assets/noise.txt", "Accept-Encoding: gzip"));
        await().until(client::readable);
        Path file = root.resolve("noise.txt");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(1000);
        }
        Message answer = client.truncatedResponse();

        assertThat(answer.ending()).isNotEqualTo(Message.Ending.COMPLETE);
        proxy.awaitCounted("file_truncated");
        proxy.awaitMetric(0, "sluice_compressions_active");
    }
}
