package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.sluice.exchange.ListenerFacts;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import java.util.concurrent.TimeUnit;

/**
 * What the codec reports of a client's frames, once it has checked them, and what becomes of that: requests begin, go on and
 * end. <em>Loop-confined.</em>
 */
final class ClientFrames extends Http2FrameAdapter {
    /** Streams that lived so long were no attack: there are no more of them in a second than their number allows. */
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Http2ClientConnection connection;
    private final Multiplex multiplex;
    private final Leaving leaving;
    private final ListenerFacts listener;
    private final RequestDecoder fields;
    private final StreamTable streams;
    private final ResetCredit resetsProvoked = new ResetCredit();

    ClientFrames(
            Http2ClientConnection connection, Multiplex multiplex, Leaving leaving, ListenerFacts listener,
            RequestDecoder fields) {
        this.connection = connection;
        this.multiplex = multiplex;
        this.leaving = leaving;
        this.listener = listener;
        this.fields = fields;
        this.streams = multiplex.streams();
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context, int id, Http2Headers headers, int dependency, short weight,
            boolean exclusive, int padding, boolean last) {
        if (fields.ofTrailers()) {
            onTrailers(id);
        } else {
            onRequest(id, last);
        }
    }

    private void onRequest(int id, boolean last) {
        fields.history().opened(id);
        ProxyError refused = fields.complete(last);
        RequestHead head = fields.takeHead();
        if (connection.over()) {
            // It ended in the midst of this read, and its GOAWAY says that nothing will come of this.
            multiplex.give(head);
            return;
        }
        if (streams.full()) {
            multiplex.give(head);
            listener.meters().rejected(ProxyError.HTTP2_TOO_MANY_STREAMS);
            multiplex.reset(id, Http2Error.REFUSED_STREAM);
            return;
        }
        leaving.request();
        Http2ClientStream stream = multiplex.begin(id, head);
        if (last) {
            stream.input().bodiless();
        }
        if (refused != null) {
            stream.refuse(refused);
        }
        streams.fresh(stream);
    }

    /**
     * Begins the exchanges of what the last read brought. What the same read took back (CVE-2023-44487) never becomes one, and
     * costs no backend anything.
     */
    void onReadEnd() {
        for (Http2ClientStream stream; (stream = streams.takeFresh()) != null; ) {
            try {
                stream.begin(multiplex.exchange(stream, listener));
            } catch (RuntimeException defect) {
                broken(stream);
            }
        }
        streams.tellBatchEnd();
    }

    private void onTrailers(int id) {
        Http2ClientStream stream = streams.find(id);
        if (stream == null) {
            streams.forget(id);
            return;
        }
        Trailers trailers = fields.trailers();
        // RFC 9113 §8.5: a tunnel has none.
        boolean tunnel = stream.requestHead().extendedConnect();
        if (trailers == null || tunnel || !stream.input().agrees(0, true)) {
            malformed(stream);
        } else {
            stream.input().end(trailers);
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean last) {
        return onData(id, data, last) + padding;
    }

    private int onData(int id, ByteBuf data, boolean last) {
        int count = data.readableBytes();
        Http2ClientStream stream = streams.find(id);
        if (stream == null) {
            if (streams.unwanted(id, count, last)) {
                multiplex.reset(id, Http2Error.NO_ERROR);
            }
            return count;
        }
        if (!stream.input().agrees(count, last)) {
            malformed(stream);
            return count;
        }
        try {
            int back = stream.input().data(data);
            if (last) {
                streams.forget(id);
                stream.input().end(Trailers.NONE);
            }
            return back;
        } catch (RuntimeException defect) {
            broken(stream);
            return count;
        }
    }

    private void malformed(Http2ClientStream stream) {
        if (!stream.refuse(ProxyError.HTTP2_MALFORMED)) {
            listener.meters().rejected(ProxyError.HTTP2_MALFORMED);
            multiplex.reset(stream, Http2Error.PROTOCOL_ERROR);
            stream.gone(ProxyError.HTTP2_MALFORMED);
        }
        provoked();
    }

    /** The codec found what breaks a rule of a stream, or of one that is over. */
    void onStreamError(int id, Http2Error code) {
        boolean unknown = multiplex.unknown(id);
        if (unknown && fields.history().wasReset(id)) {
            // It was on its way when we reset the stream.
            return;
        }
        if (unknown && code == Http2Error.STREAM_CLOSED) {
            connection.fail(Http2Error.STREAM_CLOSED, ProxyError.HTTP2_PROTOCOL_ERROR);
            return;
        }
        listener.meters().rejected(ProxyError.HTTP2_PROTOCOL_ERROR);
        Http2ClientStream stream = streams.find(id);
        multiplex.reset(id, code);
        if (stream != null) {
            stream.gone(ProxyError.HTTP2_PROTOCOL_ERROR);
        }
        provoked();
    }

    /** A stream was reset since its client broke a rule: that costs us more than the client (CVE-2025-8671). */
    private void provoked() {
        if (!resetsProvoked.spend(multiplex.nowNanos())) {
            connection.fail(Http2Error.ENHANCE_YOUR_CALM, ProxyError.HTTP2_PROVOKED_RESETS);
        }
    }

    /** A defect of ours costs this exchange, and nothing else. */
    private static void broken(Http2ClientStream stream) {
        if (stream.listener() != null) {
            stream.listener().onRequestBroken(ProxyError.INTERNAL);
        }
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int id, long code) {
        streams.forget(id);
        Http2ClientStream stream = streams.find(id);
        if (stream == null || stream.ending()) {
            return;
        }
        long now = multiplex.nowNanos();
        stream.gone(ProxyError.CLIENT_GONE);
        // Each costs a backend more than it costs the client (CVE-2023-44487).
        if (now - stream.sinceNanos() < LONG_NANOS && !multiplex.resets().spend(now)) {
            connection.fail(Http2Error.ENHANCE_YOUR_CALM, ProxyError.HTTP2_RAPID_RESET);
        }
    }

    /** The client sends no more: what it has not said to the end it never will. */
    void onInputEnd() {
        for (Http2ClientStream stream : streams.unended()) {
            multiplex.reset(stream, Http2Error.CANCEL);
            stream.gone(ProxyError.CLIENT_GONE);
        }
        leaving.gone();
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) {
        leaving.onPingAnswered();
    }
}
