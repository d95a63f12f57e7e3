package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.sluice.config.BufferConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.config.SocketConfig;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ParseStatus;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.pool.Connector;
import io.sluice.service.Dialer;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.BackendStream;
import io.sluice.stream.HeardBackend;
import io.sluice.transport.EventLoops;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketOptions;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a connection that epoll's event of another socket hits while it is being made, on real sockets. */
final class Http1ConnectorIT {
    private static final HeadLimits LIMITS = new HeadLimits(1024, 1024, 20);
    private static final SocketConfig PLAIN =
            new SocketConfig(5, true, 0, 0, 0, false, Duration.ZERO, Duration.ZERO, 0, false);
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /** Of the loop: what the connector opened, in order. */
    private final List<Channel> opened = new ArrayList<>();
    private final Told told = new Told();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final LoopBuffer reads = new LoopBuffer(allocator);
    private final HeadStore store = new HeadStore(new LoopBuffer(allocator));
    private EventLoops loops;
    private EventLoop loop;
    private ServerSocket server;
    private Service service;
    private Endpoint endpoint;
    private Http1Connector connector;

    @BeforeEach
    void opens() throws IOException {
        assumeTrue(Epoll.isAvailable());
        loops = Transport.EPOLL.eventLoops(1);
        loop = loops.loops().getFirst();
        server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
        server.setSoTimeout(10_000);
        service = new Service(0, new ServiceConfigBuilder("app").ports(server.getLocalPort()).socket(PLAIN).build());
        endpoint = service.endpoints().getFirst();
        SocketOptions options =
                new SocketOptions(Transport.EPOLL, PLAIN, new BufferConfig(16384, 65536, 32768), allocator);
        connector = new Http1Connector(new Dialer(noting(loop), reads, any -> options), store, () -> LIMITS);
    }

    @AfterEach
    void closes() throws IOException {
        if (loops == null) {
            return;
        }
        inLoop(() -> {
            opened.forEach(Channel::close);
            reads.close();
            store.close();
        });
        server.close();
        loops.close();
    }

    /** The loop itself, but for noting who is registered with it. */
    private EventLoop noting(EventLoop real) {
        return (EventLoop) Proxy.newProxyInstance(
                EventLoop.class.getClassLoader(), new Class<?>[] {EventLoop.class}, (self, method, arguments) -> {
                    if (method.getName().equals("register") && arguments[0] instanceof Channel channel) {
                        opened.add(channel);
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private void inLoop(Runnable action) {
        loop.submit(action).syncUninterruptibly();
    }

    /** As Netty does with an event of a socket that was closed in this turn, whose descriptor this one got. */
    private void strayEvent(Channel connecting) {
        assertThat(connecting.isActive()).as("connected before its first event").isFalse();
        EpollIoEvent event = () -> EpollIoOps.EPOLLRDHUP;
        ((EpollIoHandle) connecting.unsafe()).handle(null, event);
        assertThat(connecting.isOpen()).as("survived").isFalse();
    }

    private static RequestHead request() {
        RequestHead head = new RequestHead();
        ByteBuf bytes = Unpooled.copiedBuffer(REQUEST, StandardCharsets.ISO_8859_1);
        assertThat(new HeadParser(LIMITS).parseRequest(head, bytes)).isEqualTo(ParseStatus.COMPLETE);
        bytes.release();
        return head;
    }

    /** Answers the first connection that asks; those before it were given up. */
    private void answers() throws IOException {
        while (true) {
            try (Socket accepted = server.accept()) {
                accepted.setSoTimeout(10_000);
                if (asks(accepted)) {
                    accepted.getOutputStream().write(
                            "HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                    await().until(() -> told.events.contains("end"));
                    return;
                }
            }
        }
    }

    private static boolean asks(Socket accepted) {
        try {
            byte[] got = accepted.getInputStream().readNBytes(REQUEST.length());
            return new String(got, StandardCharsets.ISO_8859_1).equals(REQUEST);
        } catch (IOException reset) {
            return false;
        }
    }

    @Test
    void opensAConnectionAgainThatAStrayEventClosedAndItServes() throws IOException {
        inLoop(() -> {
            connector.connect(service, endpoint, told);
            strayEvent(opened.getFirst());
        });
        await().until(() -> !told.events.isEmpty());
        assertThat(told.events).containsExactly("connected");

        inLoop(() -> {
            told.stream.listener(told.heard);
            told.stream.head(request());
            told.stream.end(Trailers.NONE);
            told.stream.flush();
        });
        answers();

        // What follows, the backend's leaving among it, is another test's.
        assertThat(told.events).startsWith("connected", "204", "end");
        assertThat(opened).hasSize(2);
    }

    @Test
    void reportsAConnectionThatWasClosedTwiceInARowAsFailed() {
        inLoop(() -> {
            connector.connect(service, endpoint, told);
            strayEvent(opened.getFirst());
            assertThat(told.events).isEmpty();
            strayEvent(opened.getLast());
        });
        await().until(() -> !told.events.isEmpty());

        assertThat(told.events).containsExactly("CONNECT_FAILED");
        assertThat(opened).hasSize(2).noneMatch(Channel::isOpen);
    }

    @Test
    void closesTheSecondConnectionWhenItIsGivenUpMeanwhile() {
        inLoop(() -> {
            Connector.Attempt attempt = connector.connect(service, endpoint, told);
            strayEvent(opened.getFirst());
            attempt.cancel();
            // At once, and not when the handshake is through, which may take minutes.
            assertThat(opened).hasSize(2).noneMatch(Channel::isOpen);
        });

        assertThat(told.events).isEmpty();
    }

    /** What it was told, in order. */
    private static final class Told implements Connector.Listener {
        private final HeardBackend heard = new HeardBackend();
        private final List<String> events = heard.events;
        private volatile BackendStream stream;

        @Override
        public void onConnected(BackendStream connected) {
            stream = connected;
            events.add("connected");
        }

        @Override
        public void onConnectFailed(ProxyError why) {
            events.add(why.name());
        }
    }
}
