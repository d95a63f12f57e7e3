package io.sluice.scenario;

import java.io.IOException;
import java.io.InputStream;

/** The body of a response in chunks, as it arrives; its end is the last chunk's. To be used by one thread. */
final class ChunkedInput extends InputStream {
    private final RawConnection from;
    private int left;
    private boolean begun;
    private boolean ended;

    /** Reads on behind a head. */
    ChunkedInput(RawConnection from) {
        this.from = from;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
        if (ended) {
            return -1;
        }
        if (left == 0) {
            if (begun && !from.line().isEmpty()) {
                throw new AssertionError("no CRLF behind a chunk");
            }
            begun = true;
            left = Integer.parseInt(from.line(), 16);
            ended = left == 0;
            if (ended) {
                from.line();
                return -1;
            }
        }
        // What is here, and no more: the rest may come much later.
        int count = 0;
        while (count < length && left > 0 && (count == 0 || from.readable())) {
            int next = from.read();
            if (next < 0) {
                throw new IOException("closed in a chunk");
            }
            to[at + count++] = (byte) next;
            left--;
        }
        return count;
    }
}
