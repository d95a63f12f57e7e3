package io.sluice.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder.SensitivityDetector;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.AsciiString;
import io.sluice.http.HeadLimits;
import io.sluice.http.ProxyError;
import io.sluice.transport.ChannelEnds;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * The channel's side of an {@link Http2BackendConnection}: Netty's codec, and what it tells. <em>Loop-confined.</em>
 * <em>Ends</em> with its channel.
 */
final class Http2Wire extends Http2ConnectionHandler {
    /** What a backend may send of a response before it was taken. */
    private static final int STREAM_WINDOW_BYTES = 256 << 10;
    /** What it may send at a time over all streams; refilled as it comes, so that no stream holds back another. */
    private static final int CONNECTION_WINDOW_BYTES = 1 << 20;
    private static final float REFILL_RATIO = 0.5f;
    /** A head is read to its end up to there, whatever the limit is, so that the connection can go on. */
    private static final long HEAD_BYTES_READ_MAX = 1 << 20;
    /** How long a GOAWAY may wait to leave. */
    private static final long LEAVING_MILLIS = 1000;
    private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
    private static final AsciiString COOKIE = AsciiString.cached("cookie");
    /** Secrets of different clients share a connection: what HPACK never indexes can't be guessed by sizes (RFC 7541 §7.1). */
    private static final SensitivityDetector SECRETS =
            (name, value) -> AUTHORIZATION.contentEquals(name) || COOKIE.contentEquals(name);

    private final Http2BackendConnection connection;

    private Http2Wire(
            Http2BackendConnection connection, Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(decoder, encoder, settings);
        this.connection = connection;
    }

    /** Makes the handler of a connection. */
    static Http2Wire of(Http2BackendConnection connection, HeadLimits heads) {
        return new Builder(connection, heads).build();
    }

    /** Puts the codec together. <em>Loop-confined.</em> */
    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Wire, Builder> {
        private final Http2BackendConnection connection;

        private Builder(Http2BackendConnection connection, HeadLimits heads) {
            this.connection = connection;
            Http2Connection http2 = new DefaultHttp2Connection(false);
            http2.local().flowController(new DefaultHttp2LocalFlowController(http2, REFILL_RATIO, true));
            DefaultHttp2RemoteFlowController out =
                    new DefaultHttp2RemoteFlowController(http2, new UniformStreamByteDistributor(http2));
            out.listener(this::writabilityChanged);
            http2.remote().flowController(out);
            http2.addListener(new Ends(connection));
            DefaultHttp2ConnectionEncoder encoder =
                    new DefaultHttp2ConnectionEncoder(http2, new DefaultHttp2FrameWriter(SECRETS, true));
            codec(new Reading(http2, encoder, heads), encoder);
            initialSettings(Http2Settings.defaultSettings()
                    .pushEnabled(false)
                    .initialWindowSize(STREAM_WINDOW_BYTES)
                    .maxHeaderListSize(heads.headBytesMax()));
            frameListener(new Frames(connection));
            gracefulShutdownTimeoutMillis(LEAVING_MILLIS);
        }

        private void writabilityChanged(Http2Stream changed) {
            Http2BackendStream stream = connection.stream(changed);
            if (stream != null) {
                stream.writabilityChanged();
            }
        }

        @Override
        public Http2Wire build() {
            return super.build();
        }

        @Override
        protected Http2Wire build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2Wire(connection, decoder, encoder, settings);
        }
    }

    /**
     * Reads frames. A head that is too long costs its stream: by itself the codec ends the connection from a quarter beyond
     * the limit on, and with it everybody's requests. <em>Loop-confined.</em>
     */
    private static final class Reading extends DefaultHttp2ConnectionDecoder {
        private Reading(Http2Connection http2, Http2ConnectionEncoder encoder, HeadLimits heads) {
            super(http2, encoder, reader(heads));
        }

        private static Http2FrameReader reader(HeadLimits heads) {
            DefaultHttp2FrameReader reader = new DefaultHttp2FrameReader();
            try {
                reader.headersConfiguration().maxHeaderListSize(heads.headBytesMax(), longest(heads.headBytesMax()));
            } catch (Http2Exception e) {
                throw new IllegalStateException(e);
            }
            return reader;
        }

        private static long longest(long headBytesMax) {
            return Math.max(HEAD_BYTES_READ_MAX, headBytesMax);
        }

        @Override
        protected long calculateMaxHeaderListSizeGoAway(long headBytesMax) {
            return longest(headBytesMax);
        }
    }

    /** The channel is connected already, so that its settings leave. */
    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        connection.onAdded(context);
        super.handlerAdded(context);
        Http2Stream all = connection().connectionStream();
        decoder().flowController().incrementWindowSize(
                all, CONNECTION_WINDOW_BYTES - decoder().flowController().windowSize(all));
        connection.onConnected();
        flush(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        connection.onReadBegins();
        super.channelRead(context, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        connection.onReadEnds();
        super.channelReadComplete(context);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        super.userEventTriggered(context, event);
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            connection.onInputEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        connection.failing(ProxyError.BACKEND_CLOSED);
        super.channelInactive(context);
        connection.onClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (cause instanceof SocketReading.NotRead) {
            return;
        }
        if (ChannelEnds.cause(cause) instanceof IOException broken) {
            connection.failing(broken instanceof SSLException ? ProxyError.BACKEND_TLS_BROKEN : ProxyError.BACKEND_RESET);
            context.close();
        } else {
            onError(context, false, cause);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception breach) {
        connection.failing(outbound ? ProxyError.BACKEND_CLOSED
                : breach == null ? ProxyError.INTERNAL : ProxyError.MALFORMED_RESPONSE);
        super.onConnectionError(context, outbound, cause, breach);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception.StreamException breach) {
        Http2Stream failed = connection().stream(breach.streamId());
        if (outbound && (failed == null || failed.state() == Http2Stream.State.CLOSED)) {
            // What waited to be sent on a stream that is gone; nobody has to be told.
            return;
        }
        Http2BackendStream stream = connection.stream(failed);
        if (stream != null) {
            stream.closed(breach.error() == Http2Error.INTERNAL_ERROR ? ProxyError.INTERNAL
                    : breach instanceof Http2Exception.HeaderListSizeException
                            ? ProxyError.RESPONSE_HEAD_TOO_LARGE : ProxyError.MALFORMED_RESPONSE);
        }
        super.onStreamError(context, outbound, cause, breach);
    }

    /** Streams that the codec closes. <em>Loop-confined.</em> */
    private static final class Ends extends Http2ConnectionAdapter {
        private final Http2BackendConnection connection;

        private Ends(Http2BackendConnection connection) {
            this.connection = connection;
        }

        @Override
        public void onStreamClosed(Http2Stream stream) {
            connection.onStreamClosed(stream);
        }

        @Override
        public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
            connection.onGoAway();
        }
    }

    /** Frames that come. <em>Loop-confined.</em> */
    private static final class Frames extends Http2FrameAdapter {
        private final Http2BackendConnection connection;

        private Frames(Http2BackendConnection connection) {
            this.connection = connection;
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
            connection.onSettings();
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext context) {
            connection.onSettingsAcknowledged();
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int streamId, Http2Headers headers, int streamDependency, short weight,
                boolean exclusive, int padding, boolean endStream) throws Http2Exception {
            onHeadersRead(context, streamId, headers, padding, endStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean endStream)
                throws Http2Exception {
            Http2BackendStream stream = connection.stream(streamId);
            try {
                if (stream != null) {
                    stream.onHeaders(headers, endStream);
                }
            } catch (RuntimeException defect) {
                throw costingOne(streamId, defect);
            }
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean endStream)
                throws Http2Exception {
            Http2BackendStream stream = connection.stream(streamId);
            try {
                return stream == null ? data.readableBytes() + padding : stream.onData(data, padding, endStream);
            } catch (RuntimeException defect) {
                throw costingOne(streamId, defect);
            }
        }

        /** A defect of ours costs the exchange it was found in, not those beside it. */
        private static Http2Exception costingOne(int streamId, RuntimeException defect) {
            return Http2Exception.streamError(streamId, Http2Error.INTERNAL_ERROR, defect, "a defect in an exchange");
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int streamId, long errorCode) {
            Http2BackendStream stream = connection.stream(streamId);
            if (stream != null) {
                stream.onReset(errorCode);
            }
        }
    }
}
