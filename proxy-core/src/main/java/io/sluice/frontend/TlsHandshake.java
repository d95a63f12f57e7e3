package io.sluice.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Worker;
import io.sluice.http.Encryption;
import io.sluice.http.ProxyError;
import io.sluice.tls.HelloReader;
import io.sluice.tls.ReadGuard;
import io.sluice.tls.Termination;
import io.sluice.transport.Closing;
import io.sluice.transport.Deadline;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Stands behind the TLS engine of a client connection until its handshake is over; then puts the connection's handler in its
 * own place. <em>Loop-confined.</em>
 *
 * <p>States: QUIET (nothing came) → SHAKING (a place among the handshakes is taken) → OVER; or, for a request without TLS,
 * QUIET → REFUSING (it was answered; what still comes is forgotten for a moment) → OVER.
 *
 * <p><em>Ownership</em>: a place among the handshakes. <em>Ends</em>: the connection's handler takes over; or the channel is
 * closed: the handshake failed, or took too long, or the client has left.
 */
final class TlsHandshake extends ChannelInboundHandlerAdapter implements Worker.Connection, HelloReader.Listener {
    private enum State { QUIET, SHAKING, REFUSING, OVER }

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String REFUSAL = "400 Bad Request: this port speaks TLS, and the request came without it (use https)\n";
    private static final byte[] ANSWER = ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: " + REFUSAL.length() + "\r\nConnection: close\r\n\r\n" + REFUSAL).getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final Worker worker;
    private final ListenerFacts facts;
    private final ConnectionGate gate;
    private final Termination termination;
    private final Function<Encryption, ChannelHandler> connection;
    private final Deadline deadline;
    private State state = State.QUIET;
    private String serverName;
    private boolean proof;

    /**
     * Creates the handler of an accepted channel, in the worker's loop.
     *
     * @param reading    of the channel; its socket is encrypted from here on
     * @param connection makes the handler of the connection
     */
    TlsHandshake(
            SocketChannel channel,
            LoopContext loop,
            ListenerFacts facts,
            Terms terms,
            SocketReading reading,
            Function<Encryption, ChannelHandler> connection) {
        this.channel = channel;
        this.worker = loop.worker();
        this.facts = facts;
        this.gate = terms.gate();
        this.termination = terms.termination();
        this.connection = connection;
        this.deadline = new Deadline(worker.wheel(), this::onDeadline);
        reading.encrypted();
    }

    /** What handshakes share. <em>Immutable.</em> */
    record Terms(Termination termination, ConnectionGate gate) {}

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.pipeline()
                .addBefore(context.name(), null, ReadGuard.INSTANCE)
                .addBefore(context.name(), null, new HelloReader(termination, this));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        worker.opened(this);
        if (state == State.QUIET) {
            deadline.at(worker.wheel().nowNanos() + worker.snapshot().config().timeouts().handshake().toNanos());
        }
    }

    // ---- how it begins ----

    @Override
    public boolean onHandshakeBegun() {
        if (state != State.QUIET) {
            return false;
        }
        if (!gate.handshakeBegins(worker.snapshot().config().limits().handshakes())) {
            refuse(ProxyError.TOO_MANY_HANDSHAKES);
            return false;
        }
        state = State.SHAKING;
        return true;
    }

    @Override
    public void onTooManyRecords() {
        if (state == State.SHAKING) {
            refuse(ProxyError.TLS_HANDSHAKE_FAILED);
        }
    }

    @Override
    public void onServerName(String name) {
        serverName = name;
    }

    @Override
    public void onProof() {
        proof = true;
    }

    @Override
    public void onNoTls(boolean http) {
        if (state != State.QUIET) {
            return;
        }
        if (!http) {
            refuse(ProxyError.NO_TLS);
            return;
        }
        facts.meters().rejected(ProxyError.PLAIN_HTTP_ON_TLS);
        state = State.REFUSING;
        deadline.at(worker.wheel().nowNanos() + LINGER_NANOS);
        ByteBuf answer = channel.alloc().directBuffer(ANSWER.length).writeBytes(ANSWER);
        // No engine is there yet: it leaves as it is.
        channel.writeAndFlush(answer).addListener((ChannelFutureListener) sent -> {
            if (sent.isSuccess() && channel.isOpen()) {
                channel.shutdownOutput();
            }
        });
    }

    // ---- how it goes on ----

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                handOver(context);
            } else {
                failed(done.cause());
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            gone();
        }
    }

    private void handOver(ChannelHandlerContext context) {
        if (state != State.SHAKING) {
            return;
        }
        if (proof) {
            // An authority has seen what it came for. Who else came was asked for no certificate.
            close();
            return;
        }
        SSLSession session = context.pipeline().get(SslHandler.class).engine().getSession();
        String subject;
        try {
            subject = ClientSubject.of(session);
        } catch (SSLPeerUnverifiedException _) {
            refuse(ProxyError.TLS_HANDSHAKE_FAILED);
            return;
        }
        over();
        facts.meters().secured(session.getProtocol());
        ChannelHandler next = connection.apply(
                new Encryption(session.getProtocol(), session.getCipherSuite(), serverName, subject));
        context.pipeline().addAfter(context.name(), null, next);
        context.fireChannelActive();
        // Not before the other is entered: the last connection of a proxy that drains ends it.
        worker.closed(this);
        context.pipeline().remove(this);
    }

    /** The engine is going to send its alert, and closes then. */
    private void failed(Throwable why) {
        if (state != State.SHAKING) {
            return;
        }
        facts.meters().rejected(ClientSubject.atFault(why) ? ProxyError.CLIENT_CERTIFICATE_REFUSED : ProxyError.TLS_HANDSHAKE_FAILED);
        over();
        worker.closed(this);
        channel.eventLoop().execute(channel::close);
    }

    // ---- endings ----

    private void refuse(ProxyError why) {
        facts.meters().rejected(why);
        close();
    }

    /** Has no deadline and no place among the handshakes from here on. */
    private void over() {
        if (state == State.SHAKING) {
            gate.handshakeOver();
        }
        state = State.OVER;
        deadline.cancel();
    }

    private void close() {
        if (state != State.OVER) {
            over();
            worker.closed(this);
            Closing.close(channel);
        }
    }

    /** The client has left. Who looks whether somebody listens says nothing, and has done nothing wrong. */
    private void gone() {
        if (state == State.SHAKING) {
            refuse(ProxyError.TLS_HANDSHAKE_FAILED);
        } else {
            close();
        }
    }

    private void onDeadline() {
        if (state == State.REFUSING || worker.draining(facts)) {
            close();
        } else {
            refuse(ProxyError.TLS_HANDSHAKE_TIMEOUT);
        }
    }

    @Override
    public void drain() {
        if (worker.draining(facts) && state == State.QUIET) {
            deadline.at(worker.wheel().nowNanos() + Worker.LEAVING_NANOS);
        }
    }

    @Override
    public void abandon() {
        close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // Nobody is meant by bytes that come before a handshake is over.
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (state == State.OVER || cause instanceof SocketReading.NotRead) {
            return;
        }
        if (cause instanceof IOException || cause.getCause() instanceof IOException) {
            gone();
        } else {
            refuse(ProxyError.INTERNAL);
        }
    }
}
