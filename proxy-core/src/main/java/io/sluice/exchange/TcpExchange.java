package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import io.sluice.http.Method;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.pool.Connector;
import io.sluice.pool.Lease;
import io.sluice.pool.StreamPool;
import io.sluice.service.Endpoint;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.LiveExchanges;
import io.sluice.transport.AddressPair;
import io.sluice.transport.Closing;
import io.sluice.transport.Deadline;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;
import java.io.IOException;

/**
 * A connection from a client of a raw TCP listener: finds an endpoint that accepts, and is a tunnel from then on.
 * <em>Loop-confined.</em>
 *
 * <p>States: CONNECTING → TUNNELLING → OVER. The client is not read before there is somebody to take what it says; a FIN that
 * comes earlier is met then. What came behind a PROXY protocol header is held meanwhile, one read of it at the most.
 *
 * <p><em>Ownership</em>: bytes held, the endpoint's count, the connection being opened or leased. <em>Ends</em>: no endpoint
 * accepts, the client leaves, or the tunnel ends.
 */
public final class TcpExchange extends ChannelInboundHandlerAdapter
        implements Worker.Connection, StreamPool.Listener {
    private enum State { CONNECTING, TUNNELLING, OVER }

    private final SocketChannel channel;
    private final Worker worker;
    private final SocketReading reading;
    private final AddressPair addresses;
    private final Peer peer;
    private final Snapshot snapshot;
    private final TcpTarget target;
    private final Retries retries;
    private final ExchangeRecord record;
    private final Deadline deadline;
    private State state = State.CONNECTING;
    private Endpoint endpoint;
    private Connector.Attempt connecting;
    private long connectingSinceNanos;
    private Lease lease;
    private ByteBuf held;

    /** Creates the handler of an accepted channel, in the worker's loop; {@code reading} and the rest are its. */
    public TcpExchange(
            SocketChannel channel, Worker worker, ListenerFacts listener, SocketReading reading, AddressPair addresses,
            Peer peer) {
        this.channel = channel;
        this.worker = worker;
        this.reading = reading;
        this.addresses = addresses;
        this.peer = peer;
        this.snapshot = worker.snapshot(listener);
        this.target = snapshot.tcp(listener);
        this.retries = new Retries(target.budget(), target.retry());
        this.record = worker.record(listener, peer, worker.wheel().nowNanos());
        this.deadline = new Deadline(worker.wheel(), () -> failed(ProxyError.CONNECT_TIMEOUT));
        reading.pause();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Closing.separateEnds(channel);
        worker.begun();
        worker.opened(this);
        record.tcp();
        target.meters().begun();
        connect(null);
    }

    private void connect(Endpoint failed) {
        long key = target.service().key(null, addresses.source().getAddress());
        endpoint = target.service().enter(failed, key);
        if (endpoint == null) {
            // Nobody waits here: a client that is reset at once can go elsewhere.
            end(target.service().pick(failed, key) == null ? target.service().nobody() : ProxyError.QUEUE_FULL);
            return;
        }
        record.attempt(target.service().name(), endpoint.text());
        connectingSinceNanos = worker.wheel().nowNanos();
        record.attempting(connectingSinceNanos);
        deadline.at(connectingSinceNanos + snapshot.deadlines().connectNanos());
        Connector.Attempt opening = worker.pools().of(target.service(), endpoint).connect(this);
        if (opening != null) {
            connecting = opening;
        }
    }

    @Override
    public AddressPair addresses() {
        return addresses;
    }

    @Override
    public void onNotLeased(ProxyError why) {
        connecting = null;
        failed(why);
    }

    /** The attempt came to nothing: makes another, or gives up. */
    private void failed(ProxyError why) {
        Endpoint tried = endpoint;
        target.service().failed(tried, why);
        leave();
        if (retries.allowCounted(why, Method.OTHER, target.service(), target.meters())) {
            connect(tried);
        } else {
            end(why);
        }
    }

    @Override
    public void onLeased(Lease opened) {
        connecting = null;
        lease = opened;
        target.service().answered(endpoint, 0);
        state = State.TUNNELLING;
        deadline.cancel();
        long now = worker.wheel().nowNanos();
        record.connected(false, now - connectingSinceNanos);
        record.leased(now);
        record.response(0, now - record.startedNanos());
        ServiceConfig service = target.service().config();
        if (service.proxyProtocol() != ProxyProtocol.OFF) {
            lease.stream().introduce(new ProxyHeader(service.proxyProtocol(), addresses));
        }
        RawSocket backend = lease.stream().detach();
        channel.pipeline().remove(this);
        RawSocket client = new RawSocket(channel, reading, held);
        held = null;
        Tunnelling tunnelling = new Tunnelling(worker, record, peer, endpoint, this::over);
        tunnelling.enter();
        worker.closed(this);
        tunnelling.begin(client, backend, snapshot.config().zeroCopy(), service.zeroCopy(),
                snapshot.deadlines().tunnelNanos());
    }

    // ---- what the channel reports, until it is a tunnel's ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (state != State.CONNECTING) {
            in.release();
        } else if (held == null) {
            held = in;
        } else {
            ByteBuf both = channel.alloc().directBuffer(held.readableBytes() + in.readableBytes());
            both.writeBytes(held).writeBytes(in);
            held.release();
            in.release();
            held = both;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(ProxyError.CLIENT_GONE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof SocketReading.NotRead why)) {
            end(cause instanceof IOException ? ProxyError.CLIENT_GONE : ProxyError.INTERNAL);
        } else if (why.paused() && reading.peerReset()) {
            end(ProxyError.CLIENT_GONE);
        }
    }

    // ---- endings ----

    @Override
    public void show(LiveExchanges to) {
        LiveView.show(record, peer.addressText(), null, null, to);
    }

    @Override
    public void drain() {
        // As a tunnel's.
    }

    @Override
    public void abandon() {
        end(ProxyError.SHUTTING_DOWN);
    }

    /** There is to be no tunnel: a reset is what a client gets where nobody listens. */
    private void end(ProxyError why) {
        if (state != State.CONNECTING) {
            return;
        }
        if (held != null) {
            held.release();
            held = null;
        }
        over(why);
        worker.closed(this);
        Closing.reset(channel);
    }

    private void over(ProxyError why) {
        state = State.OVER;
        deadline.cancel();
        leave();
        retries.over();
        record.ended(why, worker.wheel().nowNanos());
        target.meters().ended(record);
        worker.ended(record);
    }

    private void leave() {
        if (connecting != null) {
            connecting.cancel();
            connecting = null;
        }
        if (lease != null) {
            lease.close();
            lease = null;
        }
        if (endpoint != null) {
            target.service().left(endpoint);
            endpoint = null;
        }
    }
}
