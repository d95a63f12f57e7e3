package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.sluice.config.HealthConfig.Check;
import io.sluice.config.HealthConfig.Protocol;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import io.sluice.http.HeadLimits;
import io.sluice.http.ProxyError;
import io.sluice.service.Checker;
import io.sluice.service.Endpoint;
import io.sluice.service.Securing;
import io.sluice.service.Service;
import io.sluice.service.Verdict;
import io.sluice.tls.BackendTls;
import io.sluice.transport.AddressPair;
import io.sluice.transport.Closing;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.SocketOptions;
import io.sluice.transport.SocketReading;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Checks endpoints from one event loop: connects, and asks by HTTP/1.1 if the check wants more than that. Every check has a
 * connection of its own, closed with its verdict. <em>Loop-confined.</em>
 */
public final class Http1Checker implements Checker {
    private final EventLoop loop;
    private final LoopBuffer reads;
    private final Supplier<HeadLimits> limits;
    private final Function<Service, SocketOptions> options;

    /**
     * Creates it.
     *
     * @param limits    of responses, as in force
     * @param options   of each service's connections
     */
    public Http1Checker(
            EventLoop loop,
            LoopBuffer reads,
            Supplier<HeadLimits> limits,
            Function<Service, SocketOptions> options) {
        this.loop = loop;
        this.reads = reads;
        this.limits = limits;
        this.options = options;
    }

    @Override
    public Running check(Service service, Endpoint endpoint, Consumer<Verdict> verdict) {
        Opening opening = new Opening(service, endpoint, verdict);
        opening.connect(endpoint.address());
        return opening;
    }

    /** A check on its way: the handshakes of TCP and TLS, then perhaps a question. */
    private final class Opening implements Running, BackendTls.Listener {
        private final Service service;
        private final Endpoint endpoint;
        private final Check terms;
        private final Consumer<Verdict> verdict;
        private SocketChannel channel;
        private boolean over;

        private Opening(Service service, Endpoint endpoint, Consumer<Verdict> verdict) {
            this.service = service;
            this.endpoint = endpoint;
            this.terms = service.config().health().check();
            this.verdict = verdict;
        }

        private void connect(InetSocketAddress address) {
            SocketOptions socket = options.apply(service);
            SocketChannel connecting;
            try {
                connecting = socket.newChannel(address.getAddress());
            } catch (ChannelException noDescriptor) {
                tell(Verdict.failed("no socket"));
                return;
            }
            channel = connecting;
            SocketReading reading = socket.applyToConnecting(connecting, reads);
            connecting.pipeline().addLast(
                    terms.protocol() == Protocol.HTTP ? new Http1Check(terms, limits.get(), this::tell) : new Unasked());
            loop.register(connecting).addListener((ChannelFuture registered) -> {
                if (!registered.isSuccess()) {
                    tell(Verdict.failed("no socket"));
                    return;
                }
                connecting.connect(address).addListener((ChannelFuture connected) -> {
                    if (over) {
                        connecting.close();
                    } else if (!connected.isSuccess()) {
                        tell(Verdict.failed("not connected"));
                    } else if (service.tls() != null) {
                        Securing.begin(service, endpoint, connecting, reading, null, this);
                    } else {
                        connected();
                    }
                });
            });
        }

        private void connected() {
            if (terms.protocol() == Protocol.TCP) {
                tell(Verdict.passed("connected"));
            } else {
                channel.writeAndFlush(question());
            }
        }

        @Override
        public void onSecured(String protocol) {
            if (!over) {
                connected();
            }
        }

        @Override
        public void onInsecure(ProxyError why) {
            tell(Verdict.failed(why.word()));
        }

        private ByteBuf question() {
            ByteBuf out = channel.alloc().directBuffer(ProxyHeader.BYTES_MAX + 512);
            ProxyProtocol protocol = service.config().proxyProtocol();
            if (protocol != ProxyProtocol.OFF && service.tls() == null) {
                // Such a backend reads nothing without one; we are the client of this connection.
                new ProxyHeader(protocol, new AddressPair(channel.localAddress(), channel.remoteAddress())).writeTo(out);
            }
            String host = terms.host() == null ? endpoint.named().toString() : terms.host();
            out.writeCharSequence(
                    "GET " + terms.path() + " HTTP/1.1\r\nHost: " + host
                            + "\r\nUser-Agent: sluice-health-check\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                    StandardCharsets.US_ASCII);
            return out;
        }

        private void tell(Verdict found) {
            if (!over) {
                cancel();
                verdict.accept(found);
            }
        }

        @Override
        public void cancel() {
            over = true;
            if (channel != null) {
                Closing.close(channel);
            }
        }
    }

    /** Nothing is asked over this connection. Why a handshake failed is told elsewhere: Netty would log it, too. */
    private static final class Unasked extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Whether it broke or not, the verdict is known, or comes by itself.
        }
    }
}
