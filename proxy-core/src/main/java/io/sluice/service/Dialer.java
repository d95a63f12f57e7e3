package io.sluice.service;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import io.sluice.http.ProxyError;
import io.sluice.tls.BackendTls;
import io.sluice.transport.AddressPair;
import io.sluice.transport.Closing;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.SocketOptions;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/**
 * Brings channels up to endpoints from one event loop, whatever is spoken over them: TCP, and TLS where the service has it.
 * There is no deadline here. <em>Loop-confined.</em>
 */
public final class Dialer {
    private final EventLoop loop;
    private final LoopBuffer reads;
    private final Function<Service, SocketOptions> options;

    /**
     * Creates it.
     *
     * @param reads   what channels are read into
     * @param options of each service's connections
     */
    public Dialer(EventLoop loop, LoopBuffer reads, Function<Service, SocketOptions> options) {
        this.loop = loop;
        this.reads = reads;
        this.options = options;
    }

    /** Who is told, once, how it ended; nothing is told after {@link Dialing#cancel}. */
    public interface Caller {
        /**
         * Everything is agreed on; takes the channel, which has no handler of its own yet.
         *
         * @param protocol what was agreed on by ALPN; null = nothing
         */
        void onOpened(SocketChannel channel, SocketReading reading, String protocol);

        /** It could not be opened; the channel is closed. */
        void onNotOpened(ProxyError why);

        /** For whom it is, where a proxy header is to stand in front of TLS; null = for ourselves. */
        default AddressPair addresses() {
            return null;
        }
    }

    /**
     * Begins; the caller is told later, or during this call.
     *
     * @param tls what of TLS is offered: {@link Service#tls}, or a part of it; null = there is none
     */
    public Dialing dial(Service service, Endpoint endpoint, BackendTls tls, Caller caller) {
        Dialing dialing = new Dialing(service, endpoint, tls, caller);
        dialing.connect();
        return dialing;
    }

    /**
     * A channel on its way. <em>Loop-confined.</em> <em>Ownership</em>: the channel, until the caller takes it. <em>Ends</em>
     * when the caller is told, or by {@link #cancel}.
     */
    public final class Dialing implements BackendTls.Listener {
        private final Service service;
        private final Endpoint endpoint;
        private final BackendTls tls;
        private final Caller caller;
        private SocketChannel channel;
        private SocketReading reading;
        private boolean connected;
        private boolean again;
        private boolean over;

        private Dialing(Service service, Endpoint endpoint, BackendTls tls, Caller caller) {
            this.service = service;
            this.endpoint = endpoint;
            this.tls = tls;
            this.caller = caller;
        }

        private void connect() {
            InetSocketAddress address = endpoint.address();
            SocketOptions socket = options.apply(service);
            Unopened unopened = new Unopened(this);
            SocketChannel connecting;
            try {
                connecting = socket.newChannel(address.getAddress());
            } catch (ChannelException noDescriptor) {
                failed(ProxyError.CONNECT_FAILED);
                return;
            }
            channel = connecting;
            reading = socket.applyToConnecting(connecting, reads);
            connecting.pipeline().addLast(unopened);
            loop.register(connecting).addListener((ChannelFuture registered) -> {
                if (!registered.isSuccess()) {
                    failed(ProxyError.CONNECT_FAILED);
                    return;
                }
                connecting.connect(address).addListener((ChannelFuture outcome) -> connected(outcome, unopened));
            });
        }

        private void connected(ChannelFuture outcome, Unopened unopened) {
            if (over) {
                return;
            }
            if (unopened.struck && !again) {
                // Netty dealt it an event of another socket, whose descriptor it got in the same turn of the loop.
                again = true;
                channel.close();
                connect();
            } else if (!outcome.isSuccess() || unopened.struck) {
                failed(ProxyError.CONNECT_FAILED);
            } else if (tls != null) {
                connected = true;
                secure();
            } else {
                opened(null);
            }
        }

        /** The proxy header, if the service wants one, goes in front, in clear as its readers expect it. */
        private void secure() {
            ProxyProtocol header = service.config().proxyProtocol();
            if (header != ProxyProtocol.OFF) {
                AddressPair client = caller.addresses();
                AddressPair whom = client == null ? new AddressPair(channel.localAddress(), channel.remoteAddress()) : client;
                ByteBuf bytes = channel.alloc().directBuffer(ProxyHeader.BYTES_MAX);
                new ProxyHeader(header, whom).writeTo(bytes);
                channel.write(bytes, channel.voidPromise());
            }
            HostPort named = new HostPort(endpoint.named().host(), endpoint.configured().port());
            tls.begin(channel, reading, named, this);
        }

        @Override
        public void onSecured(String protocol) {
            if (!channel.isActive()) {
                failed(ProxyError.BACKEND_TLS_HANDSHAKE);
            } else if (!over) {
                opened(protocol);
            }
        }

        @Override
        public void onInsecure(ProxyError why) {
            failed(why);
        }

        private void opened(String protocol) {
            over = true;
            channel.pipeline().remove(Unopened.class);
            caller.onOpened(channel, reading, protocol);
        }

        private void failed(ProxyError why) {
            if (!over) {
                cancel();
                caller.onNotOpened(why);
            }
        }

        /** Gives up, if it is not open yet; idempotent. */
        public void cancel() {
            if (!over) {
                over = true;
                if (channel != null) {
                    Closing.close(channel);
                }
            }
        }
    }

    /** Keeps the place of a protocol in a channel's pipeline until it is open. <em>Loop-confined.</em> */
    private static final class Unopened extends ChannelInboundHandlerAdapter {
        private final Dialing dialing;
        /** Whether something happened to the channel that can't have, as it was not connected. */
        private boolean struck;

        private Unopened(Dialing dialing) {
            this.dialing = dialing;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended(context);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // What TLS found wrong its handshake tells.
            if (cause instanceof IOException && !(cause instanceof SSLException)) {
                ended(context);
            }
        }

        private void ended(ChannelHandlerContext context) {
            if (dialing.connected) {
                // A handshake waits for more, which never comes.
                dialing.failed(ProxyError.BACKEND_TLS_HANDSHAKE);
            } else {
                struck = true;
                context.close();
            }
        }
    }
}
