package io.sluice.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes bodies in chunks (RFC 9112 §7.1) of sizes that vary with the body. <em>Immutable.</em> */
final class SoakChunks {
    private static final byte[] LINE_END = {'\r', '\n'};

    private SoakChunks() {}

    /** The first {@code count} bytes of the body; the last chunk is still missing. */
    static void write(OutputStream out, Payload payload, int count) throws IOException {
        int written = 0;
        // From a byte to some ten KiB, the same for the same body.
        int size = 1 + payload.offset() % 97;
        while (written < count) {
            int piece = Math.min(size, count - written);
            out.write((Integer.toHexString(piece) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(Payload.bytes(), payload.offset() + written, piece);
            out.write(LINE_END);
            written += piece;
            size = 1 + (size * 31 + 7) % 16_381;
        }
    }

    /** The last chunk, and trailers: whole lines with their ends, or nothing. */
    static void end(OutputStream out, String trailers) throws IOException {
        out.write(("0\r\n" + trailers + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
