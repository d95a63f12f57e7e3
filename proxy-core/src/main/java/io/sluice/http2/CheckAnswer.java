package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.service.Verdict;
import io.sluice.stream.BackendListener;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/**
 * Hears the answer to a health check, whose question has left as a whole. <em>Loop-confined.</em> It tells one verdict, or
 * several, of which the first counts.
 */
abstract sealed class CheckAnswer implements BackendListener permits GrpcHealth, Http2Check {
    private final Consumer<Verdict> verdict;
    private final int bodyBytesMax;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    /**
     * Begins to listen.
     *
     * @param bodyBytesMax so much of a body is kept
     */
    CheckAnswer(Consumer<Verdict> verdict, int bodyBytesMax) {
        this.verdict = verdict;
        this.bodyBytesMax = bodyBytesMax;
    }

    final void tell(Verdict found) {
        verdict.accept(found);
    }

    /** What is kept of the body. */
    final byte[] body() {
        return body.toByteArray();
    }

    @Override
    public final void onResponseBody(ByteBuf data) {
        byte[] bytes = new byte[Math.min(data.readableBytes(), bodyBytesMax - body.size())];
        data.readBytes(bytes);
        data.release();
        body.writeBytes(bytes);
        if (body.size() == bodyBytesMax) {
            onBodyKept();
        }
    }

    /** No more of the body is kept. */
    abstract void onBodyKept();

    @Override
    public final void onResponseBatchEnd() {
        // What there is to say was said as it came.
    }

    @Override
    public final void onBackendWritable() {
        // Nothing is left to be sent.
    }

    @Override
    public final void onRequestRefused() {
        // Nothing is left to be sent.
    }

    @Override
    public final void onBackendGone(ProxyError why) {
        tell(Verdict.failed(why.word()));
    }
}
