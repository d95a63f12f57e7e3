package io.sluice.http2;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.util.AsciiString;
import io.sluice.http.HeadLimits;
import io.sluice.http.ProxyError;
import io.sluice.pool.Connector;
import io.sluice.pool.SharedConnector;
import io.sluice.service.Endpoint;
import io.sluice.service.Securing;
import io.sluice.service.Service;
import io.sluice.tls.BackendTls;
import io.sluice.transport.DeadlineWheel;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketOptions;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Opens HTTP/2 connections to endpoints from one event loop. One is open when the backend's settings came: who answers anything
 * else does not speak HTTP/2, and how many streams it allows is known before the first is sent. <em>Loop-confined.</em>
 */
public final class Http2Connector implements SharedConnector {
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");

    private final EventLoop loop;
    private final DeadlineWheel wheel;
    private final LoopBuffer reads;
    private final Supplier<HeadLimits> limits;
    private final Function<Service, SocketOptions> options;
    private final ResponseReading responses = new ResponseReading();

    /**
     * Creates it.
     *
     * @param limits  of responses, as they are at the moment
     * @param options of each service's connections
     */
    public Http2Connector(
            EventLoop loop,
            DeadlineWheel wheel,
            LoopBuffer reads,
            Supplier<HeadLimits> limits,
            Function<Service, SocketOptions> options) {
        this.loop = loop;
        this.wheel = wheel;
        this.reads = reads;
        this.limits = limits;
        this.options = options;
    }

    @Override
    public Connector.Attempt connect(Service service, Endpoint endpoint, Listener listener) {
        Opening opening = new Opening(service, endpoint, listener);
        opening.connect(endpoint.address());
        return opening;
    }

    /** A connection on its way: TCP, TLS where the service has it, then settings. */
    private final class Opening implements Connector.Attempt, BackendTls.Listener {
        private final Service service;
        private final Endpoint endpoint;
        private final Listener listener;
        private SocketChannel channel;
        private SocketReading reading;
        private Http2BackendConnection connection;
        private boolean over;
        private boolean again;

        private Opening(Service service, Endpoint endpoint, Listener listener) {
            this.service = service;
            this.endpoint = endpoint;
            this.listener = listener;
        }

        private void connect(InetSocketAddress address) {
            SocketOptions socket = options.apply(service);
            SocketChannel connecting = socket.newChannel(address.getAddress());
            Unopened unopened = new Unopened();
            channel = connecting;
            reading = socket.applyToConnecting(connecting, reads);
            connecting.pipeline().addLast(unopened);
            loop.register(connecting).addListener((ChannelFuture registered) -> {
                if (!registered.isSuccess()) {
                    failed(ProxyError.CONNECT_FAILED);
                    return;
                }
                connecting.connect(address).addListener((ChannelFuture connected) -> {
                    if (over) {
                        connecting.close();
                    } else if (unopened.struck && !again) {
                        // Netty dealt it an event of another socket, whose descriptor it got in the same turn of the loop.
                        again = true;
                        connecting.close();
                        connect(address);
                    } else if (!connected.isSuccess() || unopened.struck) {
                        connecting.close();
                        failed(ProxyError.CONNECT_FAILED);
                    } else if (service.tls() != null) {
                        Securing.begin(service, endpoint, connecting, reading, null, this);
                    } else {
                        speak(HTTP);
                    }
                });
            });
        }

        @Override
        public void onSecured(String protocol) {
            if (over || !channel.isActive()) {
                onInsecure(ProxyError.BACKEND_TLS_HANDSHAKE);
            } else if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                speak(HTTPS);
            } else {
                onInsecure(ProxyError.NOT_HTTP2);
            }
        }

        @Override
        public void onInsecure(ProxyError why) {
            channel.close();
            failed(why);
        }

        private void speak(AsciiString scheme) {
            Http2Terms terms = new Http2Terms(service.config().http2(), limits.get(), scheme, wheel);
            connection = new Http2BackendConnection(channel, reading, responses, terms, this::told);
            channel.pipeline().replace(Unopened.class, null, connection.wire());
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
            over = true;
            if (channel != null) {
                channel.close();
            }
        }
    }

    /** Keeps the place of the protocol in a channel's pipeline until it is connected. <em>Loop-confined.</em> */
    private static final class Unopened extends ChannelInboundHandlerAdapter {
        /** Whether something happened to the channel that can't have, as it was not connected. */
        private boolean struck;

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            struck |= event instanceof ChannelInputShutdownEvent;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            struck |= cause instanceof IOException && !(cause instanceof SSLException);
        }
    }
}
