package io.sluice.linux;

import java.nio.ByteBuffer;

/**
 * A pipe, and what is in it. <em>Loop-confined.</em> Taken from and given back to its loop's {@link Pipes}.
 */
public final class Pipe {
    final int readingEnd;
    final int writingEnd;
    /** Bytes that it holds at the most. */
    final int capacity;
    long bytes;
    /** What was read out of it since it can't be spliced on, and not yet written; null = nothing ever was. */
    ByteBuffer rest;
    /** Whether bytes went through since it was last seen empty. */
    boolean used;
    /** Whether other bytes came out of it than went into it. */
    boolean broken;

    Pipe(int readingEnd, int writingEnd, int capacity) {
        this.readingEnd = readingEnd;
        this.writingEnd = writingEnd;
        this.capacity = capacity;
    }

    /** Bytes in it. */
    public long bytes() {
        return bytes;
    }
}
