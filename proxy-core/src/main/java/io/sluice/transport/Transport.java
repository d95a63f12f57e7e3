package io.sluice.transport;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.function.Function;
import java.util.function.Supplier;

/** How this machine does non-blocking sockets; the one place that knows of several ways. <em>Immutable.</em> */
public enum Transport {
    /** Linux. */
    EPOLL(
            family -> new EpollServerSocketChannel(family), family -> new EpollSocketChannel(family), EpollDatagramChannel::new),
    /** macOS and the BSDs. */
    KQUEUE(
            family -> new KQueueServerSocketChannel(), family -> new KQueueSocketChannel(), KQueueDatagramChannel::new),
    /** Wherever Java runs. */
    NIO(family -> new NioServerSocketChannel(), family -> new NioSocketChannel(), NioDatagramChannel::new);

    private final Function<SocketProtocolFamily, ServerSocketChannel> newServerChannel;
    private final Function<SocketProtocolFamily, SocketChannel> newChannel;
    private final Supplier<DatagramChannel> newDatagramChannel;

    Transport(
            Function<SocketProtocolFamily, ServerSocketChannel> newServerChannel,
            Function<SocketProtocolFamily, SocketChannel> newChannel,
            Supplier<DatagramChannel> newDatagramChannel) {
        this.newServerChannel = newServerChannel;
        this.newChannel = newChannel;
        this.newDatagramChannel = newDatagramChannel;
    }

    /** The best one that works here; {@code -Dio.sluice.transport=nio} asks for another. */
    public static Transport detect() {
        String wanted = System.getProperty("io.sluice.transport", "");
        for (Transport transport : values()) {
            if (transport.name().equalsIgnoreCase(wanted) && transport.available()) {
                return transport;
            }
        }
        return EPOLL.available() ? EPOLL : KQUEUE.available() ? KQUEUE : NIO;
    }

    private boolean available() {
        return switch (this) {
            case EPOLL -> Epoll.isAvailable();
            case KQUEUE -> KQueue.isAvailable();
            case NIO -> true;
        };
    }

    /** Starts so many event loops, at least 1; the caller closes them. */
    public EventLoops eventLoops(int count) {
        return new EventLoops(count, switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case KQUEUE -> KQueueIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        });
    }

    /** A new listening channel, to be registered and bound to the address. */
    public ServerSocketChannel newServerChannel(InetAddress address) {
        return newServerChannel.apply(family(address));
    }

    /** A new channel, to be registered and connected to the address. */
    public SocketChannel newChannel(InetAddress address) {
        return newChannel.apply(family(address));
    }

    /** IPv4 has sockets of its own: over one for both, each packet costs the kernel more. */
    private static SocketProtocolFamily family(InetAddress address) {
        return address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    /** A new channel for datagrams, to be registered: names are resolved over it. */
    public DatagramChannel newDatagramChannel() {
        return newDatagramChannel.get();
    }

    /** Whether several sockets can listen at one address and share its connections (SO_REUSEPORT, socket(7)). */
    public boolean sharesPorts() {
        return this == EPOLL;
    }
}
