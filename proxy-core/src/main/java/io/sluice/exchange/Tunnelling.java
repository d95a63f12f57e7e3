package io.sluice.exchange;

import io.sluice.config.ZeroCopyConfig;
import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.exchange.ExchangeState.Request;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Upgrade;
import io.sluice.linux.Pipes;
import io.sluice.relay.BodyRelay;
import io.sluice.relay.SocketEnd;
import io.sluice.relay.Tunnel;
import io.sluice.relay.TunnelTerms;
import io.sluice.route.Action;
import io.sluice.service.Endpoint;
import io.sluice.stream.ClientStream;
import io.sluice.stream.TunnelEnd;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.LiveExchanges;
import io.sluice.transport.RawSocket;

/**
 * A tunnel as the rest of the proxy sees it, whether a request's upgrade or a raw connection became one: a client connection
 * of the worker that no drain closes before its time is over, and a record. <em>Loop-confined.</em> <em>Ends</em> with the
 * tunnel; whoever made it is told last.
 */
final class Tunnelling implements Worker.Connection, Tunnel.Listener, BodyRelay.Watch {
    private final Worker worker;
    private final ExchangeRecord record;
    private final Peer peer;
    private final Endpoint endpoint;
    private final Tunnel.Listener owner;
    private Tunnel tunnel;
    private String reason;

    /**
     * Creates it.
     *
     * @param owner told of the end, when the record has what the tunnel learnt
     */
    Tunnelling(Worker worker, ExchangeRecord record, Peer peer, Endpoint endpoint, Tunnel.Listener owner) {
        this.worker = worker;
        this.record = record;
        this.peer = peer;
        this.endpoint = endpoint;
        this.owner = owner;
    }

    /**
     * Whether no tunnel can come of an extended CONNECT: an answer of ours would say that it is open. Null where it can, or where
     * what is answered is no success.
     */
    static ProxyError refused(Exchange exchange) {
        boolean possible = switch (exchange.route.action()) {
            case Action.Forward _ -> exchange.service.config().protocol().switches();
            case Action.Answer _, Action.Files _ -> false;
            case Action.Refuse _, Action.ToHttps _ -> true;
        };
        return possible ? null : ProxyError.CONNECT_UNSUPPORTED;
    }

    /**
     * Passes a 101 on to the client, and has both sides of the exchange speak what was agreed; fails the exchange if nobody had
     * asked for that.
     */
    static void begin(Exchange exchange, Worker worker, ResponseHead response, Tunnel.Listener owner) {
        String agreed = exchange.state.request() == Request.READ ? Upgrade.agreed(exchange.head, response) : "";
        if (agreed.isEmpty()) {
            exchange.fail(ProxyError.UNREQUESTED_UPGRADE);
            return;
        }
        exchange.state.phase(Phase.TUNNELLING);
        exchange.deadlines().cancel();
        ExchangeRecord record = exchange.record;
        ClientStream client = exchange.client;
        Attempt attempt = exchange.attempt;
        Admission.of(response, exchange.route, exchange.session, attempt.endpoint());
        if (exchange.head.extendedConnect()) {
            Upgrade.connect(response);
        } else {
            Upgrade.agree(response, agreed);
        }
        record.response(response.status(), worker.wheel().nowNanos() - record.startedNanos());
        client.head(response);
        record.headSent(worker.wheel().nowNanos());
        Tunnelling tunnelling = new Tunnelling(worker, record, client.peer(), attempt.endpoint(), owner);
        tunnelling.enter();
        ZeroCopyConfig zeroCopy = exchange.route.zeroCopy();
        boolean allowed = exchange.service.config().zeroCopy();
        long idleNanos = exchange.route.deadlines().tunnelNanos();
        TunnelEnd stream = client.tunnelEnd();
        if (stream == null) {
            tunnelling.begin(client.detach(), attempt.detach(), zeroCopy, allowed, idleNanos);
        } else {
            tunnelling.reason = zeroCopy.enabled() && allowed ? "http2" : "disabled";
            tunnelling.begin(stream, new SocketEnd(attempt.detach()), zeroCopy, idleNanos);
        }
    }

    /** Counts as a connection from here on: to be called before the client's own is forgotten, or a drain would be over. */
    void enter() {
        record.tunnel();
        worker.opened(this);
    }

    /**
     * Sets the tunnel going; takes both sockets.
     *
     * @param zeroCopy  what holds of bodies
     * @param allowed   false = it is copied, whatever that says
     * @param idleNanos how long nothing may cross
     */
    void begin(RawSocket client, RawSocket backend, ZeroCopyConfig zeroCopy, boolean allowed, long idleNanos) {
        Pipes pipes = worker.pipes();
        boolean plain = client.reading().plain() != null && backend.reading().plain() != null;
        if (!zeroCopy.enabled() || !allowed) {
            reason = "disabled";
        } else if (client.reading().isEncrypted() || backend.reading().isEncrypted()) {
            reason = "tls";
        } else if (pipes == null || !pipes.works() || !plain) {
            reason = "platform";
        } else if (!endpoint.splices()) {
            reason = "disarmed";
        } else {
            reason = "small";
        }
        begin(new SocketEnd(client), new SocketEnd(backend), zeroCopy, idleNanos);
    }

    private void begin(TunnelEnd client, TunnelEnd backend, ZeroCopyConfig zeroCopy, long idleNanos) {
        Pipes used = reason.equals("small") ? worker.pipes() : null;
        // What has brought half of it at once is expected to bring as much again.
        tunnel = new Tunnel(
                client, backend, new TunnelTerms(used, zeroCopy.threshold() / 2, idleNanos), worker.wheel(), this, this);
        tunnel.begin();
    }

    @Override
    public void show(LiveExchanges to) {
        if (tunnel != null) {
            LiveView.show(record, peer.addressText(), tunnel.toBackend(), tunnel.toClient(), to);
        }
    }

    @Override
    public void drain() {
        // It has until the drain's deadline: an upgraded stream knows no last response.
    }

    @Override
    public void abandon() {
        tunnel.cut(ProxyError.SHUTTING_DOWN);
    }

    @Override
    public void onMismatch() {
        if (endpoint.mismatched()) {
            worker.pipes().disarmed(endpoint.text());
        }
        // Its sockets are in the midst of a read or a write.
        worker.loop().execute(() -> tunnel.cut(ProxyError.SPLICE_MISMATCH));
    }

    @Override
    public void onTunnelEnded(ProxyError why) {
        note();
        owner.onTunnelEnded(why);
        worker.closed(this);
    }

    private void note() {
        BodyRelay toBackend = tunnel.toBackend();
        BodyRelay toClient = tunnel.toClient();
        RelayNote.enter(toBackend, toClient, record);
        record.bytes(toBackend.bytes() - toBackend.splicedBytes(), toClient.bytes());
        if (toBackend.splicedBytes() + toClient.splicedBytes() > 0) {
            record.relay(ExchangeRecord.Relay.SPLICED, "");
        } else {
            record.relay(ExchangeRecord.Relay.COPIED, tunnel.lackedPipe() ? "no_pipe" : reason);
        }
    }
}
