package io.sluice.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads HTTP/1.1 messages of one connection, blocking. An end in the middle of a message is an {@link EOFException}.
 * <em>Loop-confined</em>: to the thread that reads.
 */
final class WireReader {
    private static final int LINE_BYTES_MAX = 32 << 10;

    private final InputStream in;
    private final byte[] buffer = new byte[LINE_BYTES_MAX];
    private int from;
    private int to;

    WireReader(InputStream in) {
        this.in = in;
    }

    /** The next head, or null if the connection ends before its first byte. */
    WireHead head() throws IOException {
        if (from == to && !fill()) {
            return null;
        }
        String startLine = line();
        Map<String, String> fields = HashMap.newHashMap(12);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("not a field: " + line);
            }
            fields.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        return new WireHead(startLine, fields);
    }

    /** Reads exactly so many bytes of a body. */
    void length(long count, BodySink sink) throws IOException {
        long missing = count;
        while (missing > 0) {
            need();
            int piece = (int) Math.min(missing, to - from);
            sink.accept(buffer, from, piece);
            from += piece;
            missing -= piece;
        }
    }

    /** Reads a chunked body and its trailers (RFC 9112 §7.1). */
    void chunks(BodySink sink) throws IOException {
        while (true) {
            long size = Long.parseLong(line(), 16);
            if (size == 0) {
                break;
            }
            length(size, sink);
            if (!line().isEmpty()) {
                throw new IOException("a chunk is longer than it said");
            }
        }
        while (!line().isEmpty()) {
            // Trailers tell nothing that the body's bytes don't.
            continue;
        }
    }

    /** Reads to the end of the connection. */
    void untilClose(BodySink sink) throws IOException {
        while (from < to || fill()) {
            sink.accept(buffer, from, to - from);
            from = to;
        }
    }

    private String line() throws IOException {
        int scanned = from;
        while (true) {
            for (; scanned < to; scanned++) {
                if (buffer[scanned] == '\n') {
                    if (scanned == from || buffer[scanned - 1] != '\r') {
                        throw new IOException("a line ends without CR");
                    }
                    String line = new String(buffer, from, scanned - 1 - from, StandardCharsets.ISO_8859_1);
                    from = scanned + 1;
                    return line;
                }
            }
            int length = to - from;
            System.arraycopy(buffer, from, buffer, 0, length);
            from = 0;
            to = length;
            scanned = length;
            if (length == buffer.length || !fill()) {
                throw new EOFException("the connection ended, or a line didn't, after " + length + " bytes of a line");
            }
        }
    }

    private void need() throws IOException {
        if (from == to && !fill()) {
            throw new EOFException("the connection ended within a body");
        }
    }

    private boolean fill() throws IOException {
        if (from == to) {
            from = 0;
            to = 0;
        }
        int count = in.read(buffer, to, buffer.length - to);
        to += Math.max(0, count);
        return count > 0;
    }
}
