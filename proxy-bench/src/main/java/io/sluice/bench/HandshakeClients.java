package io.sluice.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Clients that connect, shake hands and close, over and over, on one event loop. TLS 1.3 by BoringSSL, which
 * costs half of what OpenSSL 3's own tools need for it; the groups offered are the JDK's ({@code jdk.tls.namedGroups}). No session
 * is ever resumed: an engine that isn't told whom it talks to remembers none.
 *
 * <p><em>Loop-confined</em> to the thread that makes it, one run at a time. <em>Ends</em> by {@link #close()}.
 */
final class HandshakeClients implements AutoCloseable {
    /** After a refused connection, so that a server that is gone isn't asked a million times. */
    private static final long PAUSE_MILLIS = 10;
    private static final long HANDSHAKE_MILLIS_MAX = 10_000;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final SslContext context;

    HandshakeClients() throws SSLException {
        context = SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL).protocols("TLSv1.3")
                .trustManager(InsecureTrustManagerFactory.INSTANCE).build();
    }

    /**
     * Blocks until so many clients have gone on for so long, and their last connections are closed.
     *
     * @param port of this machine
     */
    HandshakeTally run(int port, int clients, Duration duration) throws InterruptedException {
        Run run = new Run(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), clients,
                System.nanoTime() + duration.toNanos());
        for (int i = 0; i < clients; i++) {
            loops.next().execute(run::connect);
        }
        run.open.await();
        run.tally.over();
        return run.tally;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** One run. <em>Loop-confined.</em> */
    private final class Run {
        private final InetSocketAddress server;
        private final long endNanos;
        private final CountDownLatch open;
        private final HandshakeTally tally = new HandshakeTally();

        Run(InetSocketAddress server, int clients, long endNanos) {
            this.server = server;
            this.endNanos = endNanos;
            open = new CountDownLatch(clients);
        }

        void connect() {
            if (System.nanoTime() - endNanos >= 0) {
                open.countDown();
                return;
            }
            new Bootstrap().group(loops).channel(EpollSocketChannel.class).handler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    SslHandler handler = context.newHandler(channel.alloc());
                    handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS_MAX);
                    channel.pipeline().addLast(handler);
                    handler.handshakeFuture().addListener((Future<Channel> shaken) -> onHandshake(channel, handler, shaken));
                }
            }).connect(server).addListener((ChannelFuture connected) -> onConnected(connected));
        }

        private void onConnected(ChannelFuture connected) {
            if (connected.isSuccess()) {
                connected.channel().closeFuture().addListener(closed -> connect());
            } else {
                tally.failed(connected.cause());
                loops.next().schedule(this::connect, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        private void onHandshake(Channel channel, SslHandler handler, Future<Channel> shaken) {
            if (channel.remoteAddress() == null && !shaken.isSuccess()) {
                // Never connected: counted there.
                return;
            }
            try {
                if (shaken.isSuccess()) {
                    tally.succeeded(shown(handler));
                } else {
                    tally.failed(shaken.cause());
                }
            } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
                tally.failed(e);
            }
            channel.close();
        }

        private static int shown(SslHandler handler) throws SSLPeerUnverifiedException, CertificateEncodingException {
            return Arrays.hashCode(handler.engine().getSession().getPeerCertificates()[0].getEncoded());
        }
    }
}
