package io.sluice.pool;

import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.service.Endpoint;
import io.sluice.service.IdleTime;
import io.sluice.service.Service;
import io.sluice.stream.BackendStream;
import io.sluice.transport.AddressPair;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one event loop to one endpoint that carry one request at a time. The idle one used last is taken first:
 * the rest age out. <em>Loop-confined.</em>
 */
public final class EndpointPool extends StreamPool {
    /** A connection that dies later than this after it was taken did not die of having been idle. */
    private static final long STALE_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ArrayDeque<PooledConnection> idle = new ArrayDeque<>();
    private final long idleNanos;
    private final long maxAgeNanos;
    /** What is learned of the backend; null = nothing is. */
    private final IdleTime learned;
    private final boolean watches;
    /** No longer for reuse, kept open to see when the backend closes it; null = none. Counts as idle. */
    private PooledConnection watched;

    EndpointPool(Service service, Endpoint endpoint, BackendPools pools, int idleMax) {
        super(service, endpoint, pools, idleMax);
        PoolConfig config = service.config().pool();
        this.idleNanos = config.idleTimeout().toNanos();
        this.maxAgeNanos = config.maxAge().isZero() ? Long.MAX_VALUE : config.maxAge().toNanos();
        this.learned = config.learnIdleTimeout() ? endpoint.idleTime() : null;
        // Where connections are counted out, none is kept for anything but requests.
        this.watches = config.learnIdleTimeout() && config.maxPerEndpoint() == Integer.MAX_VALUE;
    }

    @Override
    public Lease takeIdle() {
        PooledConnection lease;
        while ((lease = idle.pollLast()) != null) {
            if (idleTooLong(lease)) {
                restOrDrop(lease);
                continue;
            }
            meters().idle(-1);
            if (!tooOld(lease)) {
                lease.taken(pools().wheel().nowNanos());
                meters().reused();
                meters().active(1);
                return lease;
            }
            lease.drop();
        }
        return null;
    }

    @Override
    public Connector.Attempt connect(Listener listener) {
        if (!endpoint().connecting(service().config().pool().maxPerEndpoint())) {
            listener.onNotLeased(ProxyError.POOL_EXHAUSTED);
            return null;
        }
        Opening opening = new Opening(listener);
        opening.attempt = pools().connector().connect(service(), endpoint(), opening);
        return opening.over ? null : opening;
    }

    @Override
    public StreamPool carrying(RequestHead head) {
        return this;
    }

    /** The first use of a connection that was just opened, and is counted at the endpoint; takes it. */
    Lease opened(BackendStream stream) {
        meters().created();
        meters().active(1);
        return new PooledConnection(this, stream, pools().wheel());
    }

    @Override
    int idle() {
        return idle.size();
    }

    @Override
    void closeIdle() {
        PooledConnection lease;
        while ((lease = idle.pollLast()) != null) {
            meters().idle(-1);
            lease.drop();
        }
        if (watched != null) {
            evict(watched);
        }
    }

    /** Takes a lease back: keeps its connection if it may be used again. */
    void release(PooledConnection lease) {
        meters().active(-1);
        long now = pools().wheel().nowNanos();
        if (learned != null) {
            learned.said(lease.stream().keepAliveNanos());
            if (lease.idledNanos() >= learned.refutesFromNanos()) {
                learned.survived(lease.idledNanos(), now);
            }
        }
        long keep = keepNanos(lease.stream(), now);
        if (idle.size() >= idleMax() || keep <= 0 || !lease.stream().reusable() || tooOld(lease) || deserted()) {
            lease.drop();
            return;
        }
        idle.addLast(lease);
        meters().idle(1);
        lease.idle(now, keep);
    }

    private boolean tooOld(PooledConnection lease) {
        return maxAgeNanos != Long.MAX_VALUE && pools().wheel().nowNanos() - lease.openedNanos() >= maxAgeNanos;
    }

    /** Whether it has been idle for longer than is safe by now: what is learned may be newer than its deadline. */
    private boolean idleTooLong(PooledConnection lease) {
        if (learned == null) {
            return false;
        }
        long now = pools().wheel().nowNanos();
        return now - lease.idleSinceNanos() > learned.limitNanos(now);
    }

    private long keepNanos(BackendStream stream, long nowNanos) {
        long unlearned = unlearnedNanos(stream);
        return learned == null ? unlearned : Math.min(unlearned, learned.limitNanos(nowNanos));
    }

    /** How long it may be idle by configuration and by what its backend says. */
    private long unlearnedNanos(BackendStream stream) {
        long said = stream.keepAliveNanos();
        return said < 0 ? idleNanos : Math.min(idleNanos, IdleTime.limitOfSaid(said));
    }

    /** An idle connection's time is over. */
    void expired(PooledConnection lease) {
        if (lease == watched) {
            long now = pools().wheel().nowNanos();
            learned.outlived(now - lease.idleSinceNanos(), now);
            evict(lease);
        } else if (idle.remove(lease)) {
            restOrDrop(lease);
        }
    }

    /** It is not for reuse any more: shows how long the backend keeps it, if that is worth knowing and nothing else does; else ends. */
    private void restOrDrop(PooledConnection lease) {
        long watchNanos = watches && watched == null ? learned.watchNanos() : 0;
        long idledNanos = pools().wheel().nowNanos() - lease.idleSinceNanos();
        long until = Math.min(watchNanos, unlearnedNanos(lease.stream()));
        if (until > idledNanos) {
            watched = lease;
            lease.idle(lease.idleSinceNanos(), until);
        } else {
            meters().idle(-1);
            lease.drop();
        }
    }

    /** The backend closed an idle connection, or sent something nobody asked for, as some do before they close. */
    void closedByBackend(PooledConnection lease) {
        if (learned != null) {
            long now = pools().wheel().nowNanos();
            learned.closed(now - lease.idleSinceNanos(), now);
        }
        evict(lease);
    }

    /** A connection taken again was dead. */
    void stale(PooledConnection lease) {
        meters().stale();
        long now = pools().wheel().nowNanos();
        if (learned != null && now - lease.idleSinceNanos() - lease.idledNanos() <= STALE_WITHIN_NANOS) {
            learned.stale(lease.idledNanos(), now);
        }
    }

    /** An idle connection ends. */
    void evict(PooledConnection lease) {
        if (idle.remove(lease) || lease == watched) {
            watched = lease == watched ? null : watched;
            meters().idle(-1);
        }
        lease.drop();
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
            listener.onLeased(opened(stream));
        }

        @Override
        public AddressPair addresses() {
            return listener.addresses();
        }

        @Override
        public void onConnectFailed(ProxyError why) {
            over = true;
            endpoint().disconnected();
            listener.onNotLeased(why);
        }

        @Override
        public void cancel() {
            if (!over) {
                over = true;
                attempt.cancel();
                endpoint().disconnected();
            }
        }
    }
}
