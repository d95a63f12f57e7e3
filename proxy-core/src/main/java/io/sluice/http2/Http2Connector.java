package io.sluice.http2;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.util.AsciiString;
import io.sluice.config.ServiceConfig.Protocol;
import io.sluice.http.HeadLimits;
import io.sluice.http.ProxyError;
import io.sluice.http1.Http1Connector;
import io.sluice.pool.Connector;
import io.sluice.pool.SharedConnector;
import io.sluice.service.Dialer;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.transport.DeadlineWheel;
import io.sluice.transport.SocketReading;
import java.util.function.Supplier;

/**
 * Opens HTTP/2 connections to endpoints from one event loop; HTTP/1.1 ones where the endpoint has the choice and makes that. One
 * of HTTP/2 is open when the backend's settings came: who answers anything else does not speak it, and how many streams it
 * allows is known before the first is sent. <em>Loop-confined.</em>
 */
public final class Http2Connector implements SharedConnector {
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");

    private final Dialer dialer;
    private final Http1Connector http1;
    private final DeadlineWheel wheel;
    private final Supplier<HeadLimits> limits;
    private final ResponseReading responses = new ResponseReading();

    /**
     * Creates it.
     *
     * @param http1  makes connections of channels whose endpoint chose HTTP/1.1
     * @param limits of responses, as they are at the moment
     */
    public Http2Connector(Dialer dialer, Http1Connector http1, DeadlineWheel wheel, Supplier<HeadLimits> limits) {
        this.dialer = dialer;
        this.http1 = http1;
        this.wheel = wheel;
        this.limits = limits;
    }

    @Override
    public Connector.Attempt connect(Service service, Endpoint endpoint, Listener listener) {
        Opening opening = new Opening(service, listener);
        opening.dialing = dialer.dial(service, endpoint, service.tls(), opening);
        return opening;
    }

    /** A connection on its way: what it takes to dial, then settings. */
    private final class Opening implements Connector.Attempt, Dialer.Caller {
        private final Service service;
        private final Listener listener;
        private Dialer.Dialing dialing;
        /** While its settings are awaited; null before. */
        private SocketChannel channel;
        private Http2BackendConnection connection;
        private boolean over;

        private Opening(Service service, Listener listener) {
            this.service = service;
            this.listener = listener;
        }

        @Override
        public void onOpened(SocketChannel opened, SocketReading reading, String protocol) {
            if (service.tls() == null || ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                speak(opened, reading, service.tls() == null ? HTTP : HTTPS);
            } else if (service.config().protocol() == Protocol.AUTO) {
                over = true;
                listener.onConnected(http1.over(opened, reading));
            } else {
                opened.close();
                failed(ProxyError.NOT_HTTP2);
            }
        }

        @Override
        public void onNotOpened(ProxyError why) {
            failed(why);
        }

        private void speak(SocketChannel opened, SocketReading reading, AsciiString scheme) {
            channel = opened;
            Http2Terms terms = new Http2Terms(service.config().http2(), limits.get(), scheme, wheel);
            connection = new Http2BackendConnection(opened, reading, responses, terms, this::told);
            opened.pipeline().addLast(connection.wire());
        }

        private void told(ProxyError why) {
            if (why != null) {
                failed(why);
            } else if (over) {
                channel.close();
            } else {
                over = true;
                listener.onConnected(connection);
            }
        }

        private void failed(ProxyError why) {
            if (!over) {
                over = true;
                listener.onConnectFailed(why);
            }
        }

        @Override
        public void cancel() {
            if (over) {
                return;
            }
            over = true;
            dialing.cancel();
            if (channel != null) {
                channel.close();
            }
        }
    }
}
