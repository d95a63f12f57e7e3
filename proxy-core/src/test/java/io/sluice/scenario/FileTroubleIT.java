package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.Message.Ending;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing outside of the root is sent; and what goes wrong on the way shows as that. */
@BothVersions
final class FileTroubleIT extends FileScenario {
    FileTroubleIT(Relaying relaying) {
        super(relaying);
    }

    // ---- what is refused ----

    @ParameterizedTest
    @ValueSource(strings = {
        "missing.txt", "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "docs/../../secret.txt",
        "docs/../a.txt", "./a.txt", "docs/..", "..", ".", "docs//index.html", "/a.txt", "a.txt/", "a.txt/x", "docs%2findex.html",
        "..\\secret.txt", "docs%5cindex.html", "..;/secret.txt", ".env", ".git/config", "docs/.hidden/x", "a.txt%0a", "a.txt%20",
        "%ff.txt", "%c0%ae%c0%ae/secret.txt", "out.txt", "outside/secret.txt", "up/secret.txt", "loop", "pipe", "unreadable.txt",
        "root", "index.html.br"})
    void refusesWhatIsNoFileBelowTheRoot(String path) throws Exception {
        write(".env", "secret");
        write(".git/config", "secret");
        write("docs/.hidden/x", "secret");
        write("unreadable.txt", "secret");
        Files.setPosixFilePermissions(root.resolve("unreadable.txt"), Set.of());
        Files.createSymbolicLink(root.resolve("out.txt"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("outside"), folder);
        Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
        assertThat(new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start().waitFor()).isZero();
        start(", listing: true", "");

        Message answer = get(path);

        boolean superuser = Files.isReadable(root.resolve("unreadable.txt"));
        if (path.equals("unreadable.txt") && superuser) {
            assertThat(answer.status()).isEqualTo(200);
        } else {
            assertThat(answer.status()).isIn(404, 400);
            assertThat(answer.text()).doesNotContain("secret");
        }
    }

    @Test
    void refusesAnEncodedNulAsEveryRouteDoes() throws Exception {
        start();

        assertThat(get("a.txt%00.html").status()).isEqualTo(400);
    }

    @Test
    void refusesNamesThatNoFileSystemTakes() throws Exception {
        start();

        assertThat(get("x".repeat(256)).status()).isEqualTo(404);
        assertThat(get("x/".repeat(4000)).status()).isEqualTo(404);
    }

    @Test
    void followsLinksThatStayInside() throws Exception {
        Files.createSymbolicLink(root.resolve("link.txt"), Path.of("docs/deep/../../a.txt"));
        Files.createSymbolicLink(root.resolve("linked"), Path.of("docs"));
        start();

        assertThat(get("link.txt").text()).isEqualTo("hello, file");
        assertThat(get("linked/index.html").text()).isEqualTo("<p>docs");
    }

    @Test
    void takesOnlyGetAndHead() throws Exception {
        start();
        RawConnection client = proxy.client();

        client.send(Http.post("/assets/a.txt", "body"));
        Message answer = client.response();

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.value("Allow")).isEqualTo("GET, HEAD");
        client.send(Http.get("/assets/a.txt"));
        assertThat(client.response().text()).isEqualTo("hello, file");
    }

    // ---- trouble on the way ----

    @Test
    void endsTheConnectionWhenAFileIsTruncatedWhileItIsSent() throws Exception {
        Path file = root.resolve("shrinks.bin");
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(64L << 20);
        }
        start();
        RawConnection client = proxy.narrowClient(64 * 1024);
        client.send(Http.get("/assets/shrinks.bin"));
        Message head = client.head();

        try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
            shorter.setLength(8L << 20);
        }

        assertThat(head.value("Content-Length")).isEqualTo(Long.toString(64L << 20));
        assertThat(client.awaitEnd()).isIn(Ending.CLOSED, Ending.RESET);
        proxy.awaitCounted("file_truncated");
        assertThat(proxy.metric("sluice_bytes_total", "side=client", "direction=out", "route=assets"))
                .isLessThanOrEqualTo(8.0 * (1 << 20));
    }

    @Test
    void cutsAClientThatStopsReading() throws Exception {
        start("", "timeouts: { responseWriteIdle: 400ms }\n"
                + "listeners: [{ name: web, address: \"127.0.0.1:0\", socket: { sendBuffer: 64KiB } }]\n");
        RawConnection client = proxy.narrowClient(16 * 1024);

        client.send(Http.get("/assets/large.bin"));

        proxy.awaitCounted("client_too_slow");
        assertThat(client.truncatedResponse().body().length).isLessThan(LARGE.length);
    }

    @Test
    void doesNotCutAClientThatReadsSlowly() throws Exception {
        start("", "timeouts: { responseWriteIdle: 400ms }\n"
                + "listeners: [{ name: web, address: \"127.0.0.1:0\", socket: { sendBuffer: 64KiB } }]\n");
        RawConnection client = proxy.narrowClient(16 * 1024);
        client.send(Http.get("/assets/large.bin"));
        client.head();

        for (int at = 0; at < LARGE.length; at += LARGE.length / 8) {
            client.idle(Duration.ofMillis(150));
            assertThat(client.crc(LARGE.length / 8)).isEqualTo(crc(Arrays.copyOfRange(LARGE, at, at + LARGE.length / 8)));
        }

        client.send(Http.get("/settle"));
        assertThat(client.response().text()).isEqualTo("settled");
    }

    @Test
    void doesNotCutAClientThatReadsLessThanTheKernelHoldsForIt() throws Exception {
        start("", "timeouts: { responseWriteIdle: 600ms }\n");
        RawConnection client = proxy.narrowClient(4096);
        client.send(Http.get("/assets/large.bin"));
        client.head();

        // For two seconds: 40 KiB, and the kernel asks for more when twice as much has left its queue.
        for (int sip = 0; sip < 40; sip++) {
            client.idle(Duration.ofMillis(50));
            client.crc(1024);
        }

        int read = 40 * 1024;
        assertThat(client.crc(LARGE.length - read)).isEqualTo(crc(Arrays.copyOfRange(LARGE, read, LARGE.length)));
    }

    @Test
    void keepsNoDescriptorOfFilesWhoseClientsLeft() throws Exception {
        start();

        for (int i = 0; i < 50; i++) {
            RawConnection client = RawConnection.to(proxy.address());
            client.send(Http.get("/assets/large.bin"));
            client.head();
            client.reset();
        }

        // That none stays open is asserted after every test.
        proxy.awaitMetric(0, "sluice_connections");
    }
}
