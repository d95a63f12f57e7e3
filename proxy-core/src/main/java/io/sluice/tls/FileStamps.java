package io.sluice.tls;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.CertificateConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Whether files have changed, by what their directory says of them. <em>Loop-confined</em> to its owner's monitor. */
final class FileStamps {
    private final List<Path> files = new ArrayList<>();
    private List<String> taken = List.of();
    private List<String> seen = List.of();

    /** The files that a listener's TLS is made of. */
    FileStamps(TlsConfig config) {
        for (CertificateConfig each : config.certificates()) {
            files.add(each.cert());
            files.add(each.key());
            files.add(each.ocsp());
        }
        files.add(config.clientCa());
        files.removeIf(Objects::isNull);
    }

    /** They are going to be read now. */
    void taken() {
        taken = now();
        seen = taken;
    }

    /**
     * Whether they are others than those read last.
     *
     * @param settled and have been the same at the last call
     */
    boolean changed(boolean settled) {
        List<String> now = now();
        boolean same = now.equals(seen);
        seen = now;
        return !now.equals(taken) && (same || !settled);
    }

    private List<String> now() {
        return files.stream().map(FileStamps::stamp).toList();
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return "none";
        }
    }
}
