package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.sluice.http.BodyFraming;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.stream.ClientStream;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;

/**
 * What exchanges see of a client's HTTP/1.1 connection, all of them the same one. <em>Loop-confined.</em> Knows whether the
 * connection ends with the response in hand. <em>Ownership</em> and <em>ends</em>: its connection's.
 */
final class Http1ClientStream implements ClientStream {
    /** An unread rest of a request body up to this size is read and forgotten for the connection's sake. */
    static final long FORGOTTEN_BYTES_MAX = 64 * 1024;

    private final Http1ClientConnection connection;
    private final SocketReading reading;
    private final RequestInput request;
    private final ResponseOutput response;
    private final Peer peer;
    private boolean closing;

    /** Creates it; all parts are the connection's. */
    Http1ClientStream(
            Http1ClientConnection connection, SocketReading reading, RequestInput request, ResponseOutput response,
            Peer peer) {
        this.connection = connection;
        this.reading = reading;
        this.request = request;
        this.response = response;
        this.peer = peer;
    }

    /** Begins the next exchange; after the {@code last} one the connection ends. */
    void begin(boolean last) {
        closing = last;
    }

    /** Whether the connection ends with this exchange's response. */
    boolean closing() {
        return closing;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public void head(ResponseHead message) {
        if (message.interim()) {
            response.interim(message, request.head());
            return;
        }
        BodyFraming framing = ResponseOutput.framing(message, request.head());
        closing |= connection.sendsAway() || framing == BodyFraming.UNTIL_CLOSE;
        response.head(message, request.head(), framing, closing);
    }

    @Override
    public boolean retract() {
        return response.retract();
    }

    @Override
    public void closeAfterResponse() {
        closing = true;
    }

    @Override
    public void discardRequest() {
        closing |= !request.restUpTo(FORGOTTEN_BYTES_MAX);
    }

    @Override
    public void body(ByteBuf data) {
        response.body(data);
    }

    @Override
    public void region(FileRegion data) {
        response.region(data, connection::channelWritable);
    }

    @Override
    public void end(Trailers trailers) {
        response.end(trailers);
    }

    @Override
    public void flush() {
        response.flush();
    }

    @Override
    public boolean writable() {
        return response.writable();
    }

    @Override
    public long pendingBytes() {
        return response.pendingBytes();
    }

    @Override
    public long progress() {
        return reading.acknowledgedBytes() - response.pendingBytes();
    }

    @Override
    public SocketReading socket() {
        return reading.plain();
    }

    @Override
    public long contiguous() {
        return connection.inExchange() ? request.contiguous() : 0;
    }

    @Override
    public void taken(long bytes, boolean followed) {
        request.taken(bytes);
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
    public RawSocket detach() {
        return connection.detach();
    }

    @Override
    public void abort(ProxyError why) {
        connection.abort();
    }
}
