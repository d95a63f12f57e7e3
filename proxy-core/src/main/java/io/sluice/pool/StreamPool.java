package io.sluice.pool;

import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.telemetry.PoolMeters;
import io.sluice.transport.AddressPair;
import java.util.Objects;

/**
 * Where the exchanges of one event loop get streams to one endpoint. <em>Loop-confined.</em> An {@link EndpointPool} has
 * connections that carry one request at a time, a {@link SharedPool} such that carry many.
 */
public abstract sealed class StreamPool permits EndpointPool, SharedPool {
    private final Endpoint endpoint;
    private final BackendPools pools;
    private final PoolMeters meters;
    private Service service;
    private int idleMax;

    StreamPool(Service service, Endpoint endpoint, BackendPools pools, int idleMax) {
        this.service = service;
        this.endpoint = endpoint;
        this.pools = pools;
        this.meters = pools.metrics().pool(service.name());
        this.idleMax = idleMax;
    }

    /** Who is told how {@link #connect} ended. */
    public interface Listener {
        /** There is a stream; the listener owns the lease, and must release or close it. */
        void onLeased(Lease lease);

        /** There is none. */
        void onNotLeased(ProxyError why);

        /** As {@link Connector.Listener#addresses}. */
        default AddressPair addresses() {
            return null;
        }
    }

    /** Where a request with this head gets its stream: here, or, if it may become a tunnel, where connections carry it alone. */
    public abstract StreamPool carrying(RequestHead head);

    /** A stream that can be had at once, or null; the caller owns the lease, and must release or close it. */
    public abstract Lease takeIdle();

    /**
     * Opens a connection for a stream, or awaits one that is being opened.
     *
     * @return to give up; null if the outcome was reported during this call
     */
    public abstract Connector.Attempt connect(Listener listener);

    /** Connections that wait for a request. */
    abstract int idle();

    /** Closes what is idle. */
    abstract void closeIdle();

    /** Whether its connections are as this service would have opened them. */
    final boolean serves(Service other) {
        return other == service
                || other.name().equals(service.name())
                        && other.config().pool().equals(service.config().pool())
                        && other.config().socket().equals(service.config().socket())
                        && Objects.equals(other.config().tls(), service.config().tls())
                        && other.config().protocol() == service.config().protocol()
                        && other.config().http2().equals(service.config().http2())
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
        closeIdle();
    }

    /** Whether nobody is going to ask for its connections: an endpoint that is drained keeps only the clients of sessions. */
    final boolean deserted() {
        return endpoint.drained() && service.sticky() == null;
    }

    /** The idle connections it may keep. */
    final int idleMax() {
        return idleMax;
    }

    final Service service() {
        return service;
    }

    final Endpoint endpoint() {
        return endpoint;
    }

    final BackendPools pools() {
        return pools;
    }

    final PoolMeters meters() {
        return meters;
    }
}
