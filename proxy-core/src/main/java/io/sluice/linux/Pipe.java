package io.sluice.linux;

/**
 * A pipe, and what is in it. <em>Loop-confined.</em> Taken from and given back to its loop's {@link Pipes}.
 */
public final class Pipe {
    final int readingEnd;
    final int writingEnd;
    long bytes;

    Pipe(int readingEnd, int writingEnd) {
        this.readingEnd = readingEnd;
        this.writingEnd = writingEnd;
    }

    /** Bytes in it. */
    public long bytes() {
        return bytes;
    }
}
