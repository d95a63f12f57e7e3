package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.scenario.Message.Ending;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files reach clients byte for byte, whole and in part. */
@BothVersions
final class FilesIT extends FileScenario {
    FilesIT(Relaying relaying) {
        super(relaying);
    }

    // ---- whole files ----

    @Test
    void sendsASmallFileWithItsTypeAndValidatorsThroughTheRoutesFilters() throws Exception {
        start();

        Message answer = get("a.txt");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("hello, file");
        assertThat(answer.value("Content-Length")).isEqualTo("11");
        assertThat(answer.value("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.value("Last-Modified")).isEqualTo(LONG_AGO_TEXT);
        assertThat(answer.value("ETag")).matches("\"[0-9a-f]+-b\"");
        assertThat(answer.value("Accept-Ranges")).isEqualTo("bytes");
        assertThat(answer.value("X-Filtered")).isEqualTo("yes");
        assertThat(answer.value("Date")).isNotNull();
        proxy.awaitMetric(11, "sluice_bytes_total", "side=client", "direction=out", "route=assets");
        proxy.awaitMetric(1, "sluice_relays_total", "kind=copied", "reason=small", "route=assets");
    }

    @Test
    void sendsALargeFileByteForByteAgainAndAgainOnOneConnection() throws Exception {
        start();
        RawConnection client = proxy.client();

        for (int i = 0; i < 5; i++) {
            client.send(Http.get("/assets/large.bin"));
            assertThat(client.head().value("Content-Length")).isEqualTo(Integer.toString(LARGE.length));
            assertThat(client.crc(LARGE.length)).isEqualTo(crc(LARGE));
        }

        client.send(Http.get("/settle"));
        assertThat(client.response().text()).isEqualTo("settled");
        proxy.awaitMetric(5.0 * LARGE.length, "sluice_bytes_total", "side=client", "direction=out", "route=assets");
        proxy.awaitMetric(5, "sluice_relays_total", proxy.http2() ? "reason=http2" : "kind=sendfile", "route=assets");
    }

    @Test
    void copiesWhereZeroCopyIsSwitchedOff() throws Exception {
        start("", "zeroCopy: { enabled: false }\n");

        assertThat(get("large.bin").body()).isEqualTo(LARGE);

        proxy.awaitMetric(1, "sluice_relays_total", "kind=copied", "reason=disabled", "route=assets");
        proxy.awaitMetric(LARGE.length, "sluice_bytes_total", "side=client", "direction=out", "route=assets");
    }

    @Test
    void answersPipelinedRequestsForFilesInTheirOrder() throws Exception {
        start();
        RawConnection client = proxy.client();

        client.send(Http.get("/assets/large.bin") + Http.get("/assets/a.txt") + Http.get("/assets/large.bin")
                + Http.get("/settle"));

        assertThat(client.response().body()).isEqualTo(LARGE);
        assertThat(client.response().text()).isEqualTo("hello, file");
        assertThat(client.response().body()).isEqualTo(LARGE);
        assertThat(client.response().text()).isEqualTo("settled");
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @Test
    void sendsAnHttp10ClientTheFileAndCloses() throws Exception {
        start();
        RawConnection client = proxy.client();

        client.send("GET /assets/large.bin HTTP/1.0\r\n\r\n");

        Message answer = client.response();
        assertThat(answer.body()).isEqualTo(LARGE);
        client.awaitClose();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.txt", "large.bin", "empty.txt", "docs/", ""})
    void answersHeadWithTheHeadOfGetAndNoBody(String path) throws Exception {
        start();
        RawConnection client = proxy.client();

        client.send(Http.request("HEAD /assets/" + path + " HTTP/1.1"));
        Message head = client.bodilessResponse();
        client.send(Http.get("/assets/" + path));
        Message whole = client.response();

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.fields()).filteredOn(f -> !f.startsWith("Date")).isEqualTo(
                whole.fields().stream().filter(f -> !f.startsWith("Date")).toList());
        assertThat(head.value("Content-Length")).isEqualTo(Integer.toString(whole.body().length));
    }

    @Test
    void sendsAnEmptyFile() throws Exception {
        start();

        Message answer = get("empty.txt", "Range: bytes=0-");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.value("Content-Length")).isEqualTo("0");
    }

    @Test
    void showsAChangeWithinASecond() throws Exception {
        start();
        assertThat(get("a.txt").text()).isEqualTo("hello, file");

        Files.writeString(root.resolve("a.txt"), "changed");

        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> assertThat(get("a.txt").text()).isEqualTo("changed"));
        assertThat(get("a.txt").value("ETag")).endsWith("-7\"");
    }

    // ---- directories ----

    @Test
    void answersADirectoryWithItsIndexAndSendsTheForgottenSlashBack() throws Exception {
        start();

        assertThat(get("").text()).isEqualTo("<p>home");
        assertThat(get("docs/").text()).isEqualTo("<p>docs");
        Message redirect = get("docs?x=1");
        assertThat(redirect.status()).isEqualTo(301);
        assertThat(redirect.value("Location")).isEqualTo("/assets/docs/?x=1");
        assertThat(get("docs/deep/").status()).isEqualTo(404);
    }

    @Test
    void listsADirectoryOnlyWhereAskedTo() throws Exception {
        write("docs/deep/<i>&'.txt", "x");
        write("docs/deep/.hidden", "x");
        start(", listing: true", "");

        Message page = get("docs/deep/");

        assertThat(page.value("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.text())
                .contains("<a href=\"./b.css\">b.css</a>", "<a href=\"../\">", "./%3ci%3e%26%27.txt\">&lt;i&gt;&amp;&#39;.txt<")
                .doesNotContain("hidden", "<i>");
        assertThat(get("docs/").text()).isEqualTo("<p>docs");
        assertThat(get("docs/deep/%3Ci%3E%26'.txt").text()).isEqualTo("x");
    }

    // ---- conditions and ranges ----

    @Test
    void answersConditionsInTheirOrder() throws Exception {
        start();
        String tag = get("a.txt").value("ETag");

        Message unchanged = bodiless(Http.get("/assets/a.txt", "If-None-Match: \"x\", W/" + tag));
        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.value("ETag")).isEqualTo(tag);
        assertThat(unchanged.value("Content-Length")).isNull();
        assertThat(bodiless(Http.get("/assets/a.txt", "If-Modified-Since: " + LONG_AGO_TEXT)).status())
                .isEqualTo(304);
        assertThat(get("a.txt", "If-None-Match: \"x\"", "If-Modified-Since: " + LONG_AGO_TEXT).status()).isEqualTo(200);
        assertThat(get("a.txt", "If-Match: \"x\"").status()).isEqualTo(412);
        assertThat(get("a.txt", "If-Match: " + tag, "If-Unmodified-Since: Mon, 03 Feb 2019 04:05:06 GMT").status())
                .isEqualTo(200);
        assertThat(get("a.txt", "If-Unmodified-Since: Sun, 03 Feb 2019 04:05:06 GMT").status()).isEqualTo(412);
    }

    @Test
    void keepsTheConnectionAfterA304() throws Exception {
        start();
        RawConnection client = proxy.client();

        client.send(Http.get("/assets/large.bin", "If-None-Match: *"));
        assertThat(client.bodilessResponse().status()).isEqualTo(304);

        client.send(Http.get("/assets/a.txt"));
        assertThat(client.response().text()).isEqualTo("hello, file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"large.bin", "a.txt"})
    void sendsARange(String name) throws Exception {
        start();
        byte[] all = Files.readAllBytes(root.resolve(name));

        Message some = get(name, "Range: bytes=3-7");
        Message last = get(name, "Range: bytes=-4");

        assertThat(some.status()).isEqualTo(206);
        assertThat(some.value("Content-Range")).isEqualTo("bytes 3-7/" + all.length);
        assertThat(some.body()).isEqualTo(Arrays.copyOfRange(all, 3, 8));
        assertThat(last.body()).isEqualTo(Arrays.copyOfRange(all, all.length - 4, all.length));
        Message none = get(name, "Range: bytes=" + all.length + "-");
        assertThat(none.status()).isEqualTo(416);
        assertThat(none.value("Content-Range")).isEqualTo("bytes */" + all.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"large.bin", "a.txt"})
    void sendsSeveralRangesAsParts(String name) throws Exception {
        start();
        byte[] all = Files.readAllBytes(root.resolve(name));
        RawConnection client = proxy.client();

        client.send(Http.get("/assets/" + name, "Range: bytes=0-1, 4-5,-2, 99999999-"));
        Message answer = client.response();

        assertThat(answer.status()).isEqualTo(206);
        String type = answer.value("Content-Type");
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        String line = "--" + type.substring(type.indexOf('=') + 1);
        List<String> parts = List.of(answer.text().split(line, -1));
        assertThat(parts).hasSize(5);
        assertThat(parts.getFirst()).isEmpty();
        assertThat(parts.getLast()).isEqualTo("--\r\n");
        assertThat(parts.get(1)).contains("\r\nContent-Range: bytes 0-1/" + all.length + "\r\n\r\n")
                .endsWith("\r\n\r\n" + Http.text(Arrays.copyOfRange(all, 0, 2)) + "\r\n");
        assertThat(parts.get(2)).endsWith("\r\n\r\n" + Http.text(Arrays.copyOfRange(all, 4, 6)) + "\r\n");
        assertThat(parts.get(3)).endsWith("\r\n\r\n" + Http.text(Arrays.copyOfRange(all, all.length - 2, all.length)) + "\r\n");
        client.send(Http.get("/settle"));
        assertThat(client.response().text()).isEqualTo("settled");
    }

    @Test
    void sendsLargeRangesOneBehindTheOther() throws Exception {
        start();
        int half = LARGE.length / 2;
        RawConnection client = proxy.client();

        client.send(Http.get("/assets/large.bin", "Range: bytes=" + half + "-, 0-" + (half - 200)));
        Message answer = client.response();

        String text = answer.text();
        assertThat(text).contains(Http.text(Arrays.copyOfRange(LARGE, half, LARGE.length)))
                .contains(Http.text(Arrays.copyOfRange(LARGE, 0, half - 199)));
        assertThat(answer.ending()).isEqualTo(Ending.COMPLETE);
    }

    @Test
    void sendsARangeBehindTwoGigabytesOfASparseFile() throws Exception {
        Path huge = root.resolve("huge.bin");
        try (FileChannel channel = FileChannel.open(huge, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(Http.bytes("the end")), 5L << 30);
        }
        start();

        Message tail = get("huge.bin", "Range: bytes=" + ((5L << 30) - 2) + "-");
        Message middle = get("huge.bin", "Range: bytes=2147483646-2147500000");

        assertThat(tail.body()).isEqualTo(Http.bytes("\0\0the end"));
        assertThat(tail.value("Content-Range")).endsWith("/5368709127");
        assertThat(middle.body()).isEqualTo(new byte[16355]);
    }

    @Test
    void announcesTheLengthOfAHugeFileAndSendsOnlyWhatIsTaken() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(root.resolve("huge.bin").toFile(), "rw")) {
            file.setLength(5L << 30);
        }
        start();
        RawConnection client = proxy.narrowClient(64 * 1024);

        client.send(Http.get("/assets/huge.bin"));

        assertThat(client.head().value("Content-Length")).isEqualTo(Long.toString(5L << 30));
        client.crc(1 << 20);
        client.reset();
        proxy.awaitCounted("client_gone");
        assertThat(proxy.metric("sluice_bytes_total", "side=client", "direction=out", "route=assets"))
                .isBetween((double) (1 << 20), 64.0 * (1 << 20));
    }

    // ---- compressed neighbours ----

    @Test
    void sendsACompressedNeighbourToWhoTakesIt() throws Exception {
        write("site.css", "plain");
        write("site.css.br", "as br");
        write("site.css.gz", "gzipped");
        start(", precompressed: true", "");

        Message br = get("site.css", "Accept-Encoding: gzip, br");
        Message gzip = get("site.css", "Accept-Encoding: gzip, br;q=0");
        Message plain = get("site.css");

        assertThat(br.text()).isEqualTo("as br");
        assertThat(br.value("Content-Encoding")).isEqualTo("br");
        assertThat(br.value("Content-Type")).isEqualTo("text/css; charset=utf-8");
        assertThat(gzip.text()).isEqualTo("gzipped");
        assertThat(plain.text()).isEqualTo("plain");
        assertThat(plain.value("Content-Encoding")).isNull();
        assertThat(List.of(br, gzip, plain)).allSatisfy(it -> assertThat(it.value("Vary")).isEqualTo("Accept-Encoding"));
        assertThat(List.of(br.value("ETag"), gzip.value("ETag"), plain.value("ETag"))).doesNotHaveDuplicates();
        assertThat(get("a.txt", "Accept-Encoding: br").value("Vary")).isNull();
    }
}
