package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.SocketChannel;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.HeaderName;
import io.sluice.http.Method;
import io.sluice.http.ParseStatus;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.http1.MessageWriter.Persistence;
import io.sluice.stream.BackendListener;
import io.sluice.stream.BackendStream;
import io.sluice.transport.ChannelEnds;
import io.sluice.transport.Closing;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * An HTTP/1.1 connection to a backend: one request in flight, never pipelined. <em>Loop-confined.</em>
 *
 * <p>States: IDLE (nothing asked) → HEAD (a response's head awaited) → BODY (→ ENDING, under TLS) → IDLE; CLOSED ends all. In
 * IDLE any byte and any end is reported as gone. {@code reusable} is lost for good by whatever makes the next response doubtful.
 *
 * <p><em>Ownership</em>: a head in progress and the writer's piece, given back on every ending. <em>Ends</em>: {@link #close},
 * end of input, a reset, bytes that are no HTTP.
 */
final class Http1BackendConnection extends ChannelInboundHandlerAdapter implements BackendStream {
    private enum State { IDLE, HEAD, BODY, ENDING, CLOSED }

    private final SocketChannel channel;
    private final HeadStore store;
    private final HeadParser parser;
    private final RequestOutput request;
    private final BodyReader body;
    private final SocketReading reading;
    private final ChannelEnds ends;
    private BackendListener listener;
    private State state = State.IDLE;
    private ResponseHead head;
    private Method method = Method.GET;
    private boolean persistent = true;
    private long keepAliveNanos = -1;
    /** What stands behind an interim head, while that is reported; borrowed. */
    private ByteBuf behind;

    /**
     * Creates the handler of a channel.
     *
     * @param reading the channel's
     */
    Http1BackendConnection(
            SocketChannel channel, HeadStore store, HeadParser parser, HeadLimits limits, SocketReading reading) {
        this.channel = channel;
        this.store = store;
        this.parser = parser;
        this.request = new RequestOutput(channel, store);
        this.body = new BodyReader(limits);
        this.reading = reading;
        this.ends = new ChannelEnds(channel, reading);
        // A failed write must not take away what the backend said before it stopped reading.
        channel.config().setAutoClose(false);
    }

    // ---- what the exchange asks ----

    @Override
    public void listener(BackendListener newListener) {
        listener = newListener;
    }

    @Override
    public void introduce(ProxyHeader client) {
        persistent = false;
        if (!reading.isEncrypted()) {
            request.preface(client);
        }
    }

    @Override
    public void head(RequestHead head) {
        state = State.HEAD;
        method = head.method();
        boolean upgrade = head.find(HeaderName.UPGRADE) >= 0;
        request.head(head, persistent || upgrade ? Persistence.DEFAULT : Persistence.CLOSE);
        // Whatever comes of it: a backend that switched, though it did not say so, must not meet another request.
        persistent &= !upgrade;
    }

    @Override
    public void body(ByteBuf data) {
        request.body(data);
    }

    @Override
    public void region(FileRegion data) {
        request.region(data, this::channelWritable);
    }

    @Override
    public SocketReading socket() {
        return reading.plain();
    }

    @Override
    public long contiguous() {
        return state == State.BODY ? body.contiguous() : 0;
    }

    @Override
    public void taken(long bytes, boolean followed) {
        body.taken(bytes);
        if (body.ended()) {
            // As where a read brings more than the body: nobody asked for it, and it must not answer the next request.
            persistent &= !followed;
            endBody();
        }
    }

    @Override
    public void end(Trailers trailers) {
        request.end(trailers);
    }

    @Override
    public void flush() {
        request.flush();
    }

    @Override
    public boolean writable() {
        return request.writable();
    }

    @Override
    public long pendingBytes() {
        return request.pendingBytes();
    }

    @Override
    public void pause() {
        reading.pause();
    }

    @Override
    public void resume() {
        reading.resume();
    }

    @Override
    public void pace(SocketReading.Pace pace) {
        reading.pace(pace);
    }

    @Override
    public boolean reusable() {
        return state == State.IDLE && persistent && request.sent() && channel.isActive();
    }

    @Override
    public RawSocket detach() {
        request.handOver();
        state = State.CLOSED;
        letGo();
        channel.pipeline().remove(this);
        ByteBuf unread = behind == null || !behind.isReadable() ? null : behind.readRetainedSlice(behind.readableBytes());
        return new RawSocket(channel, reading, unread);
    }

    @Override
    public long keepAliveNanos() {
        return keepAliveNanos;
    }

    @Override
    public void close() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            letGo();
            Closing.close(channel);
        }
    }

    private void letGo() {
        request.release();
        if (head != null) {
            store.give(head);
            head = null;
        }
    }

    // ---- what the channel reports ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            read(in);
        } finally {
            in.release();
        }
    }

    private void read(ByteBuf in) {
        while (in.isReadable()) {
            switch (state) {
                case HEAD -> readHead(in);
                case BODY -> {
                    if (readBody(in)) {
                        return;
                    }
                }
                case IDLE -> {
                    // Nobody asked: it would answer the next request (RFC 9112 §9.2).
                    gone(ProxyError.MALFORMED_RESPONSE);
                    return;
                }
                case ENDING -> {
                    persistent = false;
                    return;
                }
                case CLOSED -> {
                    return;
                }
            }
        }
    }

    private void readHead(ByteBuf in) {
        if (head == null) {
            head = store.response();
        }
        ParseStatus status = parser.parseResponse(head, in, method);
        if (status == ParseStatus.INCOMPLETE) {
            return;
        }
        if (status == ParseStatus.REFUSED) {
            gone(head.error());
            return;
        }
        ResponseHead whole = head;
        head = null;
        try {
            accept(whole, in);
        } finally {
            store.give(whole);
        }
    }

    private void accept(ResponseHead whole, ByteBuf in) {
        if (whole.interim()) {
            behind = in;
            listener.onResponseHead(whole);
            behind = null;
            return;
        }
        state = State.BODY;
        persistent &= whole.keepAlive();
        keepAliveNanos = KeepAlive.timeoutNanos(whole, keepAliveNanos);
        body.begin(whole);
        // Whatever follows the end is nobody's answer: the connection is not used again.
        persistent &= body.left() < 0 || in.readableBytes() <= body.left();
        listener.onResponseHead(whole);
        if (state == State.BODY && body.ended()) {
            endRead(true);
        }
    }

    /** Returns whether the bytes themselves were handed on, and are no longer to be looked at. */
    private boolean readBody(ByteBuf in) {
        boolean whole = false;
        ByteBuf slice;
        while (state == State.BODY && !whole && (slice = body.nextOrWhole(in)) != null) {
            whole = slice == in;
            listener.onResponseBody(slice);
        }
        if (state == State.BODY && body.refused()) {
            gone(ProxyError.INVALID_RESPONSE_FRAMING);
        } else if (state == State.BODY && body.ended()) {
            endRead(whole || !in.isReadable());
        }
        return whole;
    }

    /** The response ends with this read, or, where {@code !last}, with a part of it. */
    private void endRead(boolean last) {
        persistent &= last && !reading.more();
        if (reading.isEncrypted()) {
            // Told behind the read, of which TLS may have more: it comes in records.
            state = State.ENDING;
        } else {
            endBody();
        }
    }

    private void endBody() {
        Trailers trailers = body.trailers();
        body.clear();
        state = State.IDLE;
        reading.pace(SocketReading.Pace.HEAD);
        resume();
        listener.onResponseEnd(trailers);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (state == State.ENDING) {
            endBody();
        }
        if (state != State.CLOSED && listener != null) {
            listener.onResponseBatchEnd();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        channelWritable();
    }

    private void channelWritable() {
        if (state != State.CLOSED && listener != null && writable()) {
            listener.onBackendWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (ends.inputEnded(event)) {
            inputEnded(ProxyError.BACKEND_CLOSED);
        } else if (ends.outputFailed(event) && state != State.CLOSED && !request.refused()) {
            broke(ProxyError.BACKEND_RESET);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputEnded(ProxyError.BACKEND_CLOSED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable caught) {
        Throwable cause = ChannelEnds.cause(caught);
        if (state == State.CLOSED || request.knows(cause) || cause instanceof SocketReading.NotRead) {
            return;
        }
        if (cause instanceof SSLException) {
            inputEnded(ProxyError.BACKEND_TLS_BROKEN);
        } else if (cause instanceof IOException) {
            broke(ProxyError.BACKEND_RESET);
        } else {
            gone(ProxyError.INTERNAL);
        }
    }

    private void broke(ProxyError why) {
        if (listener != null && request.unsent()) {
            // A write failed, or a read did while there was more to write: the end of input tells which comes first.
            request.refuse();
            listener.onRequestRefused();
        } else {
            inputEnded(why);
        }
    }

    private void inputEnded(ProxyError why) {
        if (state == State.CLOSED) {
            return;
        }
        boolean untilNow = state == State.BODY && body.untilClose() && why == ProxyError.BACKEND_CLOSED;
        if (state == State.ENDING || untilNow && ends.believed()) {
            persistent = false;
            endBody();
            return;
        }
        gone(state == State.BODY ? ProxyError.RESPONSE_TRUNCATED : head != null ? ProxyError.MALFORMED_RESPONSE : why);
    }

    private void gone(ProxyError why) {
        BackendListener told = listener;
        close();
        // Without a listener nobody asked anything of it yet.
        if (told != null) {
            told.onBackendGone(why);
        }
    }
}
