package io.sluice.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.sluice.exchange.Exchange;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Worker;
import io.sluice.http.Peer;
import io.sluice.http.RequestHead;
import io.sluice.http1.HeadStore;
import io.sluice.transport.SocketReading;

/**
 * What the streams of one connection share, and ask of it. <em>Loop-confined.</em> <em>Ownership</em> and <em>ends</em>: its
 * connection's.
 */
final class Multiplex {
    private final Http2ConnectionHandler connection;
    private final ServerCodec codec;
    private final Worker worker;
    private final HeadStore store;
    private final SocketReading reading;
    private final StreamTable streams = new StreamTable();
    private final ResetCredit resets = new ResetCredit();
    private final Outflow outflow;
    private ChannelHandlerContext context;
    private Peer peer;
    private Runnable onBusy;
    private Runnable onIdle;

    Multiplex(
            Http2ConnectionHandler connection, ServerCodec codec, SocketChannel channel, Worker worker, HeadStore store,
            SocketReading reading) {
        this.connection = connection;
        this.codec = codec;
        this.worker = worker;
        this.store = store;
        this.reading = reading;
        this.outflow = new Outflow(channel, reading, codec.frames(), flow(), streams);
    }

    /**
     * Completes it.
     *
     * @param onBusy run when the first stream begins
     * @param onIdle run when the last one is over
     */
    void of(Peer client, Runnable itsOnBusy, Runnable itsOnIdle) {
        peer = client;
        onBusy = itsOnBusy;
        onIdle = itsOnIdle;
    }

    /** Where frames go from now on. */
    void to(ChannelHandlerContext handler) {
        context = handler;
        outflow.to(handler);
    }

    Peer peer() {
        return peer;
    }

    StreamTable streams() {
        return streams;
    }

    /** What resets by the client may still come. */
    ResetCredit resets() {
        return resets;
    }

    Outflow outflow() {
        return outflow;
    }

    FrameOutput frames() {
        return codec.frames();
    }

    Http2RemoteFlowController flow() {
        return codec.connection().remote().flowController();
    }

    long nowNanos() {
        return worker.wheel().nowNanos();
    }

    void pace(SocketReading.Pace pace) {
        reading.pace(pace);
    }

    /** Runs it behind what the loop does now. */
    void later(Runnable task) {
        worker.loop().execute(task);
    }

    /** Enters a stream, and makes its exchange; takes the head. */
    Http2ClientStream begin(int id, RequestHead head) {
        Http2ClientStream stream = new Http2ClientStream(this, codec.connection().stream(id), head);
        if (streams.isEmpty()) {
            onBusy.run();
        }
        streams.add(stream);
        return stream;
    }

    /** Makes the exchange of a stream. */
    Exchange exchange(Http2ClientStream stream, ListenerFacts listener) {
        return worker.exchange(stream, stream.requestHead(), listener, nowNanos());
    }

    /** A stream's exchange has ended; takes its head. */
    void over(Http2ClientStream stream, RequestHead head) {
        store.give(head);
        streams.remove(stream);
        if (streams.isEmpty()) {
            reading.pace(SocketReading.Pace.HEAD);
            onIdle.run();
        }
    }

    /** Whether the codec knows no stream of this number, or no longer. */
    boolean unknown(int id) {
        return codec.connection().stream(id) == null;
    }

    /** Takes a head that no stream has. */
    void give(RequestHead head) {
        store.give(head);
    }

    /** Gives bytes of a stream that were taken back to its client's windows. */
    void give(Http2ClientStream stream, int count) {
        try {
            codec.connection().local().flowController().consumeBytes(stream.stream(), count);
        } catch (Http2Exception defect) {
            connection.onError(context, true, defect);
        }
    }

    /** A stream's last frame was gathered. */
    void endWritten(Http2ClientStream stream) {
        connection.closeStreamLocal(stream.stream(), context.newSucceededFuture());
        if (!stream.input().whole()) {
            // RFC 9113 §8.1: the rest of the request isn't needed. A reset right behind the answer makes some clients
            // forget that, so it waits until the client has sent more.
            Http2ClientStream waitedForMost = streams.halfClosed(stream);
            if (waitedForMost != null) {
                reset(waitedForMost, Http2Error.NO_ERROR);
            }
        }
        streams.leaving(stream);
    }

    /** Ends a stream at once, if it hasn't ended. */
    void reset(Http2ClientStream stream, Http2Error code) {
        Http2Stream its = codec.connection().stream(stream.id());
        if (its == stream.stream()) {
            reset(stream.id(), code);
        }
    }

    /** The same, by its number. */
    void reset(int id, Http2Error code) {
        codec.fields().history().reset(id);
        connection.resetStream(context, id, code.code(), context.newPromise());
        outflow.soon(0);
    }
}
