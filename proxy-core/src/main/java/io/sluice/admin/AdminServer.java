package io.sluice.admin;

import io.sluice.server.SluiceServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Answers {@code /livez}, {@code /readyz} and {@code /metrics}, from a thread of its own. <em>Thread-safe.</em> */
public final class AdminServer implements AutoCloseable {
    private AdminServer() {}

    /**
     * Starts it at the address the proxy's configuration names.
     *
     * @throws IOException if it can't be bound
     */
    public static AdminServer start(SluiceServer server) throws IOException {
        throw new UnsupportedOperationException(server.toString());
    }

    /** Where it accepts. */
    public InetSocketAddress address() {
        throw new UnsupportedOperationException();
    }

    /** Stops it; idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
