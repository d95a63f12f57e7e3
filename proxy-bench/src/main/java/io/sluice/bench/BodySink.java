package io.sluice.bench;

import java.io.IOException;

/** Takes the pieces of a body in their order. Used by the one thread that reads. <em>Loop-confined.</em> */
@FunctionalInterface
interface BodySink {
    /** Borrows {@code bytes} for this call; the piece is {@code count} of them at {@code from}. */
    void accept(byte[] bytes, int from, int count) throws IOException;
}
