package io.sluice.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A small site in a directory, served below {@code /assets/}; and beside its root a file that is nobody's. */
abstract class FileScenario {
    static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-02-03T04:05:06Z"));
    static final String LONG_AGO_TEXT = "Mon, 03 Feb 2020 04:05:06 GMT";
    static final byte[] LARGE = Http.random(3 << 20);

    @RegisterExtension
    final ProxyUnderTest proxy;

    @TempDir
    Path folder;

    Path root;

    FileScenario(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @BeforeEach
    void writesTheSite() throws IOException {
        root = Files.createDirectories(folder.resolve("root"));
        write("index.html", "<p>home");
        write("a.txt", "hello, file");
        write("empty.txt", "");
        write("docs/index.html", "<p>docs");
        write("docs/deep/b.css", "b {}");
        Files.write(root.resolve("large.bin"), LARGE);
        Files.setLastModifiedTime(root.resolve("large.bin"), LONG_AGO);
        Files.writeString(folder.resolve("secret.txt"), "secret");
    }

    void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, LONG_AGO);
    }

    void start(String more, String top) throws Exception {
        proxy.start("""
                routes:
                  - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }
                  - name: assets
                    match: { path: /assets/ }
                    files: { root: "%s"%s }
                    filters: [{ responseHeaders: { set: { X-Filtered: "yes" } } }]
                services: {}
                %s""".formatted(root, more, top));
    }

    void start() throws Exception {
        start("", "");
    }

    Message get(String path, String... fields) throws IOException {
        return proxy.answerTo(Http.get("/assets/" + path, fields));
    }

    Message bodiless(String request) throws IOException {
        RawConnection client = proxy.client();
        client.send(request);
        return client.bodilessResponse();
    }

    static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }
}
