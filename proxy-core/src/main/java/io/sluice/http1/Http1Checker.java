package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.config.HealthConfig.Check;
import io.sluice.config.HealthConfig.Protocol;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import io.sluice.http.HeadLimits;
import io.sluice.http.ProxyError;
import io.sluice.service.Checker;
import io.sluice.service.Dialer;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.service.Verdict;
import io.sluice.transport.AddressPair;
import io.sluice.transport.Closing;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.SocketReading;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Checks endpoints from one event loop: connects, and asks by HTTP/1.1 if the check wants more than that. Every check has a
 * connection of its own, closed with its verdict. <em>Loop-confined.</em>
 */
public final class Http1Checker implements Checker {
    private final Dialer dialer;
    private final Supplier<HeadLimits> limits;

    /**
     * Creates it.
     *
     * @param limits of responses, as in force
     */
    public Http1Checker(Dialer dialer, Supplier<HeadLimits> limits) {
        this.dialer = dialer;
        this.limits = limits;
    }

    @Override
    public Running check(Service service, Endpoint endpoint, Consumer<Verdict> verdict) {
        Asking asking = new Asking(service, endpoint, verdict);
        asking.dialing = dialer.dial(service, endpoint, service.tls(), asking);
        return asking;
    }

    /** A check on its way: a connection, then perhaps a question. */
    private final class Asking implements Running, Dialer.Caller {
        private final Service service;
        private final Endpoint endpoint;
        private final Check terms;
        private final Consumer<Verdict> verdict;
        private Dialer.Dialing dialing;
        /** Null until it is open. */
        private SocketChannel channel;
        private boolean over;

        private Asking(Service service, Endpoint endpoint, Consumer<Verdict> verdict) {
            this.service = service;
            this.endpoint = endpoint;
            this.terms = service.config().health().check();
            this.verdict = verdict;
        }

        @Override
        public void onOpened(SocketChannel opened, SocketReading reading, String protocol) {
            channel = opened;
            if (terms.protocol() == Protocol.TCP) {
                tell(Verdict.passed("connected"));
            } else {
                opened.pipeline().addLast(new Http1Check(terms, limits.get(), this::tell));
                opened.writeAndFlush(question());
            }
        }

        @Override
        public void onNotOpened(ProxyError why) {
            tell(Verdict.failed(why == ProxyError.CONNECT_FAILED ? "not connected" : why.word()));
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
            } else if (dialing != null) {
                dialing.cancel();
            }
        }
    }
}
