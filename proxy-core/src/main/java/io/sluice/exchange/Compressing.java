package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.config.FilterConfig.Coding;
import io.sluice.filter.BodyFilter;
import io.sluice.filter.Compression;
import io.sluice.http.AcceptEncoding;
import io.sluice.http.BodyFraming;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.route.Route;
import io.sluice.stream.BodySink;
import io.sluice.stream.ClientStream;
import io.sluice.telemetry.CompressionMeters;

/**
 * Stands between a response's body and its client on a route that compresses: decides once the head is there, and codes what
 * comes then. <em>Loop-confined.</em>
 *
 * <p>A slice is coded in the call that brings it, and what comes of it waits for the next flush at the longest: every batch of
 * the backend's can be read by the client when it ends, and no more than one is held here. Where a response breaks off, its
 * coding does, too: nobody takes it for complete.
 *
 * <p><em>Ownership</em>: of the coder and of what it has ready. <em>Ends</em>: {@link #end}, or {@link #close} with its exchange.
 */
final class Compressing extends Recoding implements BodyChange {
    /** So much is handed on without waiting for a flush. */
    private static final int PIECE_BYTES = 16 * 1024;
    private static final int ROOM_BYTES = 4096;

    private final Compression rules;
    private final CompressionMeters meters;
    private final RequestHead request;
    private final AcceptEncoding accepted;
    private Coding coding;
    /** Null before the body, and behind it. */
    private BodyFilter coder;
    private ByteBuf ready;
    private long inBytes;
    private long flushedBytes;

    private Compressing(Compression rules, CompressionMeters meters, RequestHead request) {
        this.rules = rules;
        this.meters = meters;
        this.request = request;
        this.accepted = AcceptEncoding.of(request);
    }

    /** What is to be asked on an exchange's response; null where its route compresses nothing. To be called before filters. */
    static Compressing of(Route route, RequestHead request, Snapshot snapshot) {
        return route.compression() == null ? null : new Compressing(route.compression(), snapshot.compression(), request);
    }

    @Override
    public BodySink begin(ResponseHead head, ClientStream to) {
        Coding chosen = rules.prepare(head, request, accepted);
        if (chosen == null || head.framing() == BodyFraming.NONE) {
            return to;
        }
        coder = rules.begin(chosen);
        coding = chosen;
        inFrontOf(to);
        meters.begun(chosen);
        return this;
    }

    @Override
    public void body(ByteBuf data) {
        if (coder == null) {
            // The client left in the midst of a batch.
            data.release();
            return;
        }
        try {
            inBytes += data.readableBytes();
            if (ready == null) {
                ByteBufAllocator allocator = data.isDirect() ? data.alloc() : ByteBufAllocator.DEFAULT;
                ready = allocator.directBuffer(ROOM_BYTES);
            }
            coder.write(data, ready);
        } finally {
            data.release();
        }
        if (ready.readableBytes() >= PIECE_BYTES) {
            handOnReady();
        }
    }

    @Override
    public void flush() {
        if (coder != null && flushedBytes < inBytes) {
            flushedBytes = inBytes;
            coder.flush(room());
        }
        handOnReady();
        super.flush();
    }

    @Override
    public void end(Trailers trailers) {
        if (coder != null) {
            coder.end(room());
            handOnReady();
            close();
        }
        behind().end(trailers);
    }

    private ByteBuf room() {
        if (ready == null) {
            ready = ByteBufAllocator.DEFAULT.directBuffer(ROOM_BYTES);
        }
        return ready;
    }

    private void handOnReady() {
        if (ready != null && ready.isReadable()) {
            ByteBuf piece = ready;
            ready = null;
            handOn(piece);
        }
    }

    @Override
    public void close() {
        if (coder != null) {
            coder.close();
            coder = null;
            meters.ended(coding, inBytes, sentBytes(0));
        }
        if (ready != null) {
            ready.release();
            ready = null;
        }
    }
}
