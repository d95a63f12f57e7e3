package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.exchange.ExchangeState.Request;
import io.sluice.exchange.ExchangeState.Response;
import io.sluice.http.BodyFraming;
import io.sluice.http.HopByHop;
import io.sluice.http.MaxForwards;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.http.Upgrade;
import io.sluice.route.Action;
import io.sluice.route.Route;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.service.Session;
import io.sluice.stream.ClientListener;
import io.sluice.stream.ClientStream;
import io.sluice.telemetry.ExchangeMeters;
import io.sluice.telemetry.ExchangeRecord;

/**
 * One request and its response. Finds the route, gets a connection to an endpoint, lets a relay move each body, and ends
 * in exactly one way, which its record tells. <em>Loop-confined</em> to the client's event loop, where the backend
 * connection lives, too.
 *
 * <p>States and moves are in {@link ExchangeState}. What holds besides:
 * <ul>
 *   <li>An {@link Attempt} has a connection exactly while RELAYING and the response has not ended. Whoever leaves that
 *       phase makes the attempt give back what it owns.
 *   <li>Request body that arrives before there is a connection is held here, and the client is not read meanwhile: one
 *       read's worth at most. What is sent of it is kept while it may have to be sent again ({@link KeptBody}).
 *   <li>Until the response is SENDING a failure becomes an answer of ours, or another attempt; afterwards it ends the
 *       client's stream so that nobody takes the response for complete.
 *   <li>A 101 that was asked for makes it a {@link Tunnelling}: both streams are left, and only the tunnel's end follows.
 *   <li>A request body that nobody will read does not end the connection if it is short; else the response says close.
 * </ul>
 * <em>Ownership</em>: slices are handed on at once, or held and released by {@link #finish}. <em>Ends</em>: response sent
 * (well or with an error's answer), client gone, stream aborted; each through {@link #finish}.
 */
public final class Exchange implements ClientListener {
    private final Worker worker;
    final ClientStream client;
    final RequestHead head;
    final ListenerFacts listener;
    final Snapshot snapshot;
    final ExchangeRecord record;
    final ExchangeState state = new ExchangeState();
    final HeldBody held = new HeldBody();
    private ExchangeDeadlines deadlines;
    Route route;
    Service service;
    private ExchangeMeters meters;
    Attempt attempt;
    /** The wait for a place, if there ever was one. */
    Queued queued;
    /** Null where clients keep no endpoint. */
    Session session;
    /** Null where bodies stay as they are. */
    BodyChange change;
    /** What it knows of further attempts, if it ever came to need one. */
    private Retrying retrying;
    FileAnswer fileAnswer;
    long requestBytes;
    /** Body bytes of the answer made here; -1 = there is none. */
    long answerBytes = -1;
    private ProxyError failure;

    Exchange(Worker worker, ClientStream client, RequestHead head, ListenerFacts listener, long startedNanos) {
        this.worker = worker;
        this.client = client;
        this.head = head;
        this.listener = listener;
        this.snapshot = worker.snapshot(listener);
        this.record = worker.record(listener, client.peer(), startedNanos);
    }

    ExchangeDeadlines deadlines() {
        return deadlines;
    }

    // ---- the way in: route, filters, endpoint, connection ----

    /** Sends it on its way; its client may hear of its end during this call. */
    public void begin() {
        route = snapshot.route(listener, head, client.peer());
        change = BodyChange.of(route, head, snapshot);
        ProxyError refused = worker.shortage() ? ProxyError.OVERLOADED
                : Admission.of(head, route, snapshot, client.peer(), worker.wheel().nowNanos());
        if (refused == null && route.action() instanceof Action.Forward forward) {
            service = forward.split().pick();
        }
        enter();
        if (refused != null) {
            fail(refused);
            return;
        }
        switch (route.action()) {
            case Action.Answer answer -> LocalAnswer.give(this, worker, answer);
            case Action.Refuse refuse -> fail(refuse.error());
            case Action.Files files -> FileAnswer.give(this, worker, files.tree());
            case Action.ToHttps to -> LocalAnswer.give(this, worker, Https.answer(to, head, client.peer()));
            case Action.Forward _ when MaxForwards.of(head) == 0 -> LocalAnswer.give(this, worker, LocalAnswer.HERE);
            case Action.Forward _ -> forward();
        }
    }

    /** Answers a request whose head was refused; what is left of its bytes is nobody's. */
    public void refuse(ProxyError why) {
        listener.meters().rejected(why);
        route = snapshot.router().refused();
        enter();
        client.closeAfterResponse();
        fail(why);
    }

    /** Begins to count: route and service are known. */
    private void enter() {
        snapshot.trace(head, client.peer(), record);
        record.request(head, worker.recordsText());
        record.route(route.name());
        deadlines = new ExchangeDeadlines(worker.wheel(), route.deadlines(), client::progress,
                missed -> Retrying.afterMissed(this, missed));
        deadlines.begun(record.startedNanos(), Grpc.timeoutNanos(head));
        meters = snapshot.meters(listener.index(), route, service);
        meters.begun();
        if (head.framing() == BodyFraming.NONE) {
            state.request(Request.READ);
        }
    }

    private void forward() {
        BodyChange.forward(this);
        if (state.request() == Request.READING) {
            held.keep(KeptBody.of(head, route.retry(), service.config().protocol().shared()));
        }
        acquire(null);
    }

    /** Tries an endpoint; after a failed one another, if there is any. */
    void acquire(Endpoint failed) {
        state.phase(Phase.ACQUIRING);
        Queued.enter(this, worker, snapshot.overload(service), failed);
    }

    /** Tries an endpoint, where it is counted already; never by an idle connection if {@code fresh}. */
    void attempt(Endpoint endpoint, int pass, boolean fresh) {
        record.attempt(service.name(), endpoint.text());
        attempt = new Attempt(this, worker, client, endpoint, pass);
        attempt.start(worker.pools().of(service, endpoint).carrying(head), fresh);
    }

    private boolean connected() {
        return attempt != null && attempt.connected();
    }

    /**
     * The attempt has a connection: what is here of the request goes.
     *
     * @param later not in the turn that brought the request's head, whose end would flush
     */
    void onConnected(boolean later) {
        state.phase(Phase.RELAYING);
        attempt.send(head, service.config().proxyProtocol());
        // An attempt before may have paused it, too.
        boolean paused = held.drainTo(attempt.request()) || record.attempts() > 1;
        if (state.request() == Request.READ) {
            attempt.endRequest(held.trailers());
        } else if (later) {
            batchEnd();
            if (paused && attempt.connected() && !attempt.request().blocked()) {
                client.resume();
            }
        }
    }

    // ---- the request, from the client ----

    @Override
    public void onRequestBody(ByteBuf data) {
        if (state.request() != Request.READING) {
            data.release();
            return;
        }
        requestBytes += data.readableBytes();
        if (requestBytes > route.requestBodyMax()) {
            data.release();
            fail(ProxyError.REQUEST_BODY_TOO_LARGE);
        } else if (connected()) {
            attempt.request().body(held.passing(data));
        } else {
            held.add(data);
            client.pause();
        }
    }

    @Override
    public void onRequestEnd(Trailers trailers) {
        if (state.request() != Request.READING) {
            return;
        }
        state.request(Request.READ);
        held.end(trailers);
        if (connected()) {
            attempt.endRequest(trailers);
        }
    }

    @Override
    public void onRequestBatchEnd() {
        if (state.request() == Request.READING && connected()) {
            batchEnd();
        }
    }

    private void batchEnd() {
        if (held.letGo(client.contiguous())) {
            attempt.onBodyLetGo();
        }
        attempt.requestBatchEnd();
    }

    @Override
    public void onRequestBroken(ProxyError why) {
        if (meters == null) {
            // A defect of ours, before the exchange was counted.
            route = snapshot.router().refused();
            enter();
        }
        state.request(Request.ABORTED);
        client.closeAfterResponse();
        fail(why);
    }

    // ---- the response, from the attempt ----

    /** A 1xx: passed on, and the response is still awaited. */
    void onInterim(ResponseHead response) {
        held.forget();
        HopByHop.strip(response);
        client.head(response);
        client.flush();
    }

    /** A 101: passed on, and both sides speak another protocol from here on, if the client had offered it. */
    void onSwitched(ResponseHead response) {
        String agreed = state.request() == Request.READ ? Upgrade.agreed(head, response) : "";
        if (agreed.isEmpty()) {
            fail(ProxyError.UNREQUESTED_UPGRADE);
            return;
        }
        state.phase(Phase.TUNNELLING);
        deadlines.cancel();
        Tunnelling.begin(this, worker, response, agreed, this::onTunnelEnded);
    }

    private void onTunnelEnded(ProxyError why) {
        failure = why;
        leaveAttempt(why);
        over();
    }

    /** The final head. */
    void onResponse(ResponseHead response) {
        held.forget();
        state.response(Response.SENDING);
        record.response(response.status(), worker.wheel().nowNanos() - record.startedNanos());
        Admission.of(response, route, session, attempt.endpoint());
        Https.stay(response, this);
        if (change != null) {
            attempt.response().through(change.begin(response, client));
        }
        if (state.request() != Request.READ && !attempt.duplex()) {
            client.answeredEarly();
        }
        attempt.chooseRelay(response);
        client.head(response);
        record.headSent(worker.wheel().nowNanos());
        deadlines.responseBegun(attempt.duplex());
    }

    /** The response was read to its end, and its connection given back. */
    void onResponseEnded(Trailers trailers) {
        state.response(Response.SENT);
        if (attempt.duplex()) {
            abandonRequest();
        } else if (state.request() != Request.READ) {
            state.request(Request.ABORTED);
        }
        deadlines.requestOver();
        attempt.response().end(trailers);
        awaitClient();
    }

    @Override
    public void onClientWritable() {
        if (attempt != null) {
            attempt.onClientWritable();
        } else if (fileAnswer != null) {
            fileAnswer.onClientWritable();
        }
    }

    @Override
    public void onResponseSent() {
        finish();
    }

    /** What the client has not taken yet still has a deadline. */
    void awaitClient() {
        if (state.phase() != Phase.DONE) {
            deadlines.clientExpected();
        }
    }

    // ---- endings ----

    @Override
    public void onClientGone(ProxyError why) {
        failure = fileAnswer == null ? why : fileAnswer.reason(why);
        leaveAttempt(why);
        finish();
    }

    /** The attempt came to nothing: makes another, or gives up. */
    void onAttemptFailed(ProxyError why) {
        Retrying.afterFailure(this, why);
    }

    /** What knows of further attempts. */
    Retrying retrying() {
        if (retrying == null) {
            retrying = new Retrying(this, worker, snapshot.retryBudget(service), meters);
        }
        return retrying;
    }

    /** Ends it by an error's answer, or, if another response has begun, so that nobody takes that for complete. */
    void fail(ProxyError why) {
        failure = why;
        leaveAttempt(why);
        boolean unsent = state.response() == Response.SENDING && client.retract();
        if (state.response() != Response.AWAITING && !unsent) {
            client.abort(why);
            finish();
            return;
        }
        if (why.side() == ProxyError.Side.CLIENT) {
            client.closeAfterResponse();
        }
        LocalAnswer.give(this, worker, LocalAnswer.of(why, this, worker.wheel().nowNanos()));
    }

    /** Nobody will read the rest of the request. */
    void abandonRequest() {
        if (state.request() != Request.READ) {
            client.discardRequest();
            state.request(Request.ABORTED);
        }
        held.release();
    }

    void leaveAttempt(ProxyError why) {
        if (queued != null) {
            queued.leave();
        }
        if (retrying != null) {
            retrying.leave();
        }
        if (attempt != null) {
            attempt.leave(why);
        }
    }

    private void finish() {
        held.release();
        long sent = attempt != null ? attempt.note() : fileAnswer != null ? fileAnswer.close() : 0;
        if (change != null) {
            change.close();
            sent = change.sentBytes(sent);
        }
        // Whatever was relayed before an answer of ours was taken back, and never left.
        record.bytes(requestBytes, answerBytes < 0 ? sent : answerBytes);
        over();
    }

    private void over() {
        state.phase(Phase.DONE);
        deadlines.cancel();
        if (retrying != null) {
            retrying.over();
        }
        record.ended(failure, worker.wheel().nowNanos());
        meters.ended(record);
        worker.ended(record);
    }
}
