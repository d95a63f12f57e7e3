package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.UncheckedBooleanSupplier;
import io.sluice.config.BufferConfig;
import java.util.Set;

/**
 * How much a channel's reads ask for: small while a head is awaited, since what is behind it should stay in the kernel
 * until somebody decided how it crosses; large while a long body is copied. One read an event: level-triggered polling
 * tells again, and in between the other channels have their turn. <em>Loop-confined</em>, one a channel.
 */
public final class ReadSizer implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    /** TCP_CLOSE and TCP_CLOSE_WAIT of tcp_info (tcp(7), linux/tcp.h). */
    private static final Set<Integer> CLOSED_STATES = Set.of(7, 8);

    private enum Polling { ON, LOST, REJOINING }

    private final int smallBytes;
    private final int bulkBytes;
    private int bytes;
    private ChannelConfig config;
    private int attempted;
    private int last;
    private boolean wanted = true;
    private Polling polling = Polling.ON;

    /** Creates it; reads begin small. */
    public ReadSizer(BufferConfig buffers) {
        this.smallBytes = buffers.read();
        // The other half of the high watermark: see SocketOptions.
        this.bulkBytes = Math.max(buffers.read(), buffers.highWatermark() / 2);
        this.bytes = smallBytes;
    }

    /** Stops the channel's reading; idempotent. */
    public void pause(Channel channel) {
        if (wanted) {
            wanted = false;
            channel.config().setAutoRead(false);
        }
    }

    /** Makes the channel read on; idempotent. */
    public void resume(Channel channel) {
        if (wanted) {
            return;
        }
        wanted = true;
        switch (polling) {
            case ON -> channel.config().setAutoRead(true);
            case LOST -> rejoin(channel);
            case REJOINING -> { }
        }
    }

    /**
     * Notes that the peer's FIN came while reading was paused: Netty has then taken the socket out of epoll, since no event
     * was left to ask for, and forgotten that it did, so that asking again would fail.
     */
    public void lost() {
        if (polling == Polling.ON) {
            polling = Polling.LOST;
        }
    }

    /** Registers the channel anew; takes some turns of its loop, in which reading may have been paused again. */
    private void rejoin(Channel channel) {
        polling = Polling.REJOINING;
        EventLoop loop = channel.eventLoop();
        channel.deregister().addListener(left -> {
            if (channel.isOpen()) {
                polling = Polling.ON;
                channel.config().setAutoRead(wanted);
                loop.register(channel);
            }
        });
    }

    /** Whether the peer of a channel whose reading is paused has sent its FIN, or a reset. */
    public static boolean peerClosed(Channel channel) {
        return channel instanceof EpollSocketChannel epoll && epoll.isOpen() && CLOSED_STATES.contains(epoll.tcpInfo().state());
    }

    /** A long body is copied from now on. */
    public void askBulk() {
        bytes = bulkBytes;
    }

    /** A head is awaited from now on. */
    public void askSmall() {
        bytes = smallBytes;
    }

    @Override
    @SuppressWarnings("deprecation") // the return type is; Netty itself asks for an ExtendedHandle
    public Handle newHandle() {
        return this;
    }

    /**
     * Netty's epoll channel, once the peer sent its FIN, reads on to the very end of the stream, also when reading was
     * switched off: megabytes that nobody has room for. There is no switch for that, but an exception here ends the loop.
     */
    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        if (!config.isAutoRead()) {
            throw ReadPaused.INSTANCE;
        }
        return allocator.directBuffer(bytes, bytes);
    }

    @Override
    public int guess() {
        return bytes;
    }

    @Override
    public void reset(ChannelConfig channelConfig) {
        config = channelConfig;
    }

    @Override
    public void incMessagesRead(int count) {
        // One a turn; nothing to count.
    }

    @Override
    public void lastBytesRead(int count) {
        last = count;
    }

    @Override
    public int lastBytesRead() {
        return last;
    }

    @Override
    public void attemptedBytesRead(int count) {
        attempted = count;
    }

    @Override
    public int attemptedBytesRead() {
        return attempted;
    }

    @Override
    public boolean continueReading() {
        return false;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
        return false;
    }

    @Override
    public void readComplete() {
        // Nothing is learnt from one read about the next.
    }

    /** Leaves Netty's read loop while reading is paused; handlers ignore it. */
    public static final class ReadPaused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private static final ReadPaused INSTANCE = new ReadPaused();

        private ReadPaused() {
            super("reading is paused", null, false, false);
        }
    }
}
