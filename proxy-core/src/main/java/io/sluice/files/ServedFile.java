package io.sluice.files;

import io.sluice.http.HeaderLine;
import io.sluice.http.RequestHead;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file and its compressed neighbours. <em>Loop-confined.</em> <em>Ownership</em>: owns what is open of them, until {@link
 * #release}.
 */
final class ServedFile {
    private final OpenFile plain;
    private final OpenFile br;
    private final OpenFile gzip;
    private final HeaderLine type;

    private ServedFile(OpenFile plain, OpenFile br, OpenFile gzip, HeaderLine type) {
        this.plain = plain;
        this.br = br;
        this.gzip = gzip;
        this.type = type;
    }

    /**
     * Opens it; null if there is no regular file of that name. It may wait for the file system.
     *
     * @throws IOException if it can't be read for another reason than that
     */
    static ServedFile open(FileTree tree, String name) throws IOException {
        OpenFile plain = open(tree, name, Coding.IDENTITY);
        if (plain == null) {
            return null;
        }
        OpenFile br = null;
        try {
            br = tree.precompressed() ? open(tree, name, Coding.BR) : null;
            OpenFile gzip = tree.precompressed() ? open(tree, name, Coding.GZIP) : null;
            return new ServedFile(plain, br, gzip, HeaderLine.of("Content-Type", MediaTypes.of(name)));
        } catch (IOException e) {
            plain.release();
            if (br != null) {
                br.release();
            }
            throw e;
        }
    }

    private static OpenFile open(FileTree tree, String name, Coding coding) throws IOException {
        Path real = tree.real(name + coding.ending());
        if (real == null) {
            return null;
        }
        try {
            return OpenFile.open(real, coding);
        } catch (NoSuchFileException | AccessDeniedException _) {
            // Gone in between; or not for us, which is nobody's business outside.
            return null;
        }
    }

    /** Content-Type. */
    HeaderLine type() {
        return type;
    }

    /** Whether what is sent depends on Accept-Encoding. */
    boolean varies() {
        return br != null || gzip != null;
    }

    /** How it is sent to this client. */
    Coding coding(RequestHead head) {
        return varies() ? Coding.wanted(head, br != null, gzip != null) : Coding.IDENTITY;
    }

    /** What is sent so; borrowed. */
    OpenFile coded(Coding coding) {
        return switch (coding) {
            case BR -> br;
            case GZIP -> gzip;
            case IDENTITY -> plain;
        };
    }

    /** Gives all up. */
    void release() {
        plain.release();
        if (br != null) {
            br.release();
        }
        if (gzip != null) {
            gzip.release();
        }
    }
}
