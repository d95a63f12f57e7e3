package io.sluice.server;

import io.sluice.config.SluiceConfig;
import io.sluice.telemetry.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** A running proxy. <em>Thread-safe.</em> Ends by {@link #drain} or {@link #close}. */
public final class SluiceServer implements AutoCloseable {
    private SluiceServer() {}

    /**
     * Starts a proxy: when this returns, all its listeners accept.
     *
     * @throws IOException if a listener can't be bound or the access log can't be opened; the message names it
     */
    public static SluiceServer start(SluiceConfig config) throws IOException {
        throw new UnsupportedOperationException(config.toString());
    }

    /** Where a listener accepts: the port is known even if the system chose it. */
    public InetSocketAddress address(String listener) {
        throw new UnsupportedOperationException(listener);
    }

    /** What it was started with. */
    public SluiceConfig config() {
        throw new UnsupportedOperationException();
    }

    /** Its meters. */
    public Metrics metrics() {
        throw new UnsupportedOperationException();
    }

    /** Null while it wants traffic; else the reason why not, in a few words. */
    public String notReady() {
        throw new UnsupportedOperationException();
    }

    /** Reopens the access log, as after a rotation. */
    public void reopenLogs() {
        throw new UnsupportedOperationException();
    }

    /**
     * Shuts down gracefully: not ready but accepting, then no longer accepting while exchanges end, then stopped. A
     * second call changes nothing.
     *
     * @return completes when all is stopped, with the number of exchanges that were cut off
     */
    public CompletableFuture<Integer> drain() {
        throw new UnsupportedOperationException();
    }

    /** Stops at once: connections are closed, event loops ended. Returns when that is done; idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
