package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.sluice.exchange.Worker;
import io.sluice.http.FieldSection;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.http1.HeadStore;

/**
 * Decodes the field blocks of a client straight into heads. Lists that are too long are decoded to their end, or the table
 * would be wrong, but nothing of them is kept; how long a block may be is {@link FrameWatch}'s business.
 * <em>Loop-confined.</em> <em>Ownership</em>: the head it fills, until it is taken, or {@link #close}.
 */
final class RequestDecoder extends DefaultHttp2HeadersDecoder {
    private static final long NO_LIMIT = Integer.MAX_VALUE;

    private final HeadStore store;
    private final Worker worker;
    private final Http2Connection connection;
    private final StreamHistory history = new StreamHistory();
    private final FieldSection section = new FieldSection();
    private final DecodedFields fields = new DecodedFields(section);
    private final long listBytesMax;
    private RequestHead head;
    private boolean ofTrailers;

    /** Creates it; {@code connection} knows which streams have had their head. */
    RequestDecoder(HeadStore store, Worker worker, Http2Connection connection) {
        super(false, NO_LIMIT);
        this.store = store;
        this.worker = worker;
        this.connection = connection;
        this.listBytesMax = worker.snapshot().requestLimits().headBytesMax();
    }

    @Override
    public Http2Headers decodeHeaders(int streamId, ByteBuf block) throws Http2Exception {
        Http2Stream stream = connection.stream(streamId);
        ofTrailers = stream != null;
        if (ofTrailers) {
            section.beginTrailers(worker.snapshot().requestLimits());
        } else {
            if (head == null) {
                head = store.request();
            } else {
                head.clear();
            }
            section.begin(head, worker.snapshot().requestLimits());
        }
        Http2Headers decoded = super.decodeHeaders(streamId, block);
        if (stream != null && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE) {
            throw Http2Exception.streamError(streamId, Http2Error.STREAM_CLOSED, "the stream's request is complete");
        }
        if (stream == null && connection.streamMayHaveExisted(streamId) && !history.wasReset(streamId)) {
            throw Http2Exception.connectionError(
                    history.knows(streamId) ? Http2Error.STREAM_CLOSED : Http2Error.PROTOCOL_ERROR, "the stream is over");
        }
        return decoded;
    }

    @Override
    protected Http2Headers newHeaders() {
        return fields;
    }

    /** The streams that there were. */
    StreamHistory history() {
        return history;
    }

    /** Whether what was decoded last stood behind a body. */
    boolean ofTrailers() {
        return ofTrailers;
    }

    /** Completes the head that was decoded last; null unless it is refused. */
    ProxyError complete(boolean bodiless) {
        return section.end(bodiless);
    }

    /** That head, owned by the caller. */
    RequestHead takeHead() {
        RequestHead taken = head;
        head = null;
        return taken;
    }

    /** The trailers that were decoded last; null if they are refused. */
    Trailers trailers() {
        return section.trailers();
    }

    /** Gives back what it has; idempotent. */
    void close() {
        if (head != null) {
            store.give(head);
            head = null;
        }
    }

    /** What is announced to the client. */
    @Override
    public long maxHeaderListSize() {
        return listBytesMax;
    }

    @Override
    public void maxHeaderListSize(long max, long goAwayMax) {
        // The codec's own limit would answer for us.
    }
}
