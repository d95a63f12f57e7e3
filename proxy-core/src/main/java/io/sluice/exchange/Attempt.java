package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.exchange.ExchangeState.Request;
import io.sluice.exchange.ExchangeState.Response;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import io.sluice.config.StatusRange;
import io.sluice.http.BodyFraming;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.pool.Connector;
import io.sluice.pool.Lease;
import io.sluice.pool.StreamPool;
import io.sluice.relay.BodyRelay;
import io.sluice.service.CircuitBreaker;
import io.sluice.service.Endpoint;
import io.sluice.stream.BackendListener;
import io.sluice.stream.ClientStream;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.transport.AddressPair;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading.Pace;

/**
 * One attempt of an exchange at one endpoint: gets a connection, sends the head, carries the relays of both bodies, and
 * tells its exchange what the backend says. <em>Loop-confined.</em>
 *
 * <p><em>Ownership</em>: the endpoint's count, and the connection, being opened or leased. <em>Ends</em>: {@link #leave},
 * by whoever gives up on it; or the response's end, which gives the connection back.
 */
final class Attempt implements StreamPool.Listener, BackendListener, BodyRelay.Watch {
    private static final int INTERIM_RESPONSES_MAX = 16;

    private final Exchange exchange;
    private final Worker worker;
    private final ExchangeState state;
    private final ExchangeDeadlines deadlines;
    private final ExchangeRecord record;
    private final ClientStream client;
    private final Endpoint endpoint;
    private Connector.Attempt connecting;
    private long connectingSinceNanos;
    private Lease lease;
    private BodyRelay request;
    private BodyRelay response;
    private int interimResponses;
    /** Whether the backend takes no more of the request. */
    private boolean refused;
    /** Of the service's breaker; {@link CircuitBreaker#REFUSED} where there is none, or it knows what came of it. */
    private int pass;
    private boolean duplex;
    private boolean over;

    /** Takes over the count of a request to the endpoint, and the breaker's pass. */
    Attempt(Exchange exchange, Worker worker, ClientStream client, Endpoint endpoint, int pass) {
        this.exchange = exchange;
        this.worker = worker;
        this.state = exchange.state;
        this.deadlines = exchange.deadlines();
        this.record = exchange.record;
        this.client = client;
        this.endpoint = endpoint;
        this.pass = pass;
        record.attempting(worker.wheel().nowNanos());
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Whether there is a connection. */
    boolean connected() {
        return lease != null;
    }

    /** Moves the request body; null until there is a connection. */
    BodyRelay request() {
        return request;
    }

    /** Moves the response body; null until there is a connection. */
    BodyRelay response() {
        return response;
    }

    /** Whether another attempt would tell the client nothing twice, and the backends no body twice. */
    boolean replayable() {
        // Of an aborted request the body was not read.
        return state.response() == Response.AWAITING && interimResponses == 0
                && state.request() != Request.ABORTED
                && (request == null || request.bytes() == 0 || exchange.held.keeps());
    }

    /**
     * Sets it going.
     *
     * @param fresh never by an idle connection: a new one can't be stale
     */
    void start(StreamPool pool, boolean fresh) {
        Lease idle = fresh ? null : pool.takeIdle();
        if (idle != null) {
            record.connected(true, 0);
            begin(idle, exchange.queued != null);
            return;
        }
        connectingSinceNanos = worker.wheel().nowNanos();
        deadlines.connecting();
        connecting = pool.connect(this);
    }

    @Override
    public void onLeased(Lease opened) {
        connecting = null;
        record.connected(false, worker.wheel().nowNanos() - connectingSinceNanos);
        begin(opened, true);
    }

    @Override
    public void onNotLeased(ProxyError why) {
        connecting = null;
        exchange.onAttemptFailed(why);
    }

    @Override
    public AddressPair addresses() {
        return client.addresses();
    }

    private void begin(Lease leased, boolean later) {
        lease = leased;
        duplex = leased.stream().duplex();
        record.leased(worker.wheel().nowNanos());
        leased.stream().listener(this);
        request = new BodyRelay(client, BodyChange.of(exchange, leased.stream(), worker));
        response = new BodyRelay(leased.stream(), client);
        exchange.onConnected(later);
    }

    /**
     * Sends the request's head; it leaves with the next flush.
     *
     * @param protocol with which header the connection, which is new then, says whom it is for
     */
    void send(RequestHead head, ProxyProtocol protocol) {
        if (protocol != ProxyProtocol.OFF) {
            lease.stream().introduce(new ProxyHeader(protocol, client.addresses()));
        }
        if (head.framing() != BodyFraming.NONE) {
            chooseRequestRelay();
        }
        lease.stream().head(record.traced(head));
    }

    private void chooseRequestRelay() {
        RelayChoice.of(exchange, exchange.head, endpoint, client, lease.stream(), worker).begin(request, client, this);
    }

    /** What is sent of the request is kept no longer: the rest may cross as that of any other, or is nobody's. */
    void onBodyLetGo() {
        if (refused) {
            abandonRequest();
        } else {
            chooseRequestRelay();
        }
    }

    /** Flushes what came of the request, and stops reading it while the backend has enough. */
    void requestBatchEnd() {
        BodyRelay.Splice splice = request.batchEnd();
        if (over || state.request() != Request.READING) {
            // The write failed at once: what came of that has its own deadlines.
            return;
        }
        if (RelayNote.instead(splice) != null) {
            client.pace(Pace.LONG);
        }
        deadlines.requestMoved(request.blocked(), state.response(), duplex);
    }

    /** Whether the request goes on after the response has begun. */
    boolean duplex() {
        return duplex;
    }

    /** Ends the request; all that waits of it leaves. */
    void endRequest(Trailers trailers) {
        record.sent(worker.wheel().nowNanos());
        request.end(trailers);
        if (over) {
            // As above; perhaps another attempt is on already.
            return;
        }
        if (state.response() == Response.AWAITING) {
            deadlines.answerExpected();
        } else {
            deadlines.requestOver();
        }
    }

    // ---- what the backend says ----

    @Override
    public void onResponseHead(ResponseHead head) {
        if (pass != CircuitBreaker.REFUSED && (!head.interim() || head.status() == 101)) {
            judge(head.status(), null);
        }
        if (!head.interim()) {
            exchange.service.answered(endpoint, head.status());
            if (exchange.service.timed() && state.request() == Request.READ) {
                // Since the endpoint could answer: it had the whole request.
                long now = worker.wheel().nowNanos();
                endpoint.latency().add(now - record.startedNanos() - record.sentNanos(), now);
            }
            if (StatusRange.anyHolds(exchange.route.retry().statuses(), head.status())
                    && exchange.retrying().drops(head, this)) {
                lease.stream().listener(new DroppedAnswer(this));
            } else {
                exchange.onResponse(head);
            }
        } else if (head.status() == 101) {
            exchange.service.answered(endpoint, head.status());
            exchange.onSwitched(head);
        } else if (++interimResponses > INTERIM_RESPONSES_MAX) {
            exchange.fail(ProxyError.TOO_MANY_INTERIM_RESPONSES);
        } else {
            exchange.onInterim(head);
        }
    }

    /** The connection, without any protocol from here on; its lease stays with this attempt. */
    RawSocket detach() {
        return lease.stream().detach();
    }

    /** Decides how the body of this response crosses, and notes why. */
    void chooseRelay(ResponseHead head) {
        if (head.framing() == BodyFraming.NONE) {
            return;
        }
        RelayChoice choice = RelayChoice.of(exchange, head, endpoint, lease.stream(), client, worker);
        record.relay(ExchangeRecord.Relay.COPIED, choice.reason());
        choice.begin(response, lease.stream(), this);
    }

    @Override
    public void onMismatch() {
        if (endpoint.mismatched()) {
            worker.pipes().disarmed(endpoint.text());
        }
        // The connection is in the midst of a read or a write: it is closed behind that.
        worker.loop().execute(() -> {
            if (state.phase() != Phase.DONE) {
                exchange.fail(ProxyError.SPLICE_MISMATCH);
            }
        });
    }

    @Override
    public void onResponseBody(ByteBuf data) {
        response.body(data);
    }

    @Override
    public void onResponseBatchEnd() {
        if (state.response() != Response.SENDING) {
            return;
        }
        boolean wasBlocked = response.blocked();
        BodyRelay.Splice splice = response.batchEnd();
        if (over) {
            // The write failed at once.
            return;
        }
        RelayNote.enter(splice, record, lease.stream());
        if (!response.blocked()) {
            deadlines.responseExpected();
        } else if (!wasBlocked) {
            deadlines.clientExpected();
        }
    }

    /** The client takes more again. */
    void onClientWritable() {
        if (lease != null && response.blocked()) {
            response.writable();
            if (!response.blocked()) {
                deadlines.responseExpected();
            }
        }
    }

    @Override
    public void onResponseEnd(Trailers trailers) {
        giveBack(true);
        exchange.onResponseEnded(trailers);
    }

    /** The answer is not passed on; {@code whole} = it was read to its end. */
    void onAnswerDropped(boolean whole) {
        giveBack(whole);
        exchange.retrying().go(endpoint);
    }

    private void giveBack(boolean whole) {
        Lease done = lease;
        lease = null;
        if (whole && state.request() == Request.READ) {
            done.release();
        } else {
            done.close();
        }
        leave(null);
    }

    @Override
    public void onBackendWritable() {
        if (request.blocked()) {
            request.writable();
            if (state.request() == Request.READING) {
                deadlines.requestMoved(false, state.response(), duplex);
            }
        }
    }

    @Override
    public void onRequestRefused() {
        // It may have answered before it stopped reading (RFC 9112 §9.3): what it said is still to come, or its end.
        refused = true;
        if (state.request() == Request.READING && exchange.held.keeps()) {
            // It is read on, as another attempt may need it.
            onBackendWritable();
        } else if (state.request() == Request.READING) {
            abandonRequest();
        }
    }

    private void abandonRequest() {
        state.request(Request.ABORTED);
        request.leave();
        request.writable();
        if (state.response() == Response.AWAITING) {
            deadlines.backendExpected();
        } else {
            deadlines.requestOver();
        }
    }

    @Override
    public void onBackendGone(ProxyError why) {
        boolean silent = state.response() == Response.AWAITING && interimResponses == 0
                && (why == ProxyError.BACKEND_CLOSED || why == ProxyError.BACKEND_RESET);
        if (silent && lease.reused()) {
            Lease dead = lease;
            lease = null;
            dead.closeStale();
            exchange.onAttemptFailed(ProxyError.REUSED_CONNECTION_CLOSED);
        } else {
            exchange.onAttemptFailed(why);
        }
    }

    /** Enters into the record what its relays moved, and whom they waited for; returns the bytes of the response's body. */
    long note() {
        return response == null ? 0 : RelayNote.enterAll(request, response, record);
    }

    /** Tells the breaker what came of it. */
    private void judge(int status, ProxyError why) {
        exchange.service.breaker().ended(pass, CircuitBreaker.outcome(status, why), worker.wheel().nowNanos());
        pass = CircuitBreaker.REFUSED;
    }

    /** Gives back all it owns, closing what is not finished; idempotent. Without a reason it is complete. */
    void leave(ProxyError why) {
        if (request != null) {
            request.leave();
            response.leave();
        }
        if (connecting != null) {
            connecting.cancel();
            connecting = null;
        }
        if (lease != null) {
            lease.close();
            lease = null;
        }
        if (!over) {
            over = true;
            record.left(why, worker.wheel().nowNanos());
            if (pass != CircuitBreaker.REFUSED) {
                judge(0, why);
            }
            exchange.service.left(endpoint);
        }
    }
}
