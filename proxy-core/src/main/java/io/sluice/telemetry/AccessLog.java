package io.sluice.telemetry;

import io.sluice.config.AccessLogConfig;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line per exchange, written by a thread of its own from a bounded queue; a full queue drops and counts, and never
 * holds back an event loop. <em>Thread-safe.</em> <em>Ends</em> by {@link #close}.
 *
 * <p>A file that can't be written (a full disk) costs lines, which are counted, and one warning; requests go on. A line
 * reaches the file within some 10 ms.
 */
public final class AccessLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final long PATIENCE_MILLIS = 1000;

    /** Null = no line is wanted. */
    private final LogWriter writer;

    private AccessLog(LogWriter writer) {
        this.writer = writer;
    }

    /**
     * Opens the log and starts its writer.
     *
     * @throws IOException if the file can't be opened for appending; the message names it
     */
    public static AccessLog open(AccessLogConfig config, Metrics metrics) throws IOException {
        if (!config.enabled()) {
            return new AccessLog(null);
        }
        LogFile file;
        try {
            file = LogFile.at(config.path());
        } catch (IOException | InvalidPathException e) {
            throw new IOException("accessLog.path: can't append to " + config.path() + ": " + e, e);
        }
        return started(file, config, metrics);
    }

    /** Starts a writer to a file that is open. */
    static AccessLog started(LogFile file, AccessLogConfig config, Metrics metrics) {
        LineFormat format = switch (config.format()) {
            case JSON -> new JsonLine(idPrefix());
            case COMMON -> new CommonLine();
            case COMMON_TLS -> new CommonTlsLine();
        };
        LogWriter writer = new LogWriter(file, config.path(), format, config.queue(), metrics.log());
        writer.start();
        return new AccessLog(writer);
    }

    /** Whether lines are written at all: if not, records need no text. */
    public boolean enabled() {
        return writer != null;
    }

    /** Takes an ended record, which must not change any more. Never blocks. */
    public void write(ExchangeRecord record) {
        if (writer != null) {
            writer.offer(record);
        }
    }

    /**
     * Makes the writer close the file and open it anew under the same name, as after a rotation. Returns when that is
     * done, at the latest after a second (with a warning): not for an event loop.
     *
     * <p>Promised: no line is lost or split; a line handed over before the call may be in either file, one handed over
     * later is in the new one; and once this returned without a warning nothing more goes to the old file. If the new
     * file can't be opened, the old one stays in use, with a warning.
     */
    public void reopen() {
        if (writer == null) {
            return;
        }
        try {
            writer.reopen().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("access log is not reopened yet: its writer waits for a write to end, and does it then");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a reopening never completes exceptionally", e);
        }
    }

    /** Writes what waits, for at most a second, and ends the writer; what is left is counted as lost. Idempotent. */
    @Override
    public void close() {
        if (writer != null) {
            writer.close(PATIENCE_MILLIS);
        }
    }

    /** Differs between processes, also of one machine that start in the same millisecond. */
    private static String idPrefix() {
        String random = Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36 * 36), 36);
        return Long.toString(System.currentTimeMillis(), 36) + "0000".substring(random.length()) + random + "-";
    }
}
