package io.sluice.telemetry;

import io.sluice.http.ProxyError;

/** The meters of one listener's connections. <em>Thread-safe.</em> */
public final class ListenerMeters {
    ListenerMeters() {}

    /** Counts a client connection that was accepted. */
    public void opened() {
        throw new UnsupportedOperationException();
    }

    /** Counts a client connection that is gone. */
    public void closed() {
        throw new UnsupportedOperationException();
    }

    /** Counts what was refused before it became an exchange: an unreadable head, a connection over the limit. */
    public void rejected(ProxyError reason) {
        throw new UnsupportedOperationException(reason.word());
    }
}
