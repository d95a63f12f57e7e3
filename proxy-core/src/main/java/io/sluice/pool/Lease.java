package io.sluice.pool;

import io.sluice.service.Endpoint;
import io.sluice.stream.BackendStream;

/**
 * The right to use one stream to an endpoint: a connection that carries one request at a time, or one of the many streams of
 * a shared one. <em>Loop-confined.</em> <em>Ends</em> by {@link #release}, {@link #close} or {@link #closeStale}; exactly once
 * a use.
 */
public sealed interface Lease permits PooledConnection, SharedLease {

    /** The stream; its listener is to be set before it is used. */
    BackendStream stream();

    /** Whether its connection carried an exchange before. */
    boolean reused();

    /** Where it leads. */
    Endpoint endpoint();

    /** Gives it back after an exchange that was read to its end: what may be used again is kept. */
    void release();

    /** Closes the stream. */
    void close();

    /** Closes it, and counts that the backend had closed its connection before we used it. */
    void closeStale();
}
