package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.sluice.config.HealthConfig.Check;
import io.sluice.config.StatusRange;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.service.Verdict;
import io.sluice.stream.BackendListener;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Reads the answer to a health check by GET, as far as its verdict needs: the status, and the body up to the text looked for.
 * <em>Loop-confined.</em> It tells one verdict, or several, of which the first counts.
 */
final class Http2Check implements BackendListener {
    /** So much of a body is looked at. */
    private static final int BODY_BYTES_MAX = 64 << 10;

    private final Check terms;
    private final Consumer<Verdict> verdict;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status;

    Http2Check(Check terms, Consumer<Verdict> verdict) {
        this.terms = terms;
        this.verdict = verdict;
    }

    @Override
    public void onResponseHead(ResponseHead head) {
        if (head.interim()) {
            return;
        }
        status = head.status();
        if (!StatusRange.anyHolds(terms.statuses(), status)) {
            verdict.accept(Verdict.failed("status " + status));
        } else if (terms.body() == null) {
            verdict.accept(Verdict.passed("status " + status));
        }
    }

    @Override
    public void onResponseBody(ByteBuf data) {
        byte[] bytes = new byte[Math.min(data.readableBytes(), BODY_BYTES_MAX - body.size())];
        data.readBytes(bytes);
        data.release();
        body.writeBytes(bytes);
        if (body.size() == BODY_BYTES_MAX) {
            judge();
        }
    }

    @Override
    public void onResponseEnd(Trailers trailers) {
        judge();
    }

    private void judge() {
        if (terms.body() != null) {
            boolean found = body.toString(StandardCharsets.UTF_8).contains(terms.body());
            verdict.accept(found ? Verdict.passed("status " + status + " and the text")
                    : Verdict.failed("the text is not in the first 64 KiB of the body"));
        }
    }

    @Override
    public void onResponseBatchEnd() {
        // What there is to say was said as it came.
    }

    @Override
    public void onBackendWritable() {
        // Nothing is left to be sent.
    }

    @Override
    public void onRequestRefused() {
        // Nothing is left to be sent.
    }

    @Override
    public void onBackendGone(ProxyError why) {
        verdict.accept(Verdict.failed(why.word()));
    }
}
