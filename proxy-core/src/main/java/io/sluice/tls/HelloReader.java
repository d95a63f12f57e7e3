package io.sluice.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.List;

/**
 * Stands first in a pipeline until the client's first message has come, chooses the certificate, and puts Netty's {@link
 * SslHandler} in its own place. <em>Loop-confined.</em> <em>Ends</em> so, or with its channel. Has no deadline of its own.
 */
public final class HelloReader extends AbstractSniHandler<Certificates.Entry> {
    /** Real ones have some hundred bytes; with keys of post-quantum algorithms and tickets some thousand. */
    private static final int HELLO_BYTES_MAX = 16 * 1024;
    /** With its records: in some of one octet each it would take many times its own length. */
    private static final int RECORDS_BYTES_MAX = 2 * HELLO_BYTES_MAX;
    private static final int HANDSHAKE_RECORD = 22;

    /** Who is told how the connection begins. */
    public interface Listener {
        /** The first bytes are a handshake's; false = it is not wanted, and what comes is forgotten. */
        boolean onHandshakeBegun();

        /**
         * The first bytes are none of TLS; what comes further is forgotten.
         *
         * @param http whether they look like a request in plain HTTP
         */
        void onNoTls(boolean http);

        /** The handshake's first message takes more room than any should; what comes further is forgotten. */
        void onTooManyRecords();

        /** The name that the client asks for, in lower case; null = none. Told once, before the handshake goes on. */
        void onServerName(String name);

        /**
         * The handshake only shows an authority that the name is ours: whatever it agrees on, nothing is spoken inside (RFC 8737
         * §3). Told before it goes on.
         */
        void onProof();
    }

    private enum State { BEGINNING, READING, FORGETTING }

    private final Termination termination;
    private final Listener listener;
    private State state = State.BEGINNING;
    private boolean takesEcdsa;
    private boolean wantsProof;

    /** Creates it for one connection. */
    public HelloReader(Termination termination, Listener listener) {
        super(HELLO_BYTES_MAX, 0);
        this.termination = termination;
        this.listener = listener;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (state == State.BEGINNING && in.isReadable()) {
            begin(in);
        }
        if (state == State.FORGETTING) {
            in.skipBytes(in.readableBytes());
        } else {
            super.decode(context, in, out);
            if (!context.isRemoved() && in.readableBytes() > RECORDS_BYTES_MAX) {
                state = State.FORGETTING;
                in.skipBytes(in.readableBytes());
                listener.onTooManyRecords();
            }
        }
    }

    private void begin(ByteBuf in) {
        state = State.FORGETTING;
        if (in.getByte(in.readerIndex()) != HANDSHAKE_RECORD) {
            listener.onNoTls(looksLikeHttp(in));
        } else if (listener.onHandshakeBegun()) {
            state = State.READING;
        }
    }

    /** A method, a space, and the beginning of a target (RFC 9112 §3). */
    private static boolean looksLikeHttp(ByteBuf in) {
        int space = in.bytesBefore((byte) ' ');
        if (space <= 0 || space > 20 || in.readableBytes() < space + 2) {
            return false;
        }
        for (int i = 0; i < space; i++) {
            byte octet = in.getByte(in.readerIndex() + i);
            if (octet < 'A' || octet > 'Z') {
                return false;
            }
        }
        byte target = in.getByte(in.readerIndex() + space + 1);
        return target == '/' || target == '*' || target == 'h';
    }

    @Override
    protected Future<Certificates.Entry> lookup(ChannelHandlerContext context, ByteBuf hello) throws Exception {
        takesEcdsa = hello != null && ClientHello.takesEcdsa(hello);
        wantsProof = hello != null && termination.proving() && ClientHello.offersOnly(hello, Protocols.ACME);
        return super.lookup(context, hello);
    }

    @Override
    protected Future<Certificates.Entry> lookup(ChannelHandlerContext context, String name) {
        String wanted = name != null && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        listener.onServerName(wanted);
        SslContext proof = wantsProof ? termination.proof(wanted) : null;
        if (proof != null) {
            listener.onProof();
        }
        return context.executor().newSucceededFuture(
                proof == null ? termination.borrow(wanted, takesEcdsa) : new Certificates.Entry(null, proof, null));
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext context, String name, Future<Certificates.Entry> found) {
        Certificates.Entry entry = found.getNow();
        try {
            SslHandler handler = entry.context().newHandler(context.alloc());
            if (entry.ocsp() != null && handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
                engine.setOcspResponse(entry.ocsp());
            }
            // Whoever stands behind it has a deadline for all.
            handler.setHandshakeTimeoutMillis(0);
            context.pipeline().replace(this, null, handler);
        } finally {
            // Each engine keeps its context.
            ReferenceCountUtil.release(entry.context());
        }
    }
}
