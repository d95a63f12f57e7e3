package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.sluice.http.BodyFraming;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.stream.BackendListener;
import io.sluice.stream.BackendStream;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;

/**
 * One stream of an HTTP/2 connection to a backend: one request, one response (RFC 9113 §8.1). <em>Loop-confined.</em>
 *
 * <p>States: UNSENT (it has no number yet) → HEAD (a final head is awaited) → BODY → OVER. The request goes on while the
 * response comes. While it is paused, what comes is passed on still, but not credited: the backend has a window's worth at
 * the most left to send.
 *
 * <p><em>Ownership</em>: a place on its connection, until it is over. <em>Ends</em>: the response's end, {@link #close}, which
 * resets it, a reset, a breach of the protocol, the connection's end; after each nothing is reported any more.
 */
final class Http2BackendStream implements BackendStream {
    private enum State { UNSENT, HEAD, BODY, OVER }

    private final Http2BackendConnection connection;
    private final Http2Terms terms;
    private BackendListener listener;
    private State state = State.UNSENT;
    private Http2Stream stream;
    private Method method = Method.GET;
    private long sentNanos;
    private boolean requestEnded;
    private boolean paused;
    private boolean touched;
    /** Bytes that came, and of which the backend was not told that they were taken. */
    private int uncredited;
    /** What is left of the body's announced length; -1 = none was announced. */
    private long left = -1;
    /** Whether the response may have a body. */
    private boolean bodied;
    /** Bytes given to the codec since nothing waited there. */
    private long queuedBytes;

    Http2BackendStream(Http2BackendConnection connection, Http2Terms terms) {
        this.connection = connection;
        this.terms = terms;
    }

    // ---- what the exchange asks ----

    @Override
    public void listener(BackendListener newListener) {
        listener = newListener;
    }

    @Override
    public boolean duplex() {
        return true;
    }

    @Override
    public void introduce(ProxyHeader client) {
        throw new IllegalStateException("many clients share an HTTP/2 connection");
    }

    @Override
    public void head(RequestHead head) {
        ChannelHandlerContext context = connection.context();
        state = State.HEAD;
        method = head.method();
        sentNanos = connection.nowNanos();
        requestEnded = head.framing() == BodyFraming.NONE;
        int id = connection.http2().local().incrementAndGetNextStreamId();
        ChannelFuture written = connection.encoder().writeHeaders(
                context, id, RequestWriting.of(head, terms.scheme()), 0, requestEnded, context.newPromise());
        stream = connection.http2().stream(id);
        if (stream == null || written.isDone() && !written.isSuccess()) {
            // Not during this call, in which nobody expects a report.
            context.executor().execute(() -> closed(ProxyError.STREAM_REFUSED));
        } else {
            stream.setProperty(connection.key(), this);
        }
    }

    @Override
    public void body(ByteBuf data) {
        if (state == State.OVER || stream == null || requestEnded) {
            data.release();
            return;
        }
        if (!waiting()) {
            queuedBytes = 0;
        }
        queuedBytes += data.readableBytes();
        ChannelHandlerContext context = connection.context();
        connection.encoder().writeData(context, stream.id(), data, 0, false, context.newPromise());
    }

    @Override
    public void region(FileRegion data) {
        throw new IllegalStateException("there is no socket for it");
    }

    @Override
    public void end(Trailers trailers) {
        if (requestEnded || state == State.OVER || stream == null) {
            return;
        }
        requestEnded = true;
        ChannelHandlerContext context = connection.context();
        if (trailers.isEmpty()) {
            connection.end(stream.id());
        } else {
            connection.encoder().writeHeaders(
                    context, stream.id(), RequestWriting.of(trailers), 0, true, context.newPromise());
        }
    }

    @Override
    public void flush() {
        connection.flush();
    }

    @Override
    public boolean writable() {
        return stream == null || state == State.OVER || connection.encoder().flowController().isWritable(stream);
    }

    /** At most: what was given to the codec since it had nothing of this stream. */
    @Override
    public long pendingBytes() {
        return waiting() ? queuedBytes : 0;
    }

    private boolean waiting() {
        return stream != null && state != State.OVER && connection.encoder().flowController().hasFlowControlled(stream);
    }

    @Override
    public SocketReading socket() {
        return null;
    }

    @Override
    public long contiguous() {
        return 0;
    }

    @Override
    public void taken(long bytes, boolean followed) {
        throw new IllegalStateException("there is no socket that bytes were taken from");
    }

    @Override
    public void pace(SocketReading.Pace pace) {
        // What one body is read with is what all are read with.
        if (state == State.BODY || state == State.HEAD) {
            connection.reading().pace(pace);
        }
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
        if (credit()) {
            connection.flush();
        }
    }

    /** Tells the backend that what came was taken; returns whether there is something to flush. */
    private boolean credit() {
        int bytes = uncredited;
        uncredited = 0;
        if (bytes == 0 || state == State.OVER) {
            return false;
        }
        try {
            return connection.http2().local().flowController().consumeBytes(stream, bytes);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean reusable() {
        return false;
    }

    @Override
    public long keepAliveNanos() {
        return -1;
    }

    @Override
    public RawSocket detach() {
        throw new IllegalStateException("the socket is shared");
    }

    @Override
    public void close() {
        if (state == State.OVER) {
            return;
        }
        if (state == State.HEAD) {
            connection.unanswered(sentNanos);
        }
        over();
        reset(Http2Error.CANCEL);
    }

    private void reset(Http2Error reason) {
        if (stream != null && stream.state() != Http2Stream.State.CLOSED) {
            ChannelHandlerContext context = connection.context();
            connection.encoder().writeRstStream(context, stream.id(), reason.code(), context.newPromise());
            connection.flush();
        }
    }

    private void over() {
        state = State.OVER;
        connection.givenBack();
    }

    // ---- what the connection reports ----

    void onHeaders(Http2Headers headers, boolean last) {
        if (state == State.BODY) {
            trailers(headers, last);
            return;
        }
        if (state != State.HEAD) {
            return;
        }
        touch();
        ResponseHead head = connection.responses().head(headers, terms.heads(), method, last);
        if (head.error() != null) {
            fails(head.error());
            return;
        }
        if (head.interim()) {
            listener.onResponseHead(head);
            return;
        }
        state = State.BODY;
        bodied = head.framing() != BodyFraming.NONE;
        left = head.framing() == BodyFraming.LENGTH ? head.contentLength() : -1;
        listener.onResponseHead(head);
        if (last) {
            ended(Trailers.NONE);
        }
    }

    private void trailers(Http2Headers headers, boolean last) {
        Trailers trailers = last ? ResponseReading.trailers(headers, terms.heads()) : null;
        if (trailers == null) {
            fails(ProxyError.MALFORMED_RESPONSE);
        } else {
            ended(trailers);
        }
    }

    /** Returns how many bytes are done with already. */
    int onData(ByteBuf data, int padding, boolean last) {
        int count = data.readableBytes();
        if (state != State.BODY || count > 0 && !bodied || left >= 0 && count > left) {
            if (state != State.OVER) {
                fails(state == State.HEAD ? ProxyError.MALFORMED_RESPONSE : ProxyError.INVALID_RESPONSE_FRAMING);
            }
            return count + padding;
        }
        if (left >= 0) {
            left -= count;
        }
        if (count > 0) {
            touch();
            uncredited += count;
            listener.onResponseBody(data.retainedSlice());
        }
        if (last) {
            ended(Trailers.NONE);
        }
        return padding;
    }

    private void touch() {
        if (!touched) {
            touched = true;
            connection.touched(this);
        }
    }

    private void ended(Trailers trailers) {
        if (state != State.BODY) {
            // Whoever was told of the last bytes has given up.
            return;
        }
        if (left > 0) {
            fails(ProxyError.RESPONSE_TRUNCATED);
            return;
        }
        // Where the request has not left whole, whoever is told of the end resets what is left of it.
        BackendListener told = listener;
        if (requestEnded && !waiting()) {
            over();
        }
        told.onResponseEnd(trailers);
    }

    /** No more came in this turn of the loop. */
    void batchEnd() {
        touched = false;
        if (state == State.OVER) {
            return;
        }
        listener.onResponseBatchEnd();
        if (!paused) {
            credit();
        }
    }

    void writabilityChanged() {
        if (state != State.OVER && writable()) {
            listener.onBackendWritable();
        }
    }

    void onReset(long errorCode) {
        if (errorCode == Http2Error.REFUSED_STREAM.code() && state == State.HEAD) {
            closed(ProxyError.STREAM_REFUSED);
        } else {
            closed(ProxyError.STREAM_RESET);
        }
    }

    /** It is no HTTP that came: the stream ends, the connection goes on (RFC 9113 §8.1.1). */
    private void fails(ProxyError why) {
        BackendListener told = listener;
        over();
        reset(Http2Error.PROTOCOL_ERROR);
        told.onBackendGone(why);
    }

    /** It is closed: without having ended, unless it is over already. */
    void closed(ProxyError why) {
        if (state == State.OVER) {
            return;
        }
        boolean begun = state == State.BODY;
        BackendListener told = listener;
        over();
        told.onBackendGone(begun && cutOff(why) ? ProxyError.RESPONSE_TRUNCATED : why);
    }

    private static boolean cutOff(ProxyError why) {
        return switch (why) {
            case BACKEND_CLOSED, BACKEND_RESET, BACKEND_TLS_BROKEN, STREAM_RESET, STREAM_REFUSED -> true;
            default -> false;
        };
    }
}
