package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.sluice.config.BufferConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Netty's epoll channel forgets, and {@link SocketReading} makes good, on real sockets. */
final class SocketReadingIT {
    private final AtomicLong received = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final LoopBuffer shared = new LoopBuffer(new UnpooledByteBufAllocator(true, true));
    private EventLoops loops;
    private EventLoop loop;
    private ServerSocket server;
    private SocketChannel channel;
    private SocketReading reading;
    private Socket peer;

    @BeforeEach
    void opens() throws IOException {
        assumeTrue(Epoll.isAvailable());
        loops = Transport.EPOLL.eventLoops(1);
        loop = loops.loops().getFirst();
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        channel = Transport.EPOLL.newChannel(server.getInetAddress());
        reading = new SocketReading(channel, new BufferConfig(16384, 65536, 32768), shared);
        channel.config().setRecvByteBufAllocator(reading);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                received.addAndGet(((ByteBuf) message).readableBytes());
                ((ByteBuf) message).release();
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                if (event instanceof ChannelInputShutdownEvent) {
                    ended.set(true);
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                assertThat(cause).isInstanceOf(SocketReading.NotRead.class);
            }
        });
        loop.register(channel).syncUninterruptibly();
    }

    @AfterEach
    void closes() throws IOException {
        if (loops == null) {
            return;
        }
        channel.close().awaitUninterruptibly();
        if (peer != null) {
            peer.close();
        }
        server.close();
        loop.submit(shared::close).awaitUninterruptibly();
        loops.close();
    }

    private void connect() throws IOException {
        channel.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort())).syncUninterruptibly();
        peer = server.accept();
        peer.setSoTimeout(10_000);
    }

    /** As Netty does for an event that was another socket's: a read that finds nothing. */
    private void strayEvent() {
        reading.lastBytesRead(0);
        reading.readComplete();
    }

    /** Another socket's EPOLLRDHUP, dealt as Netty's loop deals it: from then on Netty asks for no more of these. */
    private void strayEnd() {
        EpollIoEvent event = () -> EpollIoOps.EPOLLRDHUP;
        ((EpollIoHandle) channel.unsafe()).handle(null, event);
    }

    private void inLoop(Runnable action) {
        loop.submit(action).syncUninterruptibly();
    }

    @Test
    void aStrayEventWhileConnectingDoesNotLoseTheConnection() throws IOException {
        InetSocketAddress address = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
        ChannelFuture[] connecting = new ChannelFuture[1];
        inLoop(() -> {
            connecting[0] = channel.connect(address);
            assertThat(connecting[0].isDone()).isFalse();
            strayEvent();
        });
        peer = server.accept();
        await().until(() -> connecting[0].isSuccess());

        peer.getOutputStream().write(new byte[7]);
        await().until(() -> received.get() == 7);
        peer.shutdownOutput();
        await().untilTrue(ended);
    }

    @Test
    void aStrayEventDoesNotLoseWhatWaitsToBeWritten() throws IOException {
        connect();
        int length = 32 << 20;
        ChannelFuture[] written = new ChannelFuture[1];
        inLoop(() -> {
            written[0] = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[length]));
            assertThat(written[0].isDone()).isFalse();
            strayEvent();
        });
        long left = length;
        byte[] block = new byte[65536];
        while (left > 0) {
            int count = peer.getInputStream().read(block);
            assertThat(count).isPositive();
            left -= count;
        }
        await().until(() -> written[0].isSuccess());
    }

    @Test
    void anEndThatWasAnotherSocketsDoesNotKeepReadingFromBeingPaused() throws IOException {
        connect();
        inLoop(this::strayEnd);
        inLoop(reading::pause);
        inLoop(reading::resume);

        peer.getOutputStream().write(new byte[11]);
        await().until(() -> received.get() == 11);
        peer.shutdownOutput();
        await().untilTrue(ended);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void anEndThatWasAnotherSocketsDoesNotHideThePeersOwn() throws IOException {
        connect();
        inLoop(this::strayEnd);
        inLoop(reading::pause);
        peer.getOutputStream().write(new byte[11]);
        peer.shutdownOutput();
        await().until(() -> loop.submit(reading::peerClosed).syncUninterruptibly().getNow());
        assertThat(received.get()).isZero();

        inLoop(reading::resume);
        await().untilTrue(ended);
        assertThat(received.get()).isEqualTo(11);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void anEndThatComesWhileReadingIsPausedIsSeenBehindTheDataInFrontOfIt() throws IOException {
        connect();
        inLoop(reading::pause);
        peer.getOutputStream().write(new byte[100_000]);
        peer.shutdownOutput();
        await().until(() -> loop.submit(reading::peerClosed).syncUninterruptibly().getNow());
        assertThat(received.get()).isZero();

        inLoop(reading::resume);
        await().untilTrue(ended);
        assertThat(received.get()).isEqualTo(100_000);
        assertThat(channel.isOpen()).isTrue();
        // Our side still writes: the connection was not closed over it.
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[3])).syncUninterruptibly();
        assertThat(peer.getInputStream().readNBytes(3)).hasSize(3);
    }

    private long acknowledged() {
        return loop.submit(reading::acknowledgedBytes).syncUninterruptibly().getNow();
    }

    @Test
    void tellsWhatThePeersHostHasAcknowledgedOfWhatWasSent() throws IOException {
        server.setReceiveBufferSize(4096);
        connect();
        long before = acknowledged();
        int length = 1 << 20;
        ChannelFuture written = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[length]));
        await().until(() -> acknowledged() > before);
        // The peer's receive buffer is full by then, far from the whole.
        await().during(Duration.ofMillis(300)).until(() -> acknowledged() < before + 64 * 1024);

        for (int left = length; left > 0; left -= 1024) {
            assertThat(peer.getInputStream().readNBytes(1024)).hasSize(1024);
        }

        await().until(() -> acknowledged() == before + length);
        assertThat(written.syncUninterruptibly().isSuccess()).isTrue();
        channel.close().syncUninterruptibly();
        assertThat(acknowledged()).as("of a closed socket").isZero();
    }
}
