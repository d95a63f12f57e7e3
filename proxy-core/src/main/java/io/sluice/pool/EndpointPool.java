package io.sluice.pool;

import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.BackendStream;
import io.sluice.telemetry.PoolMeters;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one event loop to one endpoint. The idle one used last is taken first: the rest age out.
 * <em>Loop-confined.</em>
 */
public final class EndpointPool {
    /** How much earlier than the backend says it closes an idle connection we stop using it. */
    private static final long KEEP_ALIVE_MARGIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Endpoint endpoint;
    private final BackendPools pools;
    private final PoolMeters meters;
    private final ArrayDeque<Lease> idle = new ArrayDeque<>();
    private final long idleNanos;
    private final long maxAgeNanos;
    private Service service;
    private int idleMax;

    EndpointPool(Service service, Endpoint endpoint, BackendPools pools, int idleMax) {
        PoolConfig config = service.config().pool();
        this.service = service;
        this.endpoint = endpoint;
        this.pools = pools;
        this.meters = pools.metrics().pool(service.name());
        this.idleMax = idleMax;
        this.idleNanos = config.idleTimeout().toNanos();
        this.maxAgeNanos = config.maxAge().isZero() ? Long.MAX_VALUE : config.maxAge().toNanos();
    }

    /** Who is told how {@link #connect} ended. */
    public interface Listener {
        /** There is a connection; the listener owns the lease, and must release or close it. */
        void onLeased(Lease lease);

        /** There is none. */
        void onNotLeased(ProxyError why);
    }

    /** An idle connection, or null; the caller owns the lease, and must release or close it. */
    public Lease takeIdle() {
        Lease lease;
        while ((lease = idle.pollLast()) != null) {
            meters.idle(-1);
            if (!tooOld(lease)) {
                lease.taken();
                meters.reused();
                meters.active(1);
                return lease;
            }
            lease.drop();
        }
        return null;
    }

    /**
     * Opens a connection.
     *
     * @return to give up; null if the outcome was reported during this call
     */
    public Connector.Attempt connect(Listener listener) {
        if (!endpoint.connecting(service.config().pool().maxPerEndpoint())) {
            listener.onNotLeased(ProxyError.POOL_EXHAUSTED);
            return null;
        }
        Opening opening = new Opening(listener);
        opening.attempt = pools.connector().connect(service, endpoint, opening);
        return opening.over ? null : opening;
    }

    /** Whether its connections are as this service would have opened them. */
    boolean serves(Service other) {
        return other == service
                || other.name().equals(service.name())
                        && other.config().pool().equals(service.config().pool())
                        && other.config().socket().equals(service.config().socket())
                        && other.config().proxyProtocol() == service.config().proxyProtocol();
    }

    /** Goes on for this service, which took the place of the one before; false if it does not serve it. */
    boolean adopt(Service successor) {
        boolean same = serves(successor);
        if (same) {
            service = successor;
        }
        return same;
    }

    /** Closes what is idle, and keeps nothing from now on. */
    void retire() {
        idleMax = 0;
        Lease lease;
        while ((lease = idle.pollLast()) != null) {
            meters.idle(-1);
            lease.drop();
        }
    }

    /** Takes a lease back: keeps its connection if it may be used again. */
    void release(Lease lease) {
        meters.active(-1);
        long keep = keepNanos(lease.stream());
        if (idle.size() >= idleMax || keep <= 0 || !lease.stream().reusable() || tooOld(lease)) {
            lease.drop();
            return;
        }
        idle.addLast(lease);
        meters.idle(1);
        lease.idleUntil(pools.wheel().nowNanos() + keep);
    }

    private boolean tooOld(Lease lease) {
        return maxAgeNanos != Long.MAX_VALUE && pools.wheel().nowNanos() - lease.openedNanos() >= maxAgeNanos;
    }

    private long keepNanos(BackendStream stream) {
        long said = stream.keepAliveNanos();
        return said < 0 ? idleNanos : Math.min(idleNanos, said - KEEP_ALIVE_MARGIN_NANOS);
    }

    /** An idle connection's time is over, or its backend closed it or sent something nobody asked for. */
    void evict(Lease lease) {
        if (idle.remove(lease)) {
            meters.idle(-1);
        }
        lease.drop();
    }

    PoolMeters meters() {
        return meters;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** A connection on its way: it counts against the endpoint's limit from the beginning. */
    private final class Opening implements Connector.Listener, Connector.Attempt {
        private final Listener listener;
        private Connector.Attempt attempt;
        private boolean over;

        private Opening(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onConnected(BackendStream stream) {
            over = true;
            meters.created();
            meters.active(1);
            listener.onLeased(new Lease(EndpointPool.this, stream, pools.wheel()));
        }

        @Override
        public void onConnectFailed(ProxyError why) {
            over = true;
            endpoint.disconnected();
            listener.onNotLeased(why);
        }

        @Override
        public void cancel() {
            if (!over) {
                over = true;
                attempt.cancel();
                endpoint.disconnected();
            }
        }
    }
}
