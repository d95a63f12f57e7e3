package io.sluice.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.sluice.config.BufferConfig;
import io.sluice.config.SocketConfig;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/**
 * Sets on channels what a {@link SocketConfig} and a {@link BufferConfig} ask for; options the transport lacks are left
 * out. <em>Immutable.</em>
 */
public final class SocketOptions {
    private final Transport transport;
    private final SocketConfig socket;
    private final ByteBufAllocator allocator;
    private final WriteBufferWaterMark watermark;
    private final BufferConfig buffers;

    /** Compiles the options of one listener or one service. */
    public SocketOptions(Transport transport, SocketConfig socket, BufferConfig buffers, ByteBufAllocator allocator) {
        this.transport = transport;
        this.socket = socket;
        this.allocator = allocator;
        this.buffers = buffers;
        int high = unwritableAbove(buffers);
        this.watermark = new WriteBufferWaterMark(Math.min(buffers.lowWatermark() / 4, high), high);
    }

    /**
     * Bytes from which on a channel is unwritable. The side that reads does so while the other is below this, one read at a
     * time; such a read asks for as much again, or, while nothing waits, for up to {@code highWatermark}: so no more than
     * that ever waits, and half of it at a side that is slow from the start.
     */
    static int unwritableAbove(BufferConfig buffers) {
        return Math.max(1, buffers.highWatermark() / 4);
    }

    /** A new channel of this transport, to be connected to the address. */
    public SocketChannel newChannel(InetAddress address) {
        return transport.newChannel(address);
    }

    /** Sets the options of a connected channel; returns what sizes its reads. */
    public SocketReading applyTo(Channel channel, LoopBuffer shared) {
        ChannelConfig config = channel.config();
        SocketReading reading = new SocketReading(channel, buffers, shared);
        config.setRecvByteBufAllocator(reading);
        config.setAllocator(allocator);
        config.setWriteBufferWaterMark(watermark);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setOption(ChannelOption.TCP_NODELAY, socket.noDelay());
        if (socket.keepAlive()) {
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
        }
        if (socket.sendBuffer() > 0) {
            config.setOption(ChannelOption.SO_SNDBUF, socket.sendBuffer());
        }
        if (socket.receiveBuffer() > 0) {
            config.setOption(ChannelOption.SO_RCVBUF, socket.receiveBuffer());
        }
        if (transport == Transport.EPOLL) {
            applyLinux(config);
        }
        return reading;
    }

    private void applyLinux(ChannelConfig config) {
        if (socket.notSentLowWatermark() > 0) {
            config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) socket.notSentLowWatermark());
        }
        if (!socket.userTimeout().isZero()) {
            config.setOption(EpollChannelOption.TCP_USER_TIMEOUT, (int) socket.userTimeout().toMillis());
        }
        if (socket.quickAck()) {
            config.setOption(EpollChannelOption.TCP_QUICKACK, true);
        }
    }

    /** Sets the options of a channel that is going to connect; returns what sizes its reads. */
    public SocketReading applyToConnecting(Channel channel, LoopBuffer shared) {
        if (transport == Transport.EPOLL && socket.fastOpen() != 0) {
            channel.config().setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true);
        }
        return applyTo(channel, shared);
    }

    /** Sets the options of a listening channel; {@code shared} lets other sockets listen at the same address. */
    public void applyToListening(ChannelConfig config, boolean shared) {
        config.setOption(ChannelOption.SO_BACKLOG, socket.backlog());
        config.setOption(ChannelOption.SO_REUSEADDR, true);
        if (socket.receiveBuffer() > 0) {
            // Before the handshake: the window scale is agreed on in it (tcp(7)).
            config.setOption(ChannelOption.SO_RCVBUF, socket.receiveBuffer());
        }
        if (transport != Transport.EPOLL) {
            return;
        }
        if (shared) {
            config.setOption(UnixChannelOption.SO_REUSEPORT, true);
        }
        if (!socket.deferAccept().isZero()) {
            config.setOption(EpollChannelOption.TCP_DEFER_ACCEPT, (int) TimeUnit.MILLISECONDS.toSeconds(
                    socket.deferAccept().toMillis() + 999));
        }
        if (socket.fastOpen() > 0) {
            config.setOption(ChannelOption.TCP_FASTOPEN, socket.fastOpen());
        }
    }
}
