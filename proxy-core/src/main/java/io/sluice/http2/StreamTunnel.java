package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.sluice.http.ProxyError;
import io.sluice.http.Trailers;
import io.sluice.stream.ClientListener;
import io.sluice.stream.TunnelEnd;
import io.sluice.transport.SocketReading;

/**
 * A stream of a client as one end of a tunnel (RFC 8441 §5): its data is the tunnel's, END_STREAM what FIN is to a socket, and
 * a reset by CANCEL what RST is. <em>Loop-confined.</em> <em>Ends</em> by {@link #close}, {@link #reset}, or when the client
 * is gone.
 */
final class StreamTunnel implements TunnelEnd, ClientListener {
    /** What a frame brings at the most. */
    private static final int FRAME_BYTES = 16 * 1024;

    private final Http2ClientStream stream;
    private Listener listener;
    private boolean closed;

    StreamTunnel(Http2ClientStream stream) {
        this.stream = stream;
    }

    @Override
    public void begin(Listener its) {
        listener = its;
    }

    @Override
    public void open() {
        if (closed) {
            return;
        }
        listener.onBatchEnd();
        if (!closed && !listener.blocked()) {
            stream.resume();
        }
    }

    // ---- as a source ----

    @Override
    public void pause() {
        stream.pause();
    }

    @Override
    public void resume() {
        if (!closed) {
            stream.resume();
        }
    }

    @Override
    public long contiguous() {
        return 0;
    }

    @Override
    public SocketReading socket() {
        return null;
    }

    @Override
    public void taken(long bytes, boolean followed) {
        stream.taken(bytes, followed);
    }

    @Override
    public void pace(SocketReading.Pace pace) {
        if (!closed) {
            stream.pace(pace);
        }
    }

    @Override
    public int readBytes() {
        return FRAME_BYTES;
    }

    // ---- as a sink ----

    @Override
    public void body(ByteBuf data) {
        stream.body(data);
    }

    @Override
    public void region(FileRegion data) {
        stream.region(data);
    }

    @Override
    public void end(Trailers trailers) {
        stream.end(trailers);
    }

    @Override
    public void flush() {
        if (!closed) {
            stream.flush();
        }
    }

    @Override
    public boolean writable() {
        return stream.writable();
    }

    @Override
    public long pendingBytes() {
        return stream.pendingBytes();
    }

    // ---- what the stream reports ----

    @Override
    public void onRequestBody(ByteBuf data) {
        if (closed) {
            data.release();
        } else {
            listener.onBytes(data);
        }
    }

    @Override
    public void onRequestBatchEnd() {
        if (!closed) {
            listener.onBatchEnd();
        }
    }

    @Override
    public void onRequestEnd(Trailers trailers) {
        if (!closed) {
            listener.onInputEnd();
        }
    }

    @Override
    public void onRequestBroken(ProxyError why) {
        if (!closed) {
            listener.onFailed();
        }
    }

    @Override
    public void onClientWritable() {
        if (!closed) {
            listener.onWritable();
        }
    }

    @Override
    public void onResponseSent() {
        if (!closed) {
            listener.onOutputEnd();
        }
    }

    @Override
    public void onClientGone(ProxyError why) {
        if (!closed) {
            closed = true;
            listener.onBroken(why);
        }
    }

    // ---- endings ----

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            stream.over();
        }
    }

    @Override
    public void reset() {
        if (!closed) {
            closed = true;
            stream.cancel();
        }
    }
}
