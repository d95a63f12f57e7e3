package io.sluice.telemetry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/** A disk that fills up, is slow, or stands still, as a test wishes. */
final class LogChannel implements WritableByteChannel {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final CountDownLatch entered = new CountDownLatch(1);
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private int atMost = Integer.MAX_VALUE;
    private int bytesUntilFailure = Integer.MAX_VALUE;
    private int writes;
    private volatile boolean closed;

    synchronized void takesAtMost(int bytes) {
        atMost = bytes;
    }

    /** Takes so many bytes more, then fails until told otherwise. */
    synchronized void failsAfter(int bytes) {
        bytesUntilFailure = bytes;
    }

    /** Stands still until {@link #letGo}. */
    void holdUp() {
        gate = new CountDownLatch(1);
    }

    void letGo() {
        gate.countDown();
    }

    void awaitWrite() throws InterruptedException {
        entered.await();
    }

    synchronized String text() {
        return written.toString(StandardCharsets.US_ASCII);
    }

    synchronized int writes() {
        return writes;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        entered.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return take(bytes);
    }

    private synchronized int take(ByteBuffer bytes) throws IOException {
        writes++;
        if (bytesUntilFailure <= 0) {
            throw new IOException("No space left on device");
        }
        int count = Math.min(bytes.remaining(), Math.min(atMost, bytesUntilFailure));
        if (bytesUntilFailure != Integer.MAX_VALUE) {
            bytesUntilFailure -= count;
        }
        byte[] taken = new byte[count];
        bytes.get(taken);
        written.writeBytes(taken);
        return count;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
