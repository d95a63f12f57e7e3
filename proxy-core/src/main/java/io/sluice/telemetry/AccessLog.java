package io.sluice.telemetry;

import io.sluice.config.AccessLogConfig;
import java.io.IOException;

/**
 * A line per exchange, written by a thread of its own from a bounded queue; a full queue drops and counts, and never
 * holds back an event loop. <em>Thread-safe.</em>
 */
public final class AccessLog implements AutoCloseable {
    private AccessLog() {}

    /**
     * Opens the log and starts its writer.
     *
     * @throws IOException if the file can't be opened for appending
     */
    public static AccessLog open(AccessLogConfig config, Metrics metrics) throws IOException {
        throw new UnsupportedOperationException(config.path() + metrics);
    }

    /** Whether lines are written at all: if not, records need no text. */
    public boolean enabled() {
        throw new UnsupportedOperationException();
    }

    /** Takes an ended record. Never blocks. */
    public void write(ExchangeRecord record) {
        throw new UnsupportedOperationException(record.client());
    }

    /** Makes the writer close the file and open it anew under the same name, as after a rotation. */
    public void reopen() {
        throw new UnsupportedOperationException();
    }

    /** Writes what waits, for at most a second, and ends the writer. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
