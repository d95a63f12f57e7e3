package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.stream.BackendListener;

/**
 * Takes, instead of its attempt, what follows the head of an answer that is not passed on: as much as came in the same read.
 * Where that was all of it, the connection lives on. <em>Loop-confined.</em> <em>Ends</em> within the turn that brought the
 * head: with the answer's end, that of the read, or the connection's.
 */
final class DroppedAnswer implements BackendListener {
    private final Attempt attempt;

    DroppedAnswer(Attempt attempt) {
        this.attempt = attempt;
    }

    @Override
    public void onResponseHead(ResponseHead head) {
        throw new IllegalStateException("a second final head");
    }

    @Override
    public void onResponseBody(ByteBuf data) {
        data.release();
    }

    @Override
    public void onResponseEnd(Trailers trailers) {
        attempt.onAnswerDropped(true);
    }

    @Override
    public void onResponseBatchEnd() {
        attempt.onAnswerDropped(false);
    }

    @Override
    public void onBackendWritable() {
        // The request is not sent on over this connection.
    }

    @Override
    public void onRequestRefused() {
        // The same.
    }

    @Override
    public void onBackendGone(ProxyError why) {
        attempt.onAnswerDropped(false);
    }
}
