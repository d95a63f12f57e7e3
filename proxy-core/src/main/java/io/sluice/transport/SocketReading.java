package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.internal.PlatformDependent;
import io.sluice.config.BufferConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * The reading of one channel: whether, and how much a read asks for. Small reads while a head is awaited, since what is
 * behind it should stay in the kernel until somebody decided how it crosses; large ones while a long body is copied. One
 * read an event: level-triggered polling tells again, and in between the other channels have their turn.
 * <em>Loop-confined.</em>
 *
 * <p>Netty's epoll channel forgets how to ask for events in two cases, and both are mended here. When EPOLLRDHUP came, it
 * never asks for that again; if reading is then paused, no event is left to ask for, the socket is taken out of epoll, and
 * Netty forgets that it was: the next wish fails and closes the channel. And the EPOLLRDHUP may have been meant for another
 * socket, closed in the same turn, whose descriptor a new connection got. Such a channel is registered anew.
 */
public final class SocketReading implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    /** How what is read moves on. */
    public enum Pace {
        /** A head is awaited, or a short body. */
        HEAD,
        /** A long body is copied from now on. */
        LONG,
        /** The other side took all of the last read at once. */
        THROUGH,
        /** The other side did not. */
        HELD
    }

    private enum Polling { ON, LOST, REJOINING }

    /** So many reads in a row that filled their buffer, and went through at once, make the next ones larger. */
    private static final int FULL_READS_TO_GROW = 4;

    /** TCP_CLOSE and TCP_CLOSE_WAIT of tcp_info (tcp(7), linux/tcp.h). */
    private static final int TCP_CLOSE = 7;
    private static final Set<Integer> CLOSED_STATES = Set.of(TCP_CLOSE, 8);

    /** The 64 bits of tcpi_bytes_acked in tcp_info (linux/tcp.h, since 4.1): Netty's own view of it ends before. */
    private static final int ACKNOWLEDGED_AT = 120;
    /** getsockopt(IPPROTO_TCP, TCP_INFO), as far as that field. */
    private static final RawUnixChannelOption TCP_INFO = new RawUnixChannelOption("TCP_INFO", 6, 11, ACKNOWLEDGED_AT + 8);

    /** setsockopt(SOL_SOCKET, SO_RCVLOWAT). */
    private static final IntegerUnixChannelOption RECEIVE_LOW_WATERMARK = new IntegerUnixChannelOption("SO_RCVLOWAT", 1, 18);

    private final Channel channel;
    private final LoopBuffer shared;
    private final int smallBytes;
    private final int leastBulkBytes;
    private final int mostBulkBytes;
    private int bulkBytes;
    private int fullReads;
    private boolean bulk;
    private int bytes;
    private int attempted;
    private int last;
    private boolean wanted = true;
    private boolean doubtful;
    private boolean rejoined;
    private boolean wasDiverted;
    private boolean deep;
    private boolean encrypted;
    private Polling polling = Polling.ON;
    private Diversion diversion;

    /**
     * Creates it for a channel that reads; reads begin small.
     *
     * @param shared what the channel's loop reads into, for small reads
     */
    public SocketReading(Channel channel, BufferConfig buffers, LoopBuffer shared) {
        this.channel = channel;
        this.shared = shared;
        this.smallBytes = buffers.read();
        this.leastBulkBytes = Math.max(buffers.read(), SocketOptions.unwritableAbove(buffers));
        this.mostBulkBytes = Math.max(leastBulkBytes, buffers.highWatermark());
        this.bulkBytes = leastBulkBytes;
        this.bytes = smallBytes;
    }

    /** Stops the channel's reading; idempotent. */
    public void pause() {
        if (wanted) {
            wanted = false;
            channel.config().setAutoRead(false);
        }
    }

    /** Makes the channel read on; idempotent. */
    public void resume() {
        if (wanted) {
            return;
        }
        wanted = true;
        switch (polling) {
            case ON -> {
                // A diverted read tells nothing of an EPOLLRDHUP that came with it.
                if (wasDiverted && peerClosed()) {
                    rejoin();
                } else {
                    channel.config().setAutoRead(true);
                }
            }
            case LOST -> rejoin();
            case REJOINING -> { }
        }
    }

    /** Whether the peer has sent its FIN, or a reset, though what is in front of it was not read yet. */
    public boolean peerClosed() {
        return channel instanceof EpollSocketChannel epoll
                && epoll.isOpen()
                && CLOSED_STATES.contains(epoll.tcpInfo().state());
    }

    /**
     * Bytes that the peer's host has acknowledged since the connection began; 0 where the system doesn't tell. One system
     * call. An acknowledgement without new bytes, such as a full window's answer to a probe, doesn't move it (RFC 4898,
     * ThruOctetsAcked); nor does what is sent again.
     */
    public long acknowledgedBytes() {
        if (!(channel instanceof EpollSocketChannel epoll) || !epoll.isOpen()) {
            return 0;
        }
        ByteBuffer info = epoll.config().getOption(TCP_INFO);
        // Older kernels tell less, and leave zeros behind it.
        return info.order(ByteOrder.nativeOrder()).getLong(ACKNOWLEDGED_AT);
    }

    /** Whether the peer has reset the connection; of use only while our own side of it is open. */
    public boolean peerReset() {
        return channel instanceof EpollSocketChannel epoll
                && epoll.isOpen()
                && epoll.tcpInfo().state() == TCP_CLOSE;
    }

    /** Who empties the socket instead of a read. Called on the channel's loop. */
    public interface Diversion {
        /**
         * There is something to be had; false = after all, a read is to see to it.
         *
         * @throws IOException the socket's error, to be reported as a read's
         */
        boolean readable() throws IOException;
    }

    /**
     * Lets somebody else empty the socket from now on, each time it is readable and not paused; null = reads do again.
     */
    public void divert(Diversion to) {
        diversion = to;
    }

    /**
     * Lets as much wait unsent in the kernel as its send buffer takes (TCP_NOTSENT_LOWAT, tcp(7)), for good. Idempotent.
     */
    public void queueDeeply() {
        if (!deep) {
            deep = true;
            channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, 0L);
        }
    }

    /**
     * Lets the socket be readable only when so much waits in it, or its end, or no more fits in (SO_RCVLOWAT, socket(7); the
     * kernel makes its receive buffer twice as large for that, where it has no fixed size).
     *
     * @param bytes 1 = whatever comes
     */
    public void wakeAt(int bytes) {
        if (channel.isOpen()) {
            channel.config().setOption(RECEIVE_LOW_WATERMARK, bytes);
        }
    }

    /**
     * Whether there is more behind the last read, be it the end: asked of the kernel only if that read filled its buffer. What
     * is found is consumed. False where the system can't tell; true where it must not be asked, as a record would lose a byte.
     */
    public boolean more() {
        if (encrypted) {
            return last > 0 && last == attempted;
        }
        if (last != attempted || !(channel instanceof EpollSocketChannel epoll) || !epoll.isOpen()) {
            return false;
        }
        ByteBuf one = channel.alloc().directBuffer(1, 1);
        try {
            // Netty says 0 where nothing is there.
            ByteBuffer target = one.internalNioBuffer(0, 1);
            // Positions are absolute here: a pooled buffer's memory begins where its chunk does.
            return epoll.fd().read(target, target.position(), target.limit()) != 0;
        } catch (IOException failed) {
            return true;
        } finally {
            one.release();
        }
    }

    /** The socket's descriptor; valid while the channel is open. */
    public int descriptor() {
        return ((EpollSocketChannel) channel).fd().intValue();
    }

    /** What crosses the socket from now on is not what the handlers behind see: no byte may bypass them. */
    public void encrypted() {
        encrypted = true;
    }

    /** Whether TLS stands between the socket and the handlers. */
    public boolean isEncrypted() {
        return encrypted;
    }

    /** Itself, where bytes may bypass the channel; else null. */
    public SocketReading plain() {
        return !encrypted && channel instanceof EpollSocketChannel ? this : null;
    }

    /** Decides what the next reads ask for. */
    public void pace(Pace pace) {
        switch (pace) {
            case HEAD -> bulk = false;
            case LONG -> bulk = true;
            case HELD -> {
                bulkBytes = leastBulkBytes;
                fullReads = 0;
            }
            case THROUGH -> {
                if (bulk && last == bulkBytes && bulkBytes < mostBulkBytes && ++fullReads == FULL_READS_TO_GROW) {
                    bulkBytes = Math.min(2 * bulkBytes, mostBulkBytes);
                    fullReads = 0;
                }
            }
        }
        bytes = bulk ? bulkBytes : smallBytes;
    }

    /** What a read asks for. */
    public int bytes() {
        return bytes;
    }

    @Override
    @SuppressWarnings("deprecation") // the return type is; Netty itself asks for an ExtendedHandle
    public Handle newHandle() {
        return this;
    }

    /**
     * Once the peer sent its FIN, Netty's epoll channel reads on to the very end of the stream, also when reading was
     * switched off: megabytes that nobody has room for. There is no switch for that, but an exception here ends the loop.
     */
    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        if (!channel.config().isAutoRead()) {
            doubtful = true;
            throw NotRead.PAUSED;
        }
        if (diversion != null && diverted()) {
            wasDiverted = true;
            throw NotRead.DIVERTED;
        }
        return !bulk ? shared.take(bytes) : allocator.directBuffer(bytes, bytes);
    }

    private boolean diverted() {
        try {
            return diversion.readable();
        } catch (IOException failed) {
            // Netty treats it as a failed read's; its signature does not say so.
            PlatformDependent.throwException(failed);
            return true;
        }
    }

    @Override
    public int guess() {
        return bytes;
    }

    @Override
    public void reset(ChannelConfig config) {
        // One read a turn; nothing to count.
    }

    @Override
    public void incMessagesRead(int count) {
        // One read a turn; nothing to count.
    }

    @Override
    public void lastBytesRead(int count) {
        last = count;
        // Nothing to read without an end: it was EPOLLRDHUP that asked for this read, and the peer is still there. From
        // then on Netty reads once more behind each read, which says nothing new.
        if (count == 0 && !rejoined) {
            doubtful = true;
        }
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
        // Not while it connects: deregistering would lose the wish to hear of that, and so the connection.
        if (doubtful && channel.isActive()) {
            doubtful = false;
            if (polling == Polling.ON && channel instanceof EpollSocketChannel) {
                if (peerClosed()) {
                    polling = Polling.LOST;
                } else {
                    rejoin();
                }
            }
        }
    }

    /** Registers the channel anew; takes some turns of its loop, in which reading may be paused or resumed. */
    private void rejoin() {
        polling = Polling.REJOINING;
        rejoined = true;
        EventLoop loop = channel.eventLoop();
        channel.deregister().addListener(left -> {
            if (channel.isOpen()) {
                polling = Polling.ON;
                channel.config().setAutoRead(wanted);
                // Deregistering forgot what waits to be written, too: the flush asks for room again.
                loop.register(channel).addListener(back -> channel.flush());
            }
        });
    }

    /** Leaves Netty's read loop without a read, since reading is paused, or somebody else emptied the socket. */
    public static final class NotRead extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private static final NotRead PAUSED = new NotRead("reading is paused");
        private static final NotRead DIVERTED = new NotRead("reading is diverted");

        private NotRead(String why) {
            super(why, null, false, false);
        }

        /** Whether it is because reading is paused. */
        public boolean paused() {
            return this == PAUSED;
        }
    }
}
