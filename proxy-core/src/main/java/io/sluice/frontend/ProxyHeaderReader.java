package io.sluice.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import io.sluice.config.ListenerConfig.ProxyProtocol;
import io.sluice.config.TimeoutConfig;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Worker;
import io.sluice.http.ProxyError;
import io.sluice.transport.AddressPair;
import io.sluice.transport.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Function;

/**
 * Stands in front of a client connection until the PROXY protocol header at its beginning has said whose it is, or the
 * first bytes that there is none; then puts the connection's handler in its own place. <em>Loop-confined.</em>
 *
 * <p>States: SIGHT (do the bytes begin a header? they are held) → HEADER (Netty's decoder stands in front of this handler,
 * and hands on what is behind the header when it leaves) → OVER.
 *
 * <p><em>Ownership</em>: the bytes held. <em>Ends</em>: the connection's handler takes over; or the channel is closed,
 * without an answer, since nobody knows in which protocol.
 */
final class ProxyHeaderReader extends ChannelInboundHandlerAdapter implements Worker.Connection {
    private enum State { SIGHT, HEADER, OVER }

    /** What a version 2 header may say besides its addresses: room for names and certificates, not for a flood. */
    private static final int EXTENSION_BYTES_MAX = 4096;

    private final SocketChannel channel;
    private final Worker worker;
    private final ListenerFacts facts;
    private final ProxyProtocol wanted;
    private final AddressPair sockets;
    private final Function<AddressPair, ChannelHandler> connection;
    private final Deadline deadline;
    private State state = State.SIGHT;
    private boolean begun;
    /** Too few bytes to tell by; null = none. */
    private ByteBuf held;

    /**
     * Creates the handler of an accepted channel, in the worker's loop.
     *
     * @param wanted     optional or required
     * @param sockets    who connected, as the sockets say
     * @param connection makes the handler of a connection from a client; null = that client has too many
     */
    ProxyHeaderReader(
            SocketChannel channel,
            Worker worker,
            ListenerFacts facts,
            ProxyProtocol wanted,
            AddressPair sockets,
            Function<AddressPair, ChannelHandler> connection) {
        this.channel = channel;
        this.worker = worker;
        this.facts = facts;
        this.wanted = wanted;
        this.sockets = sockets;
        this.connection = connection;
        this.deadline = new Deadline(worker.wheel(), this::onDeadline);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        worker.opened(this);
        if (state == State.SIGHT) {
            // Where a header is optional nobody owes one: up to its first byte this is an idle connection like any other.
            deadline.at(after(required() ? timeouts().requestHead() : timeouts().keepAlive()));
        }
    }

    private TimeoutConfig timeouts() {
        return worker.snapshot().config().timeouts();
    }

    private long after(Duration time) {
        return worker.wheel().nowNanos() + time.toNanos();
    }

    private boolean required() {
        return wanted == ProxyProtocol.REQUIRED;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (state == State.SIGHT) {
            look(context, (ByteBuf) message);
            return;
        }
        try {
            // After a broken header the decoder may find another in what is left.
            if (state == State.HEADER) {
                handOver(context, addresses((HAProxyMessage) message));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void look(ChannelHandlerContext context, ByteBuf in) {
        if (!begun && !required()) {
            deadline.at(after(timeouts().requestHead()));
        }
        begun = true;
        ByteBuf bytes = held == null ? in : appended(channel.alloc(), held, in);
        held = null;
        switch (HeaderSight.of(bytes)) {
            // A copy: what was read into is the loop's, and much larger.
            case OPEN -> held = appended(channel.alloc(), Unpooled.EMPTY_BUFFER, bytes);
            case NONE -> withoutHeader(context, bytes);
            case HEADER -> decode(context, bytes);
        }
    }

    /** Takes the bytes. */
    private void withoutHeader(ChannelHandlerContext context, ByteBuf bytes) {
        if (required()) {
            bytes.release();
            refuse(ProxyError.PROXY_HEADER_MISSING);
        } else {
            handOver(context, sockets);
            // Where nobody took over, it goes to the end of the pipeline, which releases it.
            context.fireChannelRead(bytes);
        }
    }

    /** Takes the bytes. */
    private void decode(ChannelHandlerContext context, ByteBuf bytes) {
        if (!believed()) {
            bytes.release();
            refuse(ProxyError.PROXY_HEADER_UNTRUSTED);
            return;
        }
        state = State.HEADER;
        HAProxyMessageDecoder decoder = new HAProxyMessageDecoder(EXTENSION_BYTES_MAX);
        decoder.setCumulator(ProxyHeaderReader::appended);
        context.pipeline().addBefore(context.name(), null, decoder).fireChannelRead(bytes);
    }

    private boolean believed() {
        return worker.snapshot().config().trustedProxies().isEmpty()
                || worker.snapshot().trusts(sockets.source().getAddress());
    }

    /** Both in one buffer, of just their size; takes them. */
    private static ByteBuf appended(ByteBufAllocator allocator, ByteBuf before, ByteBuf in) {
        ByteBuf both = allocator.directBuffer(before.readableBytes() + in.readableBytes());
        both.writeBytes(before).writeBytes(in);
        before.release();
        in.release();
        return both;
    }

    private AddressPair addresses(HAProxyMessage header) {
        if (header.command() == HAProxyCommand.LOCAL) {
            // The balancer speaks for itself, to see whether we are there.
            return sockets;
        }
        return switch (header.proxiedProtocol()) {
            case TCP4, TCP6 -> new AddressPair(
                    address(header.sourceAddress(), header.sourcePort()),
                    address(header.destinationAddress(), header.destinationPort()));
            case UNKNOWN, UDP4, UDP6, UNIX_STREAM, UNIX_DGRAM -> sockets;
        };
    }

    /** The decoder has looked at the text, but lets pass what others read differently: leading zeros, brackets, zones. */
    private static InetSocketAddress address(String text, int port) {
        if (text.indexOf('[') < 0 && text.indexOf('%') < 0) {
            InetAddress address = InetAddress.ofLiteral(text);
            if (text.indexOf(':') >= 0 || address.getHostAddress().equals(text)) {
                return new InetSocketAddress(address, port);
            }
        }
        throw new DecoderException("an address that others may read differently");
    }

    /** Its client is known: the handler of its connection takes over. */
    private void handOver(ChannelHandlerContext context, AddressPair client) {
        ChannelHandler next = connection.apply(client);
        if (next == null) {
            refuse(ProxyError.TOO_MANY_CONNECTIONS);
            return;
        }
        state = State.OVER;
        deadline.cancel();
        context.pipeline().addAfter(context.name(), null, next);
        context.fireChannelActive();
        // Not before the other is entered: the last connection of a proxy that drains ends it.
        worker.closed(this);
        context.pipeline().remove(this);
    }

    private void refuse(ProxyError why) {
        facts.meters().rejected(why);
        close();
    }

    private void close() {
        if (state != State.OVER) {
            state = State.OVER;
            deadline.cancel();
            if (held != null) {
                held.release();
                held = null;
            }
            worker.closed(this);
            channel.close();
        }
    }

    /** The client has left. Who looks whether somebody listens says nothing, and has done nothing wrong. */
    private void gone() {
        if (state == State.OVER) {
            return;
        }
        if (begun) {
            refuse(ProxyError.PROXY_HEADER_MALFORMED);
        } else {
            close();
        }
    }

    private void onDeadline() {
        if (begun || required() && !worker.draining(facts)) {
            refuse(ProxyError.PROXY_HEADER_TIMEOUT);
        } else {
            close();
        }
    }

    @Override
    public void drain() {
        if (worker.draining(facts) && !begun) {
            deadline.at(worker.wheel().nowNanos() + Worker.LEAVING_NANOS);
        }
    }

    @Override
    public void abandon() {
        close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            gone();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (state == State.OVER) {
            return;
        }
        if (cause instanceof IOException) {
            gone();
        } else {
            refuse(cause instanceof DecoderException ? ProxyError.PROXY_HEADER_MALFORMED : ProxyError.INTERNAL);
        }
    }
}
