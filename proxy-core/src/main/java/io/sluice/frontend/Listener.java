package io.sluice.frontend;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.sluice.config.HostPort;
import io.sluice.config.ListenerConfig;
import io.sluice.config.ListenerConfig.ProxyProtocol;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.TcpExchange;
import io.sluice.http.Encryption;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http1.Http1ClientConnection;
import io.sluice.http2.Http2ClientConnection;
import io.sluice.tls.Protocols;
import io.sluice.tls.Termination;
import io.sluice.transport.AddressPair;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketOptions;
import io.sluice.transport.Steering;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One address that clients connect to: a listening socket for each event loop where the system shares ports, so that a
 * connection never changes threads; else one whose connections are dealt out. <em>Thread-safe.</em> <em>Ends</em> with
 * {@link #close}.
 */
public final class Listener {
    private final Transport transport;
    private final ConnectionGate gate;
    private final Map<EventLoop, LoopContext> loops;
    private final List<Channel> channels = new ArrayList<>();
    private volatile Terms terms;
    /** Null while new clients may come here. */
    private volatile Steering steering;

    /**
     * What connections get that are accepted from now on. <em>Immutable.</em>
     *
     * @param tls how their encryption ends here; null = they have none
     */
    public record Terms(ListenerConfig config, ListenerFacts facts, SocketOptions options, Termination tls) {}

    /** Whether somebody else may be listening at the address. */
    public enum Claim {
        /** Nobody may: a proxy started twice by mistake is refused. */
        ALONE,
        /** Another socket of this user may, where the system shares ports; each gets a part of the connections. */
        SHARED
    }

    /** Creates it, closed. */
    public Listener(
            Terms terms,
            Transport transport,
            ConnectionGate gate,
            Map<EventLoop, LoopContext> loops) {
        this.terms = terms;
        this.transport = transport;
        this.gate = gate;
        this.loops = Map.copyOf(loops);
    }

    /** What it was configured with. */
    public ListenerConfig config() {
        return terms.config();
    }

    /** How it ends TLS; null where it speaks none. */
    public Termination tls() {
        return terms.tls();
    }

    /** What exchanges know of it. */
    public ListenerFacts facts() {
        return terms.facts();
    }

    /** Gives other terms to the connections accepted from now on; the listening sockets stay as they are. */
    public void change(Terms now) {
        terms = now;
    }

    /** Where it accepts, once it is bound. */
    public InetSocketAddress address() {
        return (InetSocketAddress) channels.getFirst().localAddress();
    }

    /**
     * Takes the address, so that clients can connect, and wait until {@link #accept}; blocks until it has it.
     *
     * @param group of all loops
     * @throws IOException if the address can't be bound; what was bound before is closed
     */
    public void bind(EventLoopGroup group, Claim claim) throws IOException {
        try {
            if (transport.sharesPorts()) {
                if (claim == Claim.ALONE) {
                    refuseSharing();
                }
                for (EventLoop loop : loops.keySet()) {
                    channels.add(bind(loop, loop));
                }
            } else {
                channels.add(bind(group, group));
            }
        } catch (IOException failed) {
            close();
            throw failed;
        }
    }

    /**
     * SO_REUSEPORT lets the sockets of our loops share the address, and would let another process of this user, too: a
     * proxy started twice by mistake would answer half of the clients. A socket without the option finds out.
     */
    private void refuseSharing() throws IOException {
        HostPort address = config().address();
        if (address.port() == 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address.host(), address.port()));
        } catch (IOException taken) {
            throw cannotListen(taken);
        }
    }

    private IOException cannotListen(Throwable cause) {
        return new IOException(
                "listener " + config().name() + " can't listen at " + config().address() + ": " + cause.getMessage(), cause);
    }

    private Channel bind(EventLoopGroup accepting, EventLoopGroup serving) throws IOException {
        HostPort address = config().address();
        // Port 0: the first socket gets one from the system, the others join it.
        InetSocketAddress local = new InetSocketAddress(
                address.host(), channels.isEmpty() ? address.port() : address().getPort());
        if (local.isUnresolved()) {
            throw cannotListen(new UnknownHostException("no address is known for " + address.host()));
        }
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(accepting, serving)
                .channelFactory(() -> transport.newServerChannel(local.getAddress()))
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInitializer<ServerSocketChannel>() {
                    @Override
                    protected void initChannel(ServerSocketChannel channel) {
                        terms.options().applyToListening(channel.config(), transport.sharesPorts());
                    }
                })
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        initialise(channel);
                    }
                });
        var bound = bootstrap.bind(local).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw cannotListen(bound.cause());
        }
        return bound.channel();
    }

    /** Begins to accept. */
    public void accept() {
        channels.forEach(gate::guard);
    }

    private void initialise(SocketChannel channel) {
        LoopContext loop = loops.get(channel.eventLoop());
        Terms now = terms;
        SocketReading reading = now.options().applyTo(channel, loop.reads());
        if (channel.remoteAddress() == null) {
            // Gone between accept and here.
            channel.close();
            return;
        }
        AddressPair addresses = AddressPair.of(channel);
        ListenerFacts facts = now.facts();
        if (now.config().proxyProtocol() == ProxyProtocol.OFF) {
            if (!gate.admits(channel, loop, addresses)) {
                facts.meters().rejected(ProxyError.TOO_MANY_CONNECTIONS);
                channel.close();
                return;
            }
            channel.pipeline().addLast(connection(now, channel, loop, reading, addresses));
        } else {
            channel.pipeline().addLast(new ProxyHeaderReader(
                    channel, loop.worker(), facts, now.config().proxyProtocol(), addresses,
                    client -> gate.admits(channel, loop, client) ? connection(now, channel, loop, reading, client) : null));
        }
        gate.entered();
        facts.meters().opened();
        channel.closeFuture().addListener(closed -> {
            gate.left();
            facts.meters().closed();
        });
    }

    private ChannelHandler connection(
            Terms now, SocketChannel channel, LoopContext loop, SocketReading reading, AddressPair client) {
        if (now.tls() == null) {
            return connection(now, channel, loop, reading, client, null);
        }
        return new TlsHandshake(
                channel, loop, now.facts(), new TlsHandshake.Terms(now.tls(), gate), reading,
                encryption -> connection(now, channel, loop, reading, client, encryption));
    }

    private static ChannelHandler connection(
            Terms now, SocketChannel channel, LoopContext loop, SocketReading reading, AddressPair client,
            Encryption encryption) {
        ListenerFacts facts = now.facts();
        Peer peer = loop.worker().peer(client, encryption);
        return switch (now.config().protocol()) {
            case HTTP -> http(now, channel, loop, reading, peer);
            case TCP -> new TcpExchange(channel, loop.worker(), facts, reading, client, peer);
        };
    }

    /** Under TLS the handshake has settled which HTTP it is (RFC 7301); else the first bytes do. */
    private static ChannelHandler http(
            Terms now, SocketChannel channel, LoopContext loop, SocketReading reading, Peer peer) {
        ListenerFacts facts = now.facts();
        Supplier<ChannelHandler> http2 =
                () -> new Http2ClientConnection(channel, loop.worker(), facts, loop.store(), reading, peer);
        if (peer.secure() && Protocols.http2(channel.pipeline().get(SslHandler.class).applicationProtocol())) {
            return http2.get();
        }
        var http1 = new Http1ClientConnection(channel, loop.worker(), facts, loop.store(), reading, peer);
        return now.config().http2() && !peer.secure() ? http1.orHttp2(http2) : http1;
    }

    /**
     * Leads new clients to the other sockets that listen at the address, and goes on to accept those that wait here.
     *
     * @return false if there are none, or this system can't
     */
    public boolean stepAside() {
        if (steering == null && transport.sharesPorts() && !channels.isEmpty() && channels.getFirst().isOpen()) {
            steering = Steering.away(channels);
        }
        return steering != null;
    }

    /** Accepts no more; connections that are open stay. Returns when the sockets are closed. */
    public void close() {
        if (steering != null && channels.getFirst().isOpen()) {
            steering.beforeClose();
        }
        for (Channel channel : channels) {
            channel.close().awaitUninterruptibly();
        }
    }
}
