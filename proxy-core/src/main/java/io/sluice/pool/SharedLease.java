package io.sluice.pool;

import io.sluice.service.Endpoint;
import io.sluice.stream.BackendStream;

/** One stream of a shared connection, and the right to use it, once. <em>Loop-confined.</em> */
final class SharedLease implements Lease {
    private final SharedPool.Member connection;
    private final BackendStream stream;
    private final boolean reused;

    SharedLease(SharedPool.Member connection, BackendStream stream, boolean reused) {
        this.connection = connection;
        this.stream = stream;
        this.reused = reused;
    }

    @Override
    public BackendStream stream() {
        return stream;
    }

    @Override
    public boolean reused() {
        return reused;
    }

    @Override
    public Endpoint endpoint() {
        return connection.endpoint();
    }

    @Override
    public void release() {
        close();
    }

    @Override
    public void close() {
        stream.close();
        connection.givenBack();
    }

    @Override
    public void closeStale() {
        connection.stale();
        close();
    }
}
