package io.sluice.pool;

import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.config.ServiceConfig.Protocol;
import io.sluice.http.HeaderName;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.BackendStream;
import io.sluice.transport.Deadline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one event loop to one endpoint that carry many streams at once. The first one with room is taken, so
 * that the others fall idle and age out; where none has room another is opened. Who comes while one is being opened waits for
 * it, as many as it may carry. <em>Loop-confined.</em>
 *
 * <p>Where the endpoint has the choice, a connection may turn out to carry one request at a time. As long as its choice is not
 * known, all wait for the first connection; if that serves only one of them, or its last choice was such, each has its own.
 */
public final class SharedPool extends StreamPool {
    /** A connection that takes longer than that, and that somebody gave up waiting for, is not waited for by more. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<Member> members = new ArrayList<>(2);
    /** The connections that carry one request at a time. */
    private final EndpointPool single;
    private final long idleNanos;
    private final long maxAgeNanos;
    private final int streamsMax;
    /** The connection that was begun last, while it is on its way; null = none is. */
    private Opening opening;
    private int idle;

    SharedPool(Service service, Endpoint endpoint, BackendPools pools, int idleMax) {
        super(service, endpoint, pools, idleMax);
        PoolConfig config = service.config().pool();
        this.idleNanos = config.idleTimeout().toNanos();
        this.maxAgeNanos = config.maxAge().isZero() ? Long.MAX_VALUE : config.maxAge().toNanos();
        this.streamsMax = service.config().http2().streams();
        this.single = new EndpointPool(service, endpoint, pools, idleMax);
    }

    @Override
    public StreamPool carrying(RequestHead head) {
        return chooses() && head.find(HeaderName.UPGRADE) >= 0 ? single : this;
    }

    /** Whether the protocol is left to the endpoint. */
    private boolean chooses() {
        return service().config().protocol() == Protocol.AUTO;
    }

    @Override
    public Lease takeIdle() {
        Lease stream = takeStream();
        // What was opened before it chose HTTP/2 can't carry what needs that, such as gRPC.
        return stream == null && endpoint().chosen() == Protocol.HTTP1 ? single.takeIdle() : stream;
    }

    /** A stream of a connection that has room; null = none has. */
    private Lease takeStream() {
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            if (member.connection.room() > 0 && !member.tooOld()) {
                return member.lease();
            }
        }
        return null;
    }

    @Override
    public Connector.Attempt connect(Listener listener) {
        // A stream that failed on one connection is as good as any other on the next; one that carries it alone may be stale.
        Lease lease = takeStream();
        if (lease != null) {
            listener.onLeased(lease);
            return null;
        }
        Waiter waiter = new Waiter(listener);
        await(waiter);
        return waiter.over ? null : waiter;
    }

    /** Waits for a connection that is being opened, or for one more. */
    private void await(Waiter waiter) {
        boolean alone = chooses() && endpoint().chosen() == Protocol.HTTP1;
        if (!alone && opening != null && opening.waiters.size() < streamsMax) {
            waiter.joins(opening);
            return;
        }
        if (!endpoint().connecting(service().config().pool().maxPerEndpoint())) {
            waiter.fails(ProxyError.POOL_EXHAUSTED);
            return;
        }
        Opening begun = new Opening();
        opening = alone ? opening : begun;
        waiter.joins(begun);
        begun.begin();
    }

    @Override
    int idle() {
        return idle + single.idle();
    }

    @Override
    boolean adopt(Service successor) {
        return super.adopt(successor) && single.adopt(successor);
    }

    @Override
    void retire() {
        single.retire();
        super.retire();
    }

    @Override
    void closeIdle() {
        single.closeIdle();
        for (Member member : List.copyOf(members)) {
            if (member.leased == 0) {
                member.leave();
            }
        }
    }

    /** A connection of the pool. */
    final class Member implements SharedConnection.Listener {
        private final SharedConnection connection;
        private final long openedNanos = pools().wheel().nowNanos();
        private final Deadline idleDeadline = new Deadline(pools().wheel(), this::leave);
        private int leased;
        private boolean used;
        private boolean counted;
        private boolean gone;

        private Member(SharedConnection connection) {
            this.connection = connection;
        }

        Endpoint endpoint() {
            return SharedPool.this.endpoint();
        }

        private Lease lease() {
            if (leased++ == 0) {
                countedIdle(false);
                idleDeadline.disarm();
                meters().active(1);
            }
            if (used) {
                meters().reused();
            }
            SharedLease lease = new SharedLease(this, connection.stream(), used);
            used = true;
            return lease;
        }

        /** A stream of it is over. */
        void givenBack() {
            if (--leased > 0) {
                return;
            }
            meters().active(-1);
            if (gone) {
                return;
            }
            if (idle >= idleMax() || idleNanos <= 0 || connection.leaving() || tooOld() || deserted()) {
                leave();
            } else {
                countedIdle(true);
                idleDeadline.at(pools().wheel().nowNanos() + idleNanos);
            }
        }

        void stale() {
            meters().stale();
        }

        private boolean tooOld() {
            return maxAgeNanos != Long.MAX_VALUE && pools().wheel().nowNanos() - openedNanos >= maxAgeNanos;
        }

        private void countedIdle(boolean now) {
            if (counted != now) {
                counted = now;
                idle += now ? 1 : -1;
                meters().idle(now ? 1 : -1);
            }
        }

        /** It is not for use any more: it closes when its streams are over. */
        private void leave() {
            forget();
            connection.close();
        }

        @Override
        public void onLeaving() {
            if (leased == 0) {
                leave();
            }
        }

        @Override
        public void onClosed() {
            forget();
        }

        private void forget() {
            if (!gone) {
                gone = true;
                members.remove(this);
                countedIdle(false);
                idleDeadline.cancel();
                endpoint().disconnected();
            }
        }
    }

    /** A connection on its way, and who waits for it. It counts against the endpoint's limit from the beginning. */
    private final class Opening implements SharedConnector.Listener {
        private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
        private final long begunNanos = pools().wheel().nowNanos();
        private Connector.Attempt attempt;
        private boolean over;

        private void begin() {
            Connector.Attempt begun = pools().shared().connect(service(), endpoint(), this);
            if (!over) {
                attempt = begun;
            }
        }

        /** It carries one request at a time. */
        @Override
        public void onConnected(BackendStream stream) {
            end();
            endpoint().chose(Protocol.HTTP1);
            waiters.poll().gets(single.opened(stream));
            while (!waiters.isEmpty()) {
                SharedPool.this.await(waiters.poll());
            }
        }

        @Override
        public void onConnected(SharedConnection connection) {
            end();
            endpoint().chose(Protocol.H2);
            meters().created();
            Member member = new Member(connection);
            members.add(member);
            connection.listener(member);
            boolean useless = connection.room() == 0;
            while (!waiters.isEmpty() && connection.room() > 0) {
                waiters.poll().gets(member.lease());
            }
            while (!waiters.isEmpty()) {
                // It carries fewer than we thought; where it carries none, another one would be no better.
                Waiter waiter = waiters.poll();
                if (useless) {
                    waiter.fails(ProxyError.POOL_EXHAUSTED);
                } else {
                    SharedPool.this.await(waiter);
                }
            }
            if (useless) {
                member.leave();
            }
        }

        @Override
        public void onConnectFailed(ProxyError why) {
            end();
            endpoint().disconnected();
            while (!waiters.isEmpty()) {
                waiters.poll().fails(why);
            }
        }

        private void end() {
            over = true;
            if (opening == this) {
                opening = null;
            }
        }

        private void left(Waiter waiter) {
            waiters.remove(waiter);
            if (opening == this && pools().wheel().nowNanos() - begunNanos >= PATIENCE_NANOS) {
                opening = null;
            }
            if (waiters.isEmpty() && !over) {
                end();
                attempt.cancel();
                endpoint().disconnected();
            }
        }
    }

    /** Who waits for a connection. */
    private static final class Waiter implements Connector.Attempt {
        private final Listener listener;
        private Opening awaited;
        private boolean over;

        private Waiter(Listener listener) {
            this.listener = listener;
        }

        private void joins(Opening opening) {
            awaited = opening;
            opening.waiters.add(this);
        }

        private void gets(Lease lease) {
            over = true;
            listener.onLeased(lease);
        }

        private void fails(ProxyError why) {
            over = true;
            listener.onNotLeased(why);
        }

        @Override
        public void cancel() {
            if (!over) {
                over = true;
                awaited.left(this);
            }
        }
    }
}
