package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.sluice.exchange.Exchange;
import io.sluice.http.BodyFraming;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.stream.ClientStream;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;

/**
 * One stream of a client's HTTP/2 connection, and what its exchange sees of it. <em>Loop-confined.</em>
 *
 * <p>While the exchange is on, it is told exactly one end: the response was sent, or the client is gone; unless it ended the
 * stream itself. Bytes of the request go back to the client's windows when the exchange took them; while it doesn't, they
 * wait here, and hold back nobody but this stream's sender, until the windows are used up.
 *
 * <p><em>Ownership</em>: the head, the waiting slices of the request, and by its {@link StreamOutput} those of the response.
 * <em>Ends</em> by {@link #over}.
 */
final class Http2ClientStream implements ClientStream {
    private final Multiplex connection;
    private final Http2Stream stream;
    private final RequestHead head;
    private final StreamOutput response;
    private final StreamInput request;
    private final long sinceNanos;
    private Exchange exchange;
    private boolean begun;
    /** Why it is refused; null = it isn't. */
    private ProxyError refused;
    /** Whether the exchange's answer is replaced by a reset: the request was malformed. */
    private boolean resets;
    private boolean blocked;
    private boolean dirty;
    private boolean ending;
    private boolean finished;

    /** Creates it; takes the head. */
    Http2ClientStream(Multiplex connection, Http2Stream stream, RequestHead head) {
        this.connection = connection;
        this.stream = stream;
        this.head = head;
        this.response = new StreamOutput(connection.frames(), connection.flow(), stream, this::endWritten);
        this.request = new StreamInput(head, this, connection);
        this.sinceNanos = connection.nowNanos();
    }

    int id() {
        return stream.id();
    }

    Http2Stream stream() {
        return stream;
    }

    RequestHead requestHead() {
        return head;
    }

    /** Its exchange; null before it began and after it ended. */
    Exchange exchange() {
        return exchange;
    }

    /** When its head came, as {@link System#nanoTime}. */
    long sinceNanos() {
        return sinceNanos;
    }

    /** Whether nothing is to become of it, since it ended before its exchange began. */
    boolean finished() {
        return finished;
    }

    /** Whether the last frame of the response was gathered. */
    boolean ending() {
        return ending;
    }

    StreamInput input() {
        return request;
    }

    // ---- its exchange ----

    /** The request is refused, as its exchange will answer; returns whether that has not begun. */
    boolean refuse(ProxyError why) {
        if (!begun && refused == null) {
            refused = why;
        }
        return !begun;
    }

    /** Sends the exchange on its way, and what came of the body; or lets it answer that the request is refused. */
    void begin(Exchange its) {
        exchange = its;
        begun = true;
        if (refused == null) {
            its.begin();
        } else {
            resets = refused == ProxyError.HTTP2_MALFORMED;
            its.refuse(refused);
        }
        request.begun();
    }

    /** Nothing more can be said to the client. Where no exchange has begun, none does. */
    void gone(ProxyError why) {
        if (exchange != null) {
            Exchange told = exchange;
            exchange = null;
            told.onClientGone(why);
            over();
        } else if (!begun) {
            over();
        }
    }

    /** The kernel has the whole response. */
    void sent() {
        if (exchange != null) {
            Exchange told = exchange;
            exchange = null;
            told.onResponseSent();
            connection.resets().earn();
            over();
        }
    }

    private void over() {
        if (!finished) {
            finished = true;
            request.release();
            response.release();
            connection.over(this, head);
        }
    }

    // ---- what the exchange says ----

    @Override
    public Peer peer() {
        return connection.peer();
    }

    @Override
    public void head(ResponseHead message) {
        if (resets || exchange == null && finished) {
            return;
        }
        boolean last = !message.interim() && message.framing() == BodyFraming.NONE;
        response.head(message, last);
    }

    @Override
    public boolean retract() {
        return response.retract();
    }

    @Override
    public void closeAfterResponse() {
        // Streams end by themselves; the connection goes on.
    }

    @Override
    public void answeredEarly() {
        // Both bodies go on side by side; what comes behind the response's end is forgotten then.
    }

    @Override
    public void discardRequest() {
        request.discard();
    }

    @Override
    public void body(ByteBuf data) {
        if (resets || finished) {
            data.release();
        } else {
            response.body(data);
            touch();
        }
    }

    @Override
    public void region(FileRegion data) {
        data.release();
        throw new UnsupportedOperationException("there is no socket to send it by");
    }

    @Override
    public void end(Trailers trailers) {
        if (!request.whole()) {
            request.discard();
        }
        if (resets) {
            connection.reset(this, Http2Error.PROTOCOL_ERROR);
            connection.streams().leaving(this);
        } else if (!finished) {
            response.end(trailers);
            touch();
        }
    }

    private void touch() {
        if (!dirty) {
            dirty = true;
            connection.streams().dirty(this);
        }
    }

    /** Lets the flow controller know of what is new. */
    void offer() {
        dirty = false;
        if (!finished) {
            response.offer();
        }
    }

    private void endWritten() {
        ending = true;
        connection.endWritten(this);
    }

    @Override
    public void flush() {
        connection.outflow().soon(response.waiting());
    }

    @Override
    public boolean writable() {
        if (!blocked && !response.writable()) {
            blocked = true;
            connection.streams().blocked(this);
        }
        return !blocked || response.drained();
    }

    /** Whether it had to wait, and has room now. */
    boolean drained() {
        return response.drained();
    }

    /** Tells the exchange that it may go on. */
    void tellWritable() {
        blocked = false;
        if (exchange != null) {
            exchange.onClientWritable();
        }
    }

    @Override
    public long pendingBytes() {
        return response.waiting();
    }

    /** What left it; and where that has to wait for all others of the connection, what the client's host acknowledges. */
    @Override
    public long progress() {
        return response.left() + connection.outflow().progress(response.waiting() == 0);
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
        throw new UnsupportedOperationException("there is no socket to take them from");
    }

    @Override
    public void pause() {
        request.pause();
    }

    @Override
    public void resume() {
        request.resume();
    }

    @Override
    public void pace(SocketReading.Pace pace) {
        connection.pace(pace);
    }

    @Override
    public RawSocket detach() {
        throw new UnsupportedOperationException("a stream is no socket");
    }

    @Override
    public void abort(ProxyError why) {
        exchange = null;
        connection.reset(this, why.side() == ProxyError.Side.CLIENT ? Http2Error.CANCEL : Http2Error.INTERNAL_ERROR);
        over();
    }
}
