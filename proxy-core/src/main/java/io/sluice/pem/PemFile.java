package io.sluice.pem;

import io.sluice.pem.PemException.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a file in PEM form (RFC 7468), whatever text stands between them. <em>Immutable.</em>
 *
 * @param blocks in the order of the file, at least one
 */
record PemFile(List<Block> blocks) {
    private static final int BYTES_MAX = 1 << 20;
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 #]{1,64})-----");

    /** One of them: its label, the lines with a colon in front of its Base64, and what that stands for. <em>Immutable.</em> */
    record Block(String label, String headers, byte[] bytes) {}

    /**
     * Reads a file of at most 1 MiB.
     *
     * @param expected what the file should hold, for the message
     */
    static PemFile read(Path path, File file, String expected) throws PemException {
        String text = new String(bytes(path, file, expected), StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        int from = 0;
        while (begin.find(from)) {
            String end = "-----END " + begin.group(1) + "-----";
            int endAt = text.indexOf(end, begin.end());
            if (endAt < 0) {
                throw new PemException(file, quoted(path) + " with a BEGIN " + begin.group(1) + " that has no END", expected);
            }
            blocks.add(block(begin.group(1), text.substring(begin.end(), endAt)).orElseThrow(() -> new PemException(
                    file, quoted(path) + ", whose " + begin.group(1) + " is no Base64", expected)));
            from = endAt + end.length();
        }
        if (blocks.isEmpty()) {
            throw new PemException(file, quoted(path) + ", which is no PEM file", expected + hint(text));
        }
        return new PemFile(List.copyOf(blocks));
    }

    private static Optional<Block> block(String label, String body) {
        int empty = body.indexOf("\n\n");
        int emptyCr = body.indexOf("\r\n\r\n");
        int split = body.indexOf(':') < 0 ? -1 : Math.max(empty, emptyCr);
        String headers = split < 0 ? "" : body.substring(0, split);
        try {
            String data = body.substring(Math.max(0, split)).replaceAll("\\s", "");
            return Optional.of(new Block(label, headers, Base64.getDecoder().decode(data)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** A DER file begins with a SEQUENCE. */
    private static String hint(String text) {
        return !text.isEmpty() && text.charAt(0) == 0x30 ? " (it looks like DER; openssl can convert it)" : "";
    }

    /** All bytes of a file of at most 1 MiB. */
    static byte[] bytes(Path path, File file, String expected) throws PemException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw new PemException(file, quoted(path) + " with more than 1 MiB", expected);
            }
            return bytes;
        } catch (NoSuchFileException _) {
            throw new PemException(file, quoted(path) + ", which is not there", expected);
        } catch (AccessDeniedException _) {
            throw new PemException(file, quoted(path) + ", which this user may not read", expected);
        } catch (IOException e) {
            throw new PemException(
                    file, quoted(path) + (Files.isDirectory(path) ? ", a directory" : ", which can't be read"), expected);
        }
    }

    /** A path as messages have it. */
    static String quoted(Path path) {
        return '"' + path.toString() + '"';
    }
}
