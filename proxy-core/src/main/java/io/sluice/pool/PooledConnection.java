package io.sluice.pool;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.service.Endpoint;
import io.sluice.stream.BackendListener;
import io.sluice.stream.BackendStream;
import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;

/**
 * One connection of an {@link EndpointPool}, and the right to use it. While nobody uses it, it listens itself: whatever an idle connection
 * reports, it is closed (a byte nobody asked for would answer the next request). <em>Loop-confined.</em> <em>Ends</em> by
 * {@link #release} into the pool, or {@link #close}; each exactly once a use.
 */
final class PooledConnection implements Lease, BackendListener {
    private final EndpointPool pool;
    private final BackendStream stream;
    private final long openedNanos;
    private final Deadline idleDeadline;
    private boolean reused;
    private long idleSinceNanos;
    /** How long it had been idle when it was taken last. */
    private long idledNanos;

    PooledConnection(EndpointPool pool, BackendStream stream, DeadlineWheel wheel) {
        this.pool = pool;
        this.stream = stream;
        this.openedNanos = wheel.nowNanos();
        this.idleDeadline = new Deadline(wheel, () -> pool.expired(this));
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
        return pool.endpoint();
    }

    @Override
    public void release() {
        pool.release(this);
    }

    @Override
    public void close() {
        pool.meters().active(-1);
        drop();
    }

    @Override
    public void closeStale() {
        pool.stale(this);
        close();
    }

    long openedNanos() {
        return openedNanos;
    }

    /** Since when it is idle, or was before it was taken. */
    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** How long it had been idle when it was taken last; 0 if it never was. */
    long idledNanos() {
        return idledNanos;
    }

    void taken(long nowNanos) {
        reused = true;
        idledNanos = nowNanos - idleSinceNanos;
        idleDeadline.disarm();
    }

    /** Nobody uses it, since then, and for so long at the most. */
    void idle(long sinceNanos, long keepNanos) {
        stream.listener(this);
        idleSinceNanos = sinceNanos;
        idleDeadline.at(sinceNanos + keepNanos);
    }

    /** Closes the connection and gives back its place at the endpoint. */
    void drop() {
        idleDeadline.cancel();
        stream.close();
        pool.endpoint().disconnected();
    }

    @Override
    public void onResponseHead(ResponseHead head) {
        pool.evict(this);
    }

    @Override
    public void onResponseBody(ByteBuf data) {
        data.release();
        pool.evict(this);
    }

    @Override
    public void onResponseEnd(Trailers trailers) {
        pool.evict(this);
    }

    @Override
    public void onResponseBatchEnd() {
        // Nothing came that was not reported above.
    }

    @Override
    public void onBackendWritable() {
        // Nothing waits to be written.
    }

    @Override
    public void onRequestRefused() {
        pool.evict(this);
    }

    @Override
    public void onBackendGone(ProxyError why) {
        pool.closedByBackend(this);
    }
}
