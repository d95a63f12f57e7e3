package io.sluice.telemetry;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that makes lines of records and writes them, many with one call. <em>Thread-safe</em>: any thread may {@link
 * #offer}, {@link #reopen}, {@link #close}; all else is the writer's own. <em>Ends</em> by {@link #close}.
 *
 * <p>Waking a thread costs an event loop a system call, so it is not done for each record. The writer is in one of three
 * states: it <em>works</em> until the queue is empty; then it <em>lingers</em>, asleep for a fixed short time in which
 * nobody wakes it; and if nothing came meanwhile it <em>sleeps</em>, and the first record wakes it. Under load it
 * therefore wakes by itself some hundred times a second, and a record is a write to a queue and no more.
 */
final class LogWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final int BATCH_BYTES = 64 * 1024;
    private static final long LINGER_NANOS_MAX = 10_000_000;
    /** A small queue would be full before the linger is over: it is shortened to the time of 200,000 lines a second. */
    private static final long LINGER_NANOS_PER_LINE = 5_000;

    private final Queue<ExchangeRecord> queue;
    private final long lingerNanos;
    private final LineFormat format;
    private final LogFile file;
    private final String name;
    private final LogMeters meters;
    private final LineBuffer lines = new LineBuffer();
    private final Thread thread;
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final AtomicReference<CompletableFuture<Void>> reopening = new AtomicReference<>();
    private volatile boolean closing;
    private volatile boolean abandoned;
    private long number;
    /** The number of the last line that was flushed. */
    private long flushed;
    private long failedLines;

    /**
     * Makes a writer that is to be started.
     *
     * @param name     what messages call the file
     * @param capacity records that may wait, at least 1; rounded up to a power of two
     */
    LogWriter(LogFile file, String name, LineFormat format, int capacity, LogMeters meters) {
        this.file = file;
        this.name = name;
        this.format = format;
        this.meters = meters;
        this.queue = PlatformDependent.newFixedMpscQueue(Math.max(2, capacity));
        this.lingerNanos = Math.min(LINGER_NANOS_MAX, capacity * LINGER_NANOS_PER_LINE);
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("sluice-access-log")
                .uncaughtExceptionHandler((ended, why) -> LOG.error("access log ended by a defect file={}", name, why))
                .unstarted(this);
    }

    void start() {
        thread.start();
    }

    /** Takes a record, or counts it as lost. Never blocks. */
    void offer(ExchangeRecord record) {
        if (closing) {
            meters.closed(1);
        } else if (!queue.offer(record)) {
            meters.queueFull();
        } else if (asleep.get() && asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /** Asks for the file to be opened anew; completes when that is done, or can't be. */
    CompletableFuture<Void> reopen() {
        CompletableFuture<Void> wanted = reopening.updateAndGet(
                pending -> pending != null ? pending : new CompletableFuture<>());
        LockSupport.unpark(thread);
        if (!thread.isAlive()) {
            wanted.complete(null);
        }
        return wanted;
    }

    /** Ends the writer after what waits is written, or after this time; idempotent. */
    void close(long millisMax) {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(millisMax);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Stuck in a write: the thread is a daemon, and gives up when the write returns.
        abandoned = true;
    }

    @Override
    public void run() {
        try {
            boolean last = false;
            while (!last) {
                last = closing;
                boolean any = drain();
                reopenIfAsked();
                if (!last) {
                    pause(any);
                }
            }
        } finally {
            end();
        }
    }

    /** Writes until the queue is empty; tells whether there was anything. */
    private boolean drain() {
        boolean any = false;
        ExchangeRecord record;
        while (!abandoned && (record = queue.poll()) != null) {
            any = true;
            format.append(record, ++number, lines);
            if (lines.length() >= BATCH_BYTES) {
                flush();
                reopenIfAsked();
            }
        }
        flush();
        return any;
    }

    private void pause(boolean busy) {
        if (busy) {
            if (!closing && reopening.get() == null) {
                LockSupport.parkNanos(this, lingerNanos);
            }
            return;
        }
        asleep.set(true);
        // Looked at once more after the flag: whoever offers later sees the flag and wakes us.
        while (asleep.get() && queue.isEmpty() && !closing && reopening.get() == null) {
            LockSupport.park(this);
        }
        asleep.set(false);
    }

    private void flush() {
        if (lines.length() == 0) {
            return;
        }
        ByteBuffer bytes = lines.content();
        try {
            file.write(bytes);
            meters.written(number - flushed);
            if (failedLines > 0) {
                LOG.info("access log is written again file={} lost={}", name, failedLines);
                failedLines = 0;
            }
        } catch (IOException e) {
            failed(bytes, e);
        }
        flushed = number;
        lines.clear();
    }

    private void failed(ByteBuffer bytes, IOException why) {
        long written = lineEnds(bytes, bytes.position());
        long lost = number - flushed - written;
        meters.written(written);
        meters.writeFailed(lost);
        if (failedLines == 0) {
            LOG.warn("access log can't be written, lines are lost until it can file={} why={}", name, why.toString());
        }
        failedLines += lost;
    }

    /** Lines that end in the first bytes: nothing else in them is a line feed. */
    private static long lineEnds(ByteBuffer bytes, int length) {
        long ends = 0;
        for (int i = 0; i < length; i++) {
            if (bytes.get(i) == '\n') {
                ends++;
            }
        }
        return ends;
    }

    private void reopenIfAsked() {
        CompletableFuture<Void> asked = reopening.getAndSet(null);
        if (asked == null) {
            return;
        }
        try {
            file.reopen();
            LOG.info("access log reopened file={}", name);
        } catch (IOException e) {
            LOG.warn("access log can't be reopened, the old file is used on file={} why={}", name, e.toString());
        }
        asked.complete(null);
    }

    private void end() {
        // Also after a defect: from now on lines are counted as lost.
        closing = true;
        long left = 0;
        while (queue.poll() != null) {
            left++;
        }
        meters.closed(left);
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("access log can't be closed file={} why={}", name, e.toString());
        }
        CompletableFuture<Void> asked = reopening.getAndSet(null);
        if (asked != null) {
            asked.complete(null);
        }
    }
}
