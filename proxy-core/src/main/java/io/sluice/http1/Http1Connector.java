package io.sluice.http1;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ProxyError;
import io.sluice.pool.Connector;
import io.sluice.service.Endpoint;
import io.sluice.service.Securing;
import io.sluice.service.Service;
import io.sluice.tls.BackendTls;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketOptions;
import java.net.InetSocketAddress;
import java.util.function.Function;
import java.util.function.Supplier;

/** Opens HTTP/1.1 connections to endpoints from one event loop. <em>Loop-confined.</em> */
public final class Http1Connector implements Connector {
    private final EventLoop loop;
    private final HeadStore store;
    private final LoopBuffer reads;
    private final Supplier<HeadLimits> limits;
    private final Function<Service, SocketOptions> options;

    /**
     * Creates it.
     *
     * @param limits    of responses, as they are at the moment
     * @param options   of each service's connections
     */
    public Http1Connector(
            EventLoop loop,
            HeadStore store,
            LoopBuffer reads,
            Supplier<HeadLimits> limits,
            Function<Service, SocketOptions> options) {
        this.loop = loop;
        this.store = store;
        this.reads = reads;
        this.limits = limits;
        this.options = options;
    }

    @Override
    public Attempt connect(Service service, Endpoint endpoint, Listener listener) {
        Opening opening = new Opening(service, endpoint, listener);
        opening.connect(endpoint.address());
        return opening;
    }

    /** A connection on its way: TCP, and TLS where the service has it. */
    private final class Opening implements Attempt, BackendTls.Listener {
        private final Service service;
        private final Endpoint endpoint;
        private final Listener listener;
        private Http1BackendConnection connection;
        private boolean over;
        private boolean again;

        private Opening(Service service, Endpoint endpoint, Listener listener) {
            this.service = service;
            this.endpoint = endpoint;
            this.listener = listener;
        }

        private void connect(InetSocketAddress address) {
            SocketChannel channel = options.apply(service).newChannel(address.getAddress());
            SocketReading reading = options.apply(service).applyToConnecting(channel, reads);
            HeadLimits heads = limits.get();
            Http1BackendConnection opened =
                    new Http1BackendConnection(channel, store, new HeadParser(heads), heads, reading);
            connection = opened;
            channel.pipeline().addLast(opened);
            loop.register(channel).addListener((ChannelFuture registered) -> {
                if (!registered.isSuccess()) {
                    failed(ProxyError.CONNECT_FAILED);
                    return;
                }
                channel.connect(address).addListener((ChannelFuture connected) -> {
                    if (over) {
                        opened.close();
                    } else if (opened.closed() && !again) {
                        // Netty dealt it an event of another socket, whose descriptor it got in the same turn of the loop.
                        again = true;
                        connect(address);
                    } else if (connected.isSuccess() && !opened.closed() && service.tls() != null) {
                        Securing.begin(service, endpoint, channel, reading, listener.addresses(), this);
                    } else if (connected.isSuccess() && !opened.closed()) {
                        over = true;
                        listener.onConnected(opened);
                    } else {
                        opened.close();
                        failed(ProxyError.CONNECT_FAILED);
                    }
                });
            });
        }

        @Override
        public void onSecured(String protocol) {
            if (over || connection.closed()) {
                onInsecure(ProxyError.BACKEND_TLS_HANDSHAKE);
            } else {
                over = true;
                listener.onConnected(connection);
            }
        }

        @Override
        public void onInsecure(ProxyError why) {
            connection.close();
            failed(why);
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
            if (connection != null) {
                connection.close();
            }
        }
    }
}
