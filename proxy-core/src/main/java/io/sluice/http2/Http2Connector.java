package io.sluice.http2;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.AsciiString;
import io.sluice.http.HeadLimits;
import io.sluice.http.ProxyError;
import io.sluice.pool.Connector;
import io.sluice.pool.SharedConnector;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.transport.DeadlineWheel;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketOptions;
import io.sluice.transport.SocketReading;
import java.net.InetSocketAddress;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Opens HTTP/2 connections to endpoints from one event loop. One is open when the backend's settings came: who answers anything
 * else does not speak HTTP/2, and how many streams it allows is known before the first is sent. <em>Loop-confined.</em>
 */
public final class Http2Connector implements SharedConnector {
    private static final AsciiString HTTP = AsciiString.cached("http");

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
        Opening opening = new Opening(service, listener);
        opening.connect(endpoint.address());
        return opening;
    }

    /** A connection on its way. */
    private final class Opening implements Connector.Attempt {
        private final Service service;
        private final Listener listener;
        private SocketChannel channel;
        private Http2BackendConnection connection;
        private boolean over;
        private boolean again;

        private Opening(Service service, Listener listener) {
            this.service = service;
            this.listener = listener;
        }

        private void connect(InetSocketAddress address) {
            SocketOptions socket = options.apply(service);
            SocketChannel connecting = socket.newChannel(address.getAddress());
            SocketReading reading = socket.applyToConnecting(connecting, reads);
            Http2Terms terms = new Http2Terms(service.config().http2(), limits.get(), HTTP, wheel);
            channel = connecting;
            connection = new Http2BackendConnection(connecting, reading, responses, terms, this::told);
            connecting.pipeline().addLast(connection.wire());
            loop.register(connecting).addListener((ChannelFuture registered) -> {
                if (!registered.isSuccess()) {
                    failed(ProxyError.CONNECT_FAILED);
                    return;
                }
                connecting.connect(address).addListener((ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                        return;
                    }
                    if (!over && connection.leaving() && !again) {
                        // Netty dealt it an event of another socket, whose descriptor it got in the same turn of the loop.
                        again = true;
                        connect(address);
                    } else {
                        connecting.close();
                        failed(ProxyError.CONNECT_FAILED);
                    }
                });
            });
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
}
