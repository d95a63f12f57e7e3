package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Tenure;
import io.sluice.exchange.Worker;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http1.HeadStore;
import io.sluice.telemetry.LiveExchanges;
import io.sluice.transport.Closing;
import io.sluice.transport.Deadline;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP/2 connection from a client (RFC 9113): many requests at a time, each an {@link Http2ClientStream} with an exchange.
 * <em>Loop-confined.</em>
 *
 * <p>Frames and the state of streams are the codec's; what streams mean, and what a connection may cost, is decided here. All
 * that is written is gathered, and flushed once a turn of the loop: at the end of a read, or by a task behind what other
 * connections brought. Long data does not wait for that.
 *
 * <p>LINGERING: all is said, our side is closed, and what still comes is read and forgotten for a moment, as far as a window
 * allowed it, so that it doesn't reset the connection under the last frames.
 *
 * <p><em>Ownership</em>: by its codec and its streams. <em>Ends</em>: the client leaves or breaks a rule of the connection,
 * it is idle for too long, costs too much, or is sent away.
 */
public final class Http2ClientConnection extends Http2ConnectionHandler implements Worker.Connection {
    private enum State { OPEN, LINGERING, CLOSED }

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** What the windows allow may be on its way to us when all is said; more is meant ill. */
    private static final long FORGOTTEN_BYTES_MAX = 2 * ServerCodec.CONNECTION_WINDOW_BYTES;
    private static final int CONTROL_FRAMES_MAX = 1000;

    private final SocketChannel channel;
    private final Worker worker;
    private final ListenerFacts listener;
    private final SocketReading reading;
    private final ServerCodec codec;
    private final Multiplex multiplex;
    private final StreamTable streams;
    private final Outflow outflow;
    private final FrameWatch watch;
    private final Leaving leaving;
    private final ClientFrames frames;
    /** Of a connection at rest, or that ends; of fields that don't come to their end. */
    private final Deadline rest;
    private final Deadline fieldsDeadline;
    private ChannelHandlerContext context;
    private State state = State.OPEN;
    private long forgottenBytes;
    private boolean opened;
    private boolean fieldsAwaited;

    /** Creates the handler of a channel, in the worker's loop; {@code reading} and {@code peer} are its. */
    public Http2ClientConnection(
            SocketChannel channel, Worker worker, ListenerFacts listener, HeadStore store, SocketReading reading,
            Peer peer) {
        ServerCodec codec = ServerCodec.of(store, worker);
        super(codec.decoder(), codec.encoder(), codec.settings(), true, false);
        this.channel = channel;
        this.worker = worker;
        this.listener = listener;
        this.reading = reading;
        this.codec = codec;
        this.multiplex = new Multiplex(this, codec, channel, worker, store, reading);
        this.streams = multiplex.streams();
        this.outflow = multiplex.outflow();
        // What is compressed is hardly ever longer than what it stands for.
        this.watch = new FrameWatch(2 * (int) codec.fields().maxHeaderListSize(), worker.wheel().nowNanos());
        this.rest = new Deadline(worker.wheel(), this::onRestOver);
        this.fieldsDeadline = new Deadline(
                worker.wheel(), () -> fail(Http2Error.ENHANCE_YOUR_CALM, ProxyError.REQUEST_HEAD_TIMEOUT));
        this.leaving = new Leaving(worker, codec, outflow, new Tenure(peer.sinceNanos()), this::onLeft);
        multiplex.of(peer, this::onBusy, this::onIdle);
        this.frames = new ClientFrames(this, multiplex, leaving, listener, codec.fields());
        codec.decoder().frameListener(frames);
    }

    // ---- its beginning ----

    @Override
    public void handlerAdded(ChannelHandlerContext handler) throws Exception {
        context = handler;
        multiplex.to(handler);
        leaving.to(handler);
        super.handlerAdded(handler);
        if (channel.isActive()) {
            open();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext handler) throws Exception {
        super.channelActive(handler);
        open();
    }

    private void open() throws Http2Exception {
        if (opened) {
            return;
        }
        opened = true;
        Http2Stream all = connection().connectionStream();
        int more = ServerCodec.CONNECTION_WINDOW_BYTES - connection().local().flowController().initialWindowSize(all);
        connection().local().flowController().incrementWindowSize(all, more);
        worker.opened(this);
        if (state == State.OPEN) {
            leaving.opened();
            awaitRequest();
            awaitFields(worker.wheel().nowNanos());
        }
        outflow.soon(0);
    }

    // ---- what the client sends ----

    @Override
    public void channelRead(ChannelHandlerContext handler, Object message) throws Exception {
        ByteBuf in = (ByteBuf) message;
        long now = worker.wheel().nowNanos();
        if (over()) {
            forget(in);
            return;
        }
        watch.sent(codec.frames().dataFrames());
        ProxyError flood = watch.look(in, now);
        if (flood != null) {
            in.release();
            fail(Http2Error.ENHANCE_YOUR_CALM, flood);
            return;
        }
        outflow.hold(true);
        super.channelRead(handler, in);
        if (over()) {
            return;
        }
        if (!watch.midway()) {
            fieldsAwaited = false;
            fieldsDeadline.disarm();
        } else if (!fieldsAwaited) {
            awaitFields(now);
        }
        if (codec.frames().controlFrames() > CONTROL_FRAMES_MAX) {
            flush(handler);
            if (codec.frames().controlFrames() > CONTROL_FRAMES_MAX) {
                fail(Http2Error.ENHANCE_YOUR_CALM, ProxyError.HTTP2_UNREAD_FRAMES);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext handler) throws Exception {
        frames.onReadEnd();
        outflow.hold(false);
        super.channelReadComplete(handler);
    }

    private void forget(ByteBuf in) {
        forgottenBytes += in.readableBytes();
        in.release();
        if (state == State.LINGERING && forgottenBytes > FORGOTTEN_BYTES_MAX) {
            close();
        }
    }

    private void awaitFields(long nowNanos) {
        fieldsAwaited = true;
        fieldsDeadline.at(nowNanos + worker.snapshot().deadlines().requestHeadNanos());
    }

    // ---- writing ----

    @Override
    public void flush(ChannelHandlerContext handler) {
        try {
            outflow.flush();
        } catch (Http2Exception defect) {
            onError(handler, true, defect);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext handler) throws Exception {
        connection().remote().flowController().channelWritabilityChanged();
        if (channel.isWritable()) {
            flush(handler);
        }
    }

    // ---- endings ----

    /** Whether all is said, or nothing more can be. */
    boolean over() {
        return state == State.LINGERING || state == State.CLOSED;
    }

    private void onBusy() {
        if (state == State.OPEN) {
            rest.disarm();
        }
    }

    private void onIdle() {
        if (!over()) {
            awaitRequest();
        }
    }

    private void awaitRequest() {
        if (leaving.left()) {
            farewell(Http2Error.NO_ERROR);
        } else {
            rest.at(worker.wheel().nowNanos() + worker.snapshot().deadlines().keepAliveNanos());
        }
    }

    private void onRestOver() {
        if (over()) {
            close();
        } else if (leaving.staying()) {
            farewell(Http2Error.NO_ERROR);
        }
    }

    @Override
    public void drain() {
        if (!over() && worker.draining(listener)) {
            leaving.begin();
        }
    }

    private void onLeft() {
        if (streams.isEmpty()) {
            farewell(Http2Error.NO_ERROR);
        }
    }

    /** The client breaks a rule of the connection, or costs too much. */
    void fail(Http2Error code, ProxyError why) {
        if (!over()) {
            listener.meters().rejected(why);
            codec.frames().goAway(connection().remote().lastStreamCreated(), code.code());
            linger();
            streams.allGone(why);
        }
    }

    /** All is said. */
    private void farewell(Http2Error code) {
        if (!over()) {
            codec.frames().goAway(connection().remote().lastStreamCreated(), code.code());
            linger();
        }
    }

    private void linger() {
        state = State.LINGERING;
        flush(context);
        outflow.close();
        leaving.cancel();
        fieldsDeadline.cancel();
        if (channel.isInputShutdown()) {
            close();
            return;
        }
        rest.at(worker.wheel().nowNanos() + LINGER_NANOS);
        Closing.endOutput(channel);
        reading.resume();
    }

    private void close() {
        letGo();
        Closing.close(channel);
    }

    private void letGo() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            rest.cancel();
            leaving.cancel();
            fieldsDeadline.cancel();
            outflow.close();
            codec.close();
            worker.closed(this);
        }
    }

    /** Nothing more can be said to the client. */
    private void gone(ProxyError why) {
        boolean was = state == State.CLOSED;
        letGo();
        streams.allGone(why);
        if (!was) {
            Closing.close(channel);
        }
    }

    @Override
    public void abandon() {
        gone(ProxyError.SHUTTING_DOWN);
    }

    @Override
    public void onShortage() {
        if (streams.isEmpty() && worker.shortage()) {
            reading.pause();
        } else if (!worker.shortage()) {
            reading.resume();
        }
    }

    @Override
    public void show(LiveExchanges to) {
        streams.show(to);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext handler, boolean outbound, Throwable cause, Http2Exception error) {
        fail(error == null ? Http2Error.INTERNAL_ERROR : error.error(),
                error == null ? ProxyError.INTERNAL : ProxyError.HTTP2_PROTOCOL_ERROR);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext handler, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        frames.onStreamError(error.streamId(), error.error());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext handler, Object event) throws Exception {
        super.userEventTriggered(handler, event);
        if (event instanceof ChannelInputShutdownEvent) {
            if (listener.halfClose() == HalfClose.ABORT || streams.isEmpty() || over()) {
                gone(ProxyError.CLIENT_GONE);
            } else {
                frames.onInputEnd();
            }
        } else if (event instanceof SslCloseCompletionEvent && state != State.LINGERING) {
            // As with HTTP/1.1 a close_notify leaves no way to answer; but behind ours Netty reports one with whatever comes.
            gone(ProxyError.CLIENT_GONE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext handler) throws Exception {
        gone(ProxyError.CLIENT_GONE);
        super.channelInactive(handler);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
        boolean left = cause instanceof SocketReading.NotRead why && why.paused() && reading.peerClosed();
        if (state == State.CLOSED || cause instanceof SocketReading.NotRead && !left) {
            return;
        }
        // Records that can't be decrypted come wrapped.
        if (left || cause instanceof IOException || cause.getCause() instanceof IOException) {
            gone(ProxyError.CLIENT_GONE);
        } else {
            fail(Http2Error.INTERNAL_ERROR, ProxyError.INTERNAL);
        }
    }
}
