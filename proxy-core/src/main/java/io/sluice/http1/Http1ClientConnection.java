package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.exchange.Exchange;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Worker;
import io.sluice.http.BodyFraming;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.route.Deadlines;
import io.sluice.stream.ClientListener;
import io.sluice.stream.ClientStream;
import io.sluice.transport.Deadline;
import io.sluice.transport.ReadSizer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP/1.1 connection from a client: requests one after the other, each with an exchange; pipelined ones wait in the
 * kernel, but for what one read brought. <em>Loop-confined.</em>
 *
 * <p>States: HEAD (idle, or a head in progress) → BODY (an exchange is on, its request body comes; or it is over, and the
 * rest of the body is read and forgotten) → ANSWERING (the request is read, its response under way) → HEAD. LINGERING: all
 * is said, our side is closed, and what still comes is read and forgotten for a moment, since closing with unread bytes
 * would reset the connection and might take the last response with it (RFC 9112 §9.6). CLOSED ends all.
 *
 * <p><em>Ownership</em>: the head in progress, bytes read ahead, the writer's piece; given back on every ending.
 * <em>Ends</em>: the client leaves, a response that closes, a deadline, an abort.
 */
public final class Http1ClientConnection extends ChannelInboundHandlerAdapter
        implements ClientStream, Worker.Connection {
    private enum State { HEAD, BODY, ANSWERING, LINGERING, CLOSED }

    /** An unread rest of a request body up to this size is read and forgotten for the connection's sake. */
    private static final long DISCARDED_BYTES_MAX = 64 * 1024;
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SocketChannel channel;
    private final Worker worker;
    private final ListenerFacts listener;
    private final HeadStore store;
    private final ReadSizer sizer;
    private final ResponseOutput response;
    private final BodyReader body;
    private final Deadline deadline;
    private final Peer peer;
    private State state = State.HEAD;
    private RequestHead head;
    private long headNanos;
    private ClientListener exchange;
    private ByteBuf ahead;
    private boolean reading;
    private boolean closing;
    private long discarded;

    /**
     * Creates the handler of an accepted channel, in the worker's loop.
     *
     * @param sizer the channel's
     */
    public Http1ClientConnection(
            SocketChannel channel, Worker worker, ListenerFacts listener, HeadStore store, ReadSizer sizer) {
        this.channel = channel;
        this.worker = worker;
        this.listener = listener;
        this.store = store;
        this.sizer = sizer;
        this.response = new ResponseOutput(channel, store, this::responseSent);
        this.body = new BodyReader(worker.snapshot().requestLimits());
        this.deadline = new Deadline(worker.wheel(), this::onDeadline);
        var remote = channel.remoteAddress();
        this.peer = new Peer(
                remote, channel.localAddress(), false, worker.snapshot().forwarding().trusts(remote.getAddress()));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        worker.opened(this);
        if (state == State.HEAD) {
            awaitRequest();
        }
    }

    // ---- reading ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (ahead != null) {
            in = channel.alloc().directBuffer(ahead.readableBytes() + in.readableBytes())
                    .writeBytes(ahead).writeBytes(in);
            ahead.release();
            ahead = null;
            ((ByteBuf) message).release();
        }
        read(in);
    }

    /** Reads as far as the states allow; takes the buffer, and keeps what is left for later. */
    private void read(ByteBuf in) {
        reading = true;
        try {
            boolean more = true;
            while (more && in.isReadable()) {
                more = switch (state) {
                    case HEAD -> readHead(in);
                    case BODY -> readBody(in);
                    case LINGERING -> forget(in);
                    case ANSWERING, CLOSED -> false;
                };
            }
        } finally {
            reading = false;
            if (in.isReadable() && state == State.ANSWERING) {
                // A pipelined request: the rest of them waits in the kernel.
                ahead = in;
                pause();
            } else {
                in.release();
            }
        }
    }

    /** Returns whether there may be more to do with these bytes. */
    private boolean readHead(ByteBuf in) {
        if (head == null) {
            head = store.request();
            headNanos = System.nanoTime();
        }
        return switch (worker.snapshot().requestParser().parseRequest(head, in)) {
            case INCOMPLETE -> {
                deadline.at(headNanos + worker.snapshot().deadlines().requestHeadNanos());
                yield false;
            }
            case REFUSED -> {
                refuse(head.error());
                yield true;
            }
            case COMPLETE -> {
                begin();
                yield true;
            }
        };
    }

    private void begin() {
        deadline.disarm();
        body.begin(head);
        closing = !head.keepAlive();
        state = State.BODY;
        Exchange begun = worker.exchange(this, head, listener, headNanos);
        exchange = begun;
        begun.begin();
        if (state == State.BODY && body.ended()) {
            endRequest();
        }
    }

    private void refuse(ProxyError why) {
        deadline.disarm();
        // Where the request ends, nobody knows: nothing more is read as HTTP.
        state = State.ANSWERING;
        Exchange begun = worker.exchange(this, head, listener, headNanos);
        exchange = begun;
        begun.refuse(why);
    }

    private boolean readBody(ByteBuf in) {
        ByteBuf slice;
        while (state == State.BODY && (slice = body.next(in)) != null) {
            if (exchange != null) {
                exchange.onRequestBody(slice);
            } else {
                slice.release();
            }
        }
        if (state != State.BODY) {
            return true;
        }
        if (body.refused()) {
            brokenBody();
            return true;
        }
        if (body.ended()) {
            endRequest();
            return true;
        }
        return false;
    }

    private void brokenBody() {
        if (exchange == null) {
            close();
            return;
        }
        state = State.ANSWERING;
        exchange.onRequestBroken(ProxyError.MALFORMED_CHUNK);
    }

    private void endRequest() {
        Trailers trailers = body.trailers();
        body.clear();
        if (exchange == null) {
            next();
            return;
        }
        state = State.ANSWERING;
        exchange.onRequestEnd(trailers);
    }

    private boolean forget(ByteBuf in) {
        discarded += in.readableBytes();
        in.skipBytes(in.readableBytes());
        if (discarded > DISCARDED_BYTES_MAX) {
            close();
        }
        return false;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (exchange != null && state == State.BODY) {
            exchange.onRequestBatchEnd();
        }
    }

    // ---- what the exchange asks ----

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public void head(ResponseHead message) {
        if (message.interim()) {
            response.interim(message, head);
            return;
        }
        BodyFraming framing = ResponseOutput.framing(message, head);
        closing |= worker.draining() || framing == BodyFraming.UNTIL_CLOSE;
        response.head(message, head, framing, closing);
    }

    @Override
    public void closeAfterResponse() {
        closing = true;
    }

    @Override
    public boolean canDiscardRequest() {
        return body.left() >= 0 && body.left() <= DISCARDED_BYTES_MAX && !head.expectsContinue();
    }

    @Override
    public void body(ByteBuf data) {
        response.body(data);
    }

    @Override
    public void end(Trailers trailers) {
        response.end(trailers);
    }

    @Override
    public void flush() {
        response.flush();
    }

    private void responseSent() {
        if (exchange == null) {
            return;
        }
        ClientListener done = exchange;
        exchange = null;
        done.onResponseSent();
        if (closing) {
            endConnection();
        } else if (state == State.ANSWERING) {
            next();
        } else {
            // The rest of the request body is read and forgotten.
            resume();
            deadline.at(System.nanoTime() + worker.snapshot().deadlines().requestBodyIdleNanos());
        }
    }

    /** All of a request and its response is over: the next may come, or may have come already. */
    private void next() {
        store.give(head);
        head = null;
        state = State.HEAD;
        response.next();
        sizer.askSmall();
        if (worker.draining()) {
            endConnection();
            return;
        }
        awaitRequest();
        if (!channel.config().isAutoRead()) {
            resume();
        }
        if (!reading && ahead != null) {
            ByteBuf in = ahead;
            ahead = null;
            read(in);
        }
    }

    private void awaitRequest() {
        deadline.at(System.nanoTime() + worker.snapshot().deadlines().keepAliveNanos());
    }

    @Override
    public boolean writable() {
        return channel.isWritable();
    }

    @Override
    public long pendingBytes() {
        return response.pendingBytes();
    }

    @Override
    public void pause() {
        channel.config().setAutoRead(false);
    }

    @Override
    public void resume() {
        channel.config().setAutoRead(true);
    }

    @Override
    public void expectBulk() {
        sizer.askBulk();
    }

    @Override
    public void abort(ProxyError why) {
        exchange = null;
        if (response.endsByClose()) {
            // Only a reset tells this client that the body did not end here.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        close();
    }

    // ---- endings ----

    /** Says no more. Where the client may still be sending, its bytes are awaited for a moment. */
    private void endConnection() {
        boolean allRead = state == State.ANSWERING && ahead == null && head != null && !head.keepAlive();
        if (allRead || channel.isInputShutdown()) {
            close();
            return;
        }
        state = State.LINGERING;
        letGo();
        deadline.at(System.nanoTime() + LINGER_NANOS);
        channel.shutdownOutput();
        resume();
    }

    private void close() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            deadline.cancel();
            letGo();
            worker.closed(this);
            channel.close();
        }
    }

    private void letGo() {
        response.release();
        body.clear();
        if (ahead != null) {
            ahead.release();
            ahead = null;
        }
        if (head != null) {
            store.give(head);
            head = null;
        }
    }

    /** Nothing more can be said to the client. */
    private void gone(ProxyError why) {
        if (exchange != null) {
            ClientListener told = exchange;
            exchange = null;
            told.onClientGone(why);
        }
        close();
    }

    private void onDeadline() {
        if (state == State.HEAD && head != null) {
            refuse(ProxyError.REQUEST_HEAD_TIMEOUT);
        } else if (state == State.HEAD) {
            endConnection();
        } else {
            close();
        }
    }

    @Override
    public void drain() {
        if (state == State.HEAD && head == null) {
            endConnection();
        }
    }

    @Override
    public void abandon() {
        gone(ProxyError.SHUTTING_DOWN);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (exchange != null && channel.isWritable()) {
            exchange.onClientWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            return;
        }
        if (state == State.ANSWERING && exchange != null && listener.halfClose() == HalfClose.ANSWER) {
            closing = true;
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
        if (cause instanceof ReadSizer.ReadPaused || state == State.CLOSED) {
            return;
        }
        if (cause instanceof IOException || exchange == null) {
            gone(ProxyError.CLIENT_GONE);
            return;
        }
        // A defect of ours costs this exchange, and nothing else.
        state = State.ANSWERING;
        exchange.onRequestBroken(ProxyError.INTERNAL);
    }
}
