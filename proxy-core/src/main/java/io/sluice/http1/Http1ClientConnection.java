package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.exchange.Exchange;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.LiveView;
import io.sluice.exchange.Tenure;
import io.sluice.exchange.Worker;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.telemetry.LiveExchanges;
import io.sluice.transport.Closing;
import io.sluice.transport.Deadline;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * An HTTP/1.1 connection from a client: requests one after the other, each with an exchange, which sees of it an
 * {@link Http1ClientStream}. <em>Loop-confined.</em>
 *
 * <p>While an exchange is on, its deadlines hold; else the one here does. LINGERING: all is said, our side is closed, and
 * what still comes is read and forgotten for a moment: closing with unread bytes would reset the connection and might take
 * the last response with it (RFC 9112 §9.6).
 *
 * <p><em>Ownership</em>: by its {@link RequestInput} and {@link ResponseOutput}. <em>Ends</em>: the client leaves, a
 * response that closes, a deadline, an abort.
 */
public final class Http1ClientConnection extends ChannelInboundHandlerAdapter
        implements Worker.Connection, RequestInput.Requests {
    private enum State { OPEN, LINGERING, CLOSED }

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SocketChannel channel;
    private final Worker worker;
    private final ListenerFacts listener;
    private final SocketReading reading;
    private final RequestInput request;
    private final ResponseOutput response;
    private final Deadline deadline;
    private final Http1ClientStream stream;
    private final Tenure tenure;
    private State state = State.OPEN;
    private Exchange exchange;
    private boolean lastRequest;
    /** Whether there was a request already. */
    private boolean served;
    /** Null where HTTP/2 is not spoken. */
    private Supplier<ChannelHandler> http2;

    /** Creates the handler of an accepted channel, in the worker's loop; {@code reading} and {@code peer} are its. */
    public Http1ClientConnection(
            SocketChannel channel, Worker worker, ListenerFacts listener, HeadStore store, SocketReading reading,
            Peer peer) {
        this.channel = channel;
        this.worker = worker;
        this.listener = listener;
        this.reading = reading;
        this.request = new RequestInput(channel, reading, worker, store, this);
        this.response = new ResponseOutput(channel, store, this::responseSent);
        this.deadline = new Deadline(worker.wheel(), this::onDeadline);
        this.stream = new Http1ClientStream(this, reading, request, response, peer);
        this.tenure = new Tenure(peer.sinceNanos());
    }

    /**
     * Says who speaks HTTP/2, should the client begin with that (RFC 9113 §3.3): a handler for this channel, which gets its
     * place in the pipeline, and all bytes. Without one such a client is refused.
     */
    public Http1ClientConnection orHttp2(Supplier<ChannelHandler> its) {
        http2 = its;
        return this;
    }

    // ---- what the client sends ----

    @Override
    public void channelActive(ChannelHandlerContext context) {
        worker.opened(this);
        if (state == State.OPEN) {
            awaitRequest();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        request.read((ByteBuf) message);
        if (state == State.LINGERING && request.forgotten() > Http1ClientStream.FORGOTTEN_BYTES_MAX) {
            close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        batchEnd();
    }

    private void batchEnd() {
        if (exchange != null && request.inBody()) {
            exchange.onRequestBatchEnd();
        }
    }

    @Override
    public void onHeadBegun() {
        deadline.at(request.startedNanos() + worker.snapshot().deadlines().requestHeadNanos());
    }

    @Override
    public void onHead(RequestHead head) {
        deadline.disarm();
        lastRequest = !head.keepAlive();
        served = true;
        tenure.request();
        stream.begin(lastRequest);
        exchange = worker.exchange(stream, head, listener, request.startedNanos());
        exchange.begin();
    }

    @Override
    public void onRefused(ProxyError why) {
        deadline.disarm();
        exchange = worker.exchange(stream, request.head(), listener, request.startedNanos());
        exchange.refuse(why);
    }

    @Override
    public boolean onPreface() {
        if (http2 == null || served) {
            return false;
        }
        // First the one connection is counted, then the other isn't: a drain must not find none in between.
        channel.pipeline().replace(this, null, http2.get());
        letGo();
        return true;
    }

    @Override
    public void onBody(ByteBuf slice) {
        if (exchange == null) {
            slice.release();
        } else {
            exchange.onRequestBody(slice);
        }
    }

    @Override
    public void onEnd(Trailers trailers) {
        if (exchange == null) {
            next();
        } else {
            exchange.onRequestEnd(trailers);
        }
    }

    @Override
    public void onBroken(ProxyError why) {
        if (exchange == null) {
            close();
        } else {
            exchange.onRequestBroken(why);
        }
    }

    // ---- what the exchange asks, by its stream ----

    /** Whether an exchange is on. */
    boolean inExchange() {
        return exchange != null;
    }

    private boolean draining() {
        return worker.draining(listener);
    }

    /** Whether the client is to be sent away with its response. */
    boolean sendsAway() {
        return draining() || tenure.over(worker.snapshot(), worker.wheel().nowNanos());
    }

    RawSocket detach() {
        exchange = null;
        ByteBuf unread = request.takeAhead();
        response.handOver();
        letGo();
        channel.pipeline().remove(this);
        return new RawSocket(channel, reading, unread);
    }

    void abort() {
        exchange = null;
        if (response.endsByClose() && state != State.CLOSED) {
            letGo();
            // Only a reset tells this client that the body did not end here.
            Closing.reset(channel);
        }
        close();
    }

    // ---- from one request to the next ----

    private void responseSent() {
        if (exchange == null) {
            return;
        }
        Exchange done = exchange;
        exchange = null;
        done.onResponseSent();
        if (stream.closing()) {
            endConnection();
        } else if (request.inBody()) {
            reading.resume();
            deadline.at(worker.wheel().nowNanos() + worker.snapshot().deadlines().requestBodyIdleNanos());
        } else {
            next();
        }
    }

    private void next() {
        response.next();
        reading.pace(SocketReading.Pace.HEAD);
        awaitRequest();
        request.next();
        if (worker.shortage()) {
            onShortage();
        }
        // What was read ahead may have begun the next request already, and no end of a read follows it.
        batchEnd();
        if (channel.isInputShutdown() && !request.inRead()) {
            // Its report came while there were requests in front of it.
            inputEnded();
        }
    }

    private void awaitRequest() {
        // Who was not told that the connection ends may be about to use it: closing at once would cost a request.
        long patience = draining() ? Worker.LEAVING_NANOS : worker.snapshot().deadlines().keepAliveNanos();
        deadline.at(worker.wheel().nowNanos() + patience);
    }

    // ---- endings ----

    /** Says no more. Where the client may still be sending, its bytes are awaited for a moment. */
    private void endConnection() {
        if (lastRequest && request.heldEmpty() || channel.isInputShutdown()) {
            close();
            return;
        }
        state = State.LINGERING;
        response.release();
        deadline.at(worker.wheel().nowNanos() + LINGER_NANOS);
        Closing.endOutput(channel);
        request.forget();
    }

    private void close() {
        if (state != State.CLOSED) {
            letGo();
            Closing.close(channel);
        }
    }

    private void letGo() {
        state = State.CLOSED;
        deadline.cancel();
        request.close();
        response.release();
        worker.closed(this);
    }

    /** Nothing more can be said to the client. */
    private void gone(ProxyError why) {
        if (exchange != null) {
            Exchange told = exchange;
            exchange = null;
            told.onClientGone(why);
        }
        close();
    }

    private void onDeadline() {
        if (request.inHead()) {
            request.hold();
            onRefused(ProxyError.REQUEST_HEAD_TIMEOUT);
        } else if (request.idle()) {
            endConnection();
        } else {
            close();
        }
    }

    @Override
    public void drain() {
        if (request.idle() && draining()) {
            awaitRequest();
        }
    }

    @Override
    public void onShortage() {
        if (request.idle() && worker.shortage()) {
            reading.pause();
        } else if (request.idle()) {
            reading.resume();
        }
    }

    @Override
    public void show(LiveExchanges to) {
        LiveView.show(exchange, to);
    }

    @Override
    public void abandon() {
        gone(ProxyError.SHUTTING_DOWN);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        channelWritable();
    }

    /** The channel, or a region in front of it, may take more. */
    void channelWritable() {
        if (exchange != null && response.writable()) {
            exchange.onClientWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded();
        } else if (event instanceof SslCloseCompletionEvent && state == State.OPEN) {
            // Unlike a FIN, a close_notify leaves no way to answer: the engine has closed both ways. Once ours was sent Netty
            // reports one with whatever comes: closing then would reset the connection under our last words.
            gone(ProxyError.CLIENT_GONE);
        }
    }

    private void inputEnded() {
        if (exchange != null && !request.inBody() && listener.halfClose() == HalfClose.ANSWER) {
            if (request.heldEmpty()) {
                stream.closeAfterResponse();
            }
        } else {
            gone(ProxyError.CLIENT_GONE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone(ProxyError.CLIENT_GONE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // The end may be known before what is in front of it was read: who is to get answers all the same has that read
        // first.
        boolean left = cause instanceof SocketReading.NotRead why && why.paused() && reading.peerClosed()
                && (listener.halfClose() == HalfClose.ABORT || exchange == null);
        if (state == State.CLOSED || cause instanceof SocketReading.NotRead && !left) {
            return;
        }
        // Records that can't be decrypted come wrapped.
        boolean broken = cause instanceof IOException || cause.getCause() instanceof IOException;
        if (left || broken || exchange == null) {
            gone(ProxyError.CLIENT_GONE);
            return;
        }
        // A defect of ours costs this exchange, and nothing else.
        request.hold();
        exchange.onRequestBroken(ProxyError.INTERNAL);
    }
}
