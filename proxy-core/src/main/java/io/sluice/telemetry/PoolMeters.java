package io.sluice.telemetry;

/** The meters of one service's connections. <em>Thread-safe.</em> */
public final class PoolMeters {
    PoolMeters() {}

    /** Counts a connection that was opened for a request. */
    public void created() {
        throw new UnsupportedOperationException();
    }

    /** Counts a request that got an idle connection. */
    public void reused() {
        throw new UnsupportedOperationException();
    }

    /** Counts a reused connection that was dead. */
    public void stale() {
        throw new UnsupportedOperationException();
    }

    /** A change of the number of connections that carry a request. */
    public void active(int change) {
        throw new UnsupportedOperationException(String.valueOf(change));
    }

    /** A change of the number of idle connections. */
    public void idle(int change) {
        throw new UnsupportedOperationException(String.valueOf(change));
    }
}
