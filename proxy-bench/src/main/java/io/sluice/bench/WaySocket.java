package io.sluice.bench;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * A TCP connection to ourselves, and a thread on another core that throws away what comes. <em>Loop-confined</em> to the
 * thread that sends. <em>Ownership</em>: of both ends, until {@link #close}.
 */
final class WaySocket implements AutoCloseable {
    private static final int PIECE_BYTES = 4 << 20;

    private final int sending;
    private final int receiving;
    private final Thread reader;
    private volatile IOException failure;
    private volatile long missing;
    private volatile CountDownLatch discarded = new CountDownLatch(0);

    WaySocket(int discardingCore) throws IOException {
        int[] ends = Posix.connection();
        sending = ends[0];
        receiving = ends[1];
        reader = Thread.ofPlatform().daemon().name("ways-reader").start(() -> discard(discardingCore));
    }

    int descriptor() {
        return sending;
    }

    /** So many bytes will be sent. */
    void expect(long bytes) {
        discarded = new CountDownLatch(1);
        missing = bytes;
    }

    /** Returns once all of them have come. */
    void awaitDiscarded() throws IOException {
        try {
            discarded.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void discard(int core) {
        try {
            Posix.pin(core);
            while (true) {
                long count = Posix.discard(receiving, PIECE_BYTES);
                if (count == 0) {
                    return;
                }
                long left = missing - count;
                missing = left;
                if (left == 0) {
                    discarded.countDown();
                }
            }
        } catch (IOException e) {
            failure = e;
            discarded.countDown();
        }
    }

    @Override
    public void close() throws IOException {
        Posix.close(sending);
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Posix.close(receiving);
    }
}
