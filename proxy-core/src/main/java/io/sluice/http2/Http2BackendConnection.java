package io.sluice.http2;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Stream;
import io.sluice.http.ProxyError;
import io.sluice.pool.SharedConnection;
import io.sluice.stream.BackendStream;
import io.sluice.transport.SocketReading;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * An HTTP/2 connection to a backend: one channel, many streams, each with an exchange of its own. <em>Loop-confined.</em>
 *
 * <p>A stream that is not read holds back itself alone: the connection's window is refilled as frames come, each stream's
 * only when its bytes were taken. What all streams have to say in one turn of the loop leaves with one flush. A connection
 * that was silent while a request was given up for want of an answer gets no new one until it says something.
 *
 * <p><em>Ownership</em>: its channel. <em>Ends</em>: {@link #close}, the backend closes or resets it, breaks the protocol, or
 * no longer answers; its streams are told first.
 */
final class Http2BackendConnection implements SharedConnection {
    /** From here on there is no telling whether a stream of so high a number can still be opened. */
    private static final int STREAM_IDS_MAX = Integer.MAX_VALUE - 1024;
    /** Who waited for less, or heard something meanwhile, can't tell that nobody answers. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SocketChannel channel;
    private final SocketReading reading;
    private final ResponseReading responses;
    private final Http2Terms terms;
    private final Http2Wire wire;
    private final Http2Connection http2;
    private final Http2Liveness liveness;
    private final PropertyKey key;
    private final Consumer<ProxyError> onOutcome;
    /** Streams of which something came since the last end of a batch. */
    private final List<Http2BackendStream> touched = new ArrayList<>();
    private final Runnable flushing = this::flushNow;
    private Listener listener;
    private ChannelHandlerContext context;
    private int lent;
    private boolean open;
    private boolean leaving;
    private boolean closing;
    private boolean closed;
    private boolean silent;
    private boolean inBatch;
    private boolean flushDue;
    /** Why the connection ends; null as long as nothing says so. */
    private ProxyError why;

    /**
     * Creates it for a channel that is going to connect, whose handler is {@link #wire}.
     *
     * @param onOutcome told once it connected: null = the backend's settings came, so that it is open; else why it is not
     */
    Http2BackendConnection(
            SocketChannel channel, SocketReading reading, ResponseReading responses, Http2Terms terms,
            Consumer<ProxyError> onOutcome) {
        this.channel = channel;
        this.reading = reading;
        this.responses = responses;
        this.terms = terms;
        this.onOutcome = onOutcome;
        this.wire = Http2Wire.of(this, terms.heads());
        this.http2 = wire.connection();
        this.key = http2.newKey();
        this.liveness = new Http2Liveness(terms, this::ping, this::unresponsive);
    }

    Http2Wire wire() {
        return wire;
    }

    // ---- what the pool asks ----

    @Override
    public void listener(Listener newListener) {
        listener = newListener;
    }

    @Override
    public boolean leaving() {
        return leaving || closed || silent || http2.local().lastStreamCreated() > STREAM_IDS_MAX;
    }

    @Override
    public int room() {
        if (leaving()) {
            return 0;
        }
        // A stream that was reset counts until the backend may know of it.
        int taken = Math.max(lent, http2.local().numActiveStreams());
        return Math.max(0, Math.min(terms.http2().streams(), http2.local().maxActiveStreams()) - taken);
    }

    @Override
    public BackendStream stream() {
        if (lent++ == 0) {
            liveness.used(true);
        }
        return new Http2BackendStream(this, terms);
    }

    @Override
    public void close() {
        leaving = true;
        if (lent == 0 && !closing) {
            closing = true;
            // By way of the handler: the backend is told, and what was said before still goes first.
            channel.close();
        }
    }

    // ---- what its streams ask ----

    Http2ConnectionEncoder encoder() {
        return wire.encoder();
    }

    Http2Connection http2() {
        return http2;
    }

    PropertyKey key() {
        return key;
    }

    ChannelHandlerContext context() {
        return context;
    }

    SocketReading reading() {
        return reading;
    }

    long nowNanos() {
        return terms.wheel().nowNanos();
    }

    /** Hands to the kernel what was said: at once where there is one stream, else once for all streams of this turn. */
    void flush() {
        if (inBatch || flushDue || closed) {
            return;
        }
        if (lent > 1) {
            flushDue = true;
            channel.eventLoop().execute(flushing);
        } else {
            flushNow();
        }
    }

    private void flushNow() {
        flushDue = false;
        if (!closed) {
            wire.flush(context);
        }
    }

    /** Something came of this stream: it is told of the end of the batch. */
    void touched(Http2BackendStream stream) {
        touched.add(stream);
    }

    /** A stream is over. */
    void givenBack() {
        if (--lent == 0) {
            liveness.used(false);
            reading.pace(SocketReading.Pace.HEAD);
            if (leaving) {
                close();
            }
        }
    }

    /** A stream was given up that had waited for an answer since then. */
    void unanswered(long sinceNanos) {
        silent |= nowNanos() - sinceNanos >= SILENCE_NANOS && nowNanos() - liveness.lastReadNanos() >= SILENCE_NANOS;
    }

    /** Why streams end that the connection took along. */
    ProxyError why() {
        return why == null ? ProxyError.BACKEND_CLOSED : why;
    }

    // ---- what the wire reports ----

    void onAdded(ChannelHandlerContext added) {
        context = added;
    }

    /** The channel is connected, and our settings left. */
    void onConnected() {
        liveness.connected();
    }

    /** Its first settings make it open. */
    void onSettings() {
        if (!open && !closed) {
            open = true;
            onOutcome.accept(null);
        }
    }

    void onSettingsAcknowledged() {
        liveness.settingsAcknowledged();
    }

    void onReadBegins() {
        inBatch = true;
        silent = false;
        liveness.read();
    }

    /** All of a read was looked at; a flush follows. */
    void onReadEnds() {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).batchEnd();
        }
        touched.clear();
        inBatch = false;
    }

    /** The stream that an exchange has; null where it has none any more. */
    Http2BackendStream stream(Http2Stream stream) {
        return stream == null ? null : stream.getProperty(key);
    }

    Http2BackendStream stream(int id) {
        return stream(http2.stream(id));
    }

    ResponseReading responses() {
        return responses;
    }

    /** No new streams from now on (RFC 9113 §6.8). Those that the backend will not look at are ended by the codec. */
    void onGoAway() {
        leaving = true;
        if (listener != null) {
            listener.onLeaving();
        }
    }

    /** The codec closed a stream, for whatever reason. */
    void onStreamClosed(Http2Stream closing) {
        Http2BackendStream stream = stream(closing);
        if (stream != null) {
            boolean ignored = http2.goAwayReceived() && closing.id() > http2.local().lastStreamKnownByPeer();
            stream.closed(ignored ? ProxyError.STREAM_REFUSED : why());
        }
    }

    /** The connection is going to end for this reason, unless there is one already. */
    void failing(ProxyError reason) {
        if (why == null) {
            why = open || reason != ProxyError.MALFORMED_RESPONSE ? reason : ProxyError.NOT_HTTP2;
        }
        leaving = true;
    }

    /** The backend says no more, so nothing can come of anything. */
    void onInputEnded() {
        failing(ProxyError.BACKEND_CLOSED);
        context.close();
    }

    /** The channel is closed, and every stream was told. */
    void onClosed() {
        closed = true;
        liveness.cancel();
        if (!open) {
            onOutcome.accept(switch (why()) {
                case NOT_HTTP2 -> ProxyError.NOT_HTTP2;
                // A client certificate that TLS 1.3 misses is missed behind our side of the handshake; nothing was asked yet.
                case BACKEND_TLS_BROKEN -> ProxyError.BACKEND_TLS_HANDSHAKE;
                default -> ProxyError.CONNECT_FAILED;
            });
        } else if (listener != null) {
            listener.onClosed();
        }
    }

    private void ping() {
        encoder().writePing(context, false, nowNanos(), context.newPromise());
        wire.flush(context);
    }

    private void unresponsive() {
        failing(ProxyError.BACKEND_UNRESPONSIVE);
        // Nobody takes a GOAWAY there.
        context.close();
    }

    /** Ends a request, behind all that was written of it. */
    void end(int streamId) {
        encoder().writeData(context, streamId, Unpooled.EMPTY_BUFFER, 0, true, context.newPromise());
    }
}
