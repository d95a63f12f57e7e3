package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.filter.Base64Encoder;
import io.sluice.filter.GrpcWeb;
import io.sluice.filter.GrpcWeb.Form;
import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.route.Action;
import io.sluice.stream.BodySink;
import io.sluice.stream.ClientStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * A gRPC-Web call in front of a backend that speaks gRPC: stands between the response's body and the client, and has
 * trailers leave as the last frame of it. What came can be read by the client with every flush, in base64, too.
 * <em>Loop-confined.</em>
 *
 * <p><em>Ownership</em>: of what it has ready. <em>Ends</em>: {@link #end}, or {@link #close} with its exchange.
 */
final class WebCall extends Recoding implements BodyChange {
    /** So much base64 is handed on without waiting for a flush. */
    private static final int PIECE_BYTES = 16 * 1024;

    private final GrpcWeb call;
    /** Null = the client takes frames as they are. */
    private Base64Encoder coder;
    private ByteBuf ready;
    private boolean over;

    private WebCall(GrpcWeb call) {
        this.call = call;
    }

    /** The call that this request is; null if it is none. */
    static WebCall of(RequestHead request) {
        GrpcWeb call = GrpcWeb.of(request);
        return call == null ? null : new WebCall(call);
    }

    /** Makes the request's head that of a gRPC call. */
    void forward(RequestHead head) {
        call.forward(head);
    }

    /** Where an attempt is to send the request's body. */
    BodySink request(Exchange exchange, BodySink backend, Worker worker) {
        if (call.request() == Form.BINARY) {
            return backend;
        }
        // Whoever writes is in the midst of a read: the exchange ends behind that.
        return new Base64Sink(backend, () -> worker.loop().execute(() -> {
            if (exchange.state.phase() != Phase.DONE) {
                exchange.fail(ProxyError.MALFORMED_BASE64);
            }
        }));
    }

    @Override
    public BodySink begin(ResponseHead head, ClientStream to) {
        if (!call.translate(head)) {
            return to;
        }
        inFrontOf(to);
        coder = call.response() == Form.TEXT ? new Base64Encoder() : null;
        return this;
    }

    /** The answer to a call that failed here. */
    Action.Answer answer(ProxyError error) {
        byte[] frame = GrpcWeb.frame(("grpc-status: " + Grpc.status(error) + "\r\ngrpc-message: " + Grpc.message(error) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return new Action.Answer(
                200,
                List.of(HeaderLine.of(HeaderName.CONTENT_TYPE.text(), call.type())),
                call.response() == Form.TEXT ? Base64.getEncoder().encode(frame) : frame);
    }

    @Override
    public void body(ByteBuf data) {
        if (over) {
            // The client left in the midst of a batch.
            data.release();
        } else if (coder == null) {
            handOn(data);
        } else {
            try {
                if (ready == null) {
                    ready = ByteBufAllocator.DEFAULT.directBuffer(data.readableBytes() / 3 * 4 + 8);
                }
                coder.write(data, ready);
            } finally {
                data.release();
            }
            if (ready.readableBytes() >= PIECE_BYTES) {
                handOnReady();
            }
        }
    }

    @Override
    public void flush() {
        if (ready != null) {
            // What waits for a third byte is padded now: the next one may be long in coming.
            coder.flush(ready);
            handOnReady();
        }
        super.flush();
    }

    @Override
    public void end(Trailers trailers) {
        byte[] last = call.lastFrame(trailers);
        if (last.length > 0) {
            body(Unpooled.wrappedBuffer(last));
        }
        if (ready != null) {
            coder.end(ready);
            handOnReady();
        }
        close();
        behind().end(Trailers.NONE);
    }

    private void handOnReady() {
        ByteBuf piece = ready;
        ready = null;
        if (piece.isReadable()) {
            handOn(piece);
        } else {
            piece.release();
        }
    }

    @Override
    public void close() {
        over = true;
        if (ready != null) {
            ready.release();
            ready = null;
        }
    }
}
