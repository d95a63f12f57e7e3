package io.sluice.http2;

import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.sluice.exchange.Worker;
import io.sluice.http1.HeadStore;

/**
 * Netty's codec for one connection of a client, put together so that fields are decoded into heads, and frames are gathered.
 * <em>Loop-confined.</em> <em>Ownership</em> of its parts' memory: ends with {@link #close}.
 *
 * @param connection knows the streams
 * @param fields     decodes field blocks
 * @param frames     gathers frames
 * @param decoder    reads frames
 * @param encoder    answers those that the codec answers
 */
record ServerCodec(
        Http2Connection connection,
        RequestDecoder fields,
        FrameOutput frames,
        DefaultHttp2ConnectionDecoder decoder,
        DefaultHttp2ConnectionEncoder encoder) {
    /** Streams at once: what RFC 9113 §6.5.2 recommends at least. */
    static final int STREAMS_MAX = 100;
    /** What a client may send of one stream, and of all, before somebody took it. */
    private static final int STREAM_WINDOW_BYTES = 256 * 1024;
    static final int CONNECTION_WINDOW_BYTES = 1024 * 1024;
    /** The codec's own limit on small CONTINUATION frames is switched off: {@link FrameWatch} has one. */
    private static final int NO_LIMIT = Integer.MAX_VALUE;
    /** From so much of a window on that was taken it is said so. */
    private static final float WINDOW_SHARE = 0.5f;

    /** Puts it together. */
    static ServerCodec of(HeadStore store, Worker worker) {
        Http2Connection connection = new DefaultHttp2Connection(true);
        // Priorities are no longer used (RFC 9113 §5.3): streams get the same.
        connection.remote().flowController(
                new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, WINDOW_SHARE, false));
        FrameOutput frames = new FrameOutput(store);
        RequestDecoder fields = new RequestDecoder(store, worker, connection);
        DefaultHttp2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, frames) {
            /** What holds from the client's acknowledgement on: how many streams there may be is counted by us. */
            @Override
            public Http2Settings pollSentSettings() {
                Http2Settings sent = super.pollSentSettings();
                if (sent != null) {
                    sent.remove(Http2CodecUtil.SETTINGS_MAX_CONCURRENT_STREAMS);
                }
                return sent;
            }
        };
        DefaultHttp2ConnectionDecoder decoder = new DefaultHttp2ConnectionDecoder(
                connection, encoder, new DefaultHttp2FrameReader(fields, NO_LIMIT),
                Http2PromisedRequestVerifier.ALWAYS_VERIFY, true, true, false);
        return new ServerCodec(connection, fields, frames, decoder, encoder);
    }

    /** What a client is told first. */
    Http2Settings settings() {
        return new Http2Settings()
                .connectProtocolEnabled(true)
                .maxConcurrentStreams(STREAMS_MAX)
                .initialWindowSize(STREAM_WINDOW_BYTES)
                .maxHeaderListSize(fields.maxHeaderListSize());
    }

    /** Gives back what its parts have; idempotent. */
    void close() {
        fields.close();
        frames.close();
    }
}
