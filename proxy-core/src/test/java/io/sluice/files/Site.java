package io.sluice.files;

import io.sluice.config.ActionConfig;
import io.sluice.config.MatchConfig.PathMatch;
import io.sluice.transport.HandWheel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/** A directory of files that last changed long ago, and a loop that serves them. <em>Loop-confined.</em> */
final class Site implements AutoCloseable {
    static final Instant CHANGED = Instant.parse("2020-02-03T04:05:06.789Z");
    static final String CHANGED_TEXT = "Mon, 03 Feb 2020 04:05:06 GMT";

    final HandWheel time = new HandWheel();
    final OpenFiles files = new OpenFiles(time.wheel());
    final Path root;

    Site(Path root) {
        this.root = root;
    }

    Path write(String name, byte[] content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
        return Files.setLastModifiedTime(file, FileTime.from(CHANGED));
    }

    Path write(String name, String content) throws IOException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Served below a prefix. */
    FileTree below(String prefix) {
        return FileTree.of(new ActionConfig.Files(root, "index.html", false, true), new PathMatch.Prefix(prefix));
    }

    @Override
    public void close() {
        files.close();
    }
}
