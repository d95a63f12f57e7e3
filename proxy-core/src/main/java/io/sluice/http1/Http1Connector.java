package io.sluice.http1;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.Future;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ProxyError;
import io.sluice.pool.Connector;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
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
    private final AddressResolverGroup<InetSocketAddress> resolvers;

    /**
     * Creates it.
     *
     * @param limits    of responses, as they are at the moment
     * @param options   of each service's connections
     * @param resolvers for endpoints configured by name; borrowed
     */
    public Http1Connector(
            EventLoop loop,
            HeadStore store,
            LoopBuffer reads,
            Supplier<HeadLimits> limits,
            Function<Service, SocketOptions> options,
            AddressResolverGroup<InetSocketAddress> resolvers) {
        this.loop = loop;
        this.store = store;
        this.reads = reads;
        this.limits = limits;
        this.options = options;
        this.resolvers = resolvers;
    }

    @Override
    public Attempt connect(Service service, Endpoint endpoint, Listener listener) {
        Opening opening = new Opening(service, listener);
        if (endpoint.address().isUnresolved()) {
            opening.resolve(endpoint.address());
        } else {
            opening.connect(endpoint.address());
        }
        return opening;
    }

    /** A connection on its way: perhaps a name to resolve, then the handshake. */
    private final class Opening implements Attempt {
        private final Service service;
        private final Listener listener;
        private Http1BackendConnection connection;
        private boolean over;
        private boolean again;

        private Opening(Service service, Listener listener) {
            this.service = service;
            this.listener = listener;
        }

        private void resolve(InetSocketAddress name) {
            AddressResolver<InetSocketAddress> resolver = resolvers.getResolver(loop);
            resolver.resolve(name).addListener((Future<InetSocketAddress> found) -> {
                if (over) {
                    return;
                }
                if (found.isSuccess()) {
                    connect(found.getNow());
                } else {
                    failed(ProxyError.NAME_NOT_RESOLVED);
                }
            });
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
