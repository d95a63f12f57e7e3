package io.sluice.http2;

import io.sluice.config.HealthConfig.Check;
import io.sluice.config.StatusRange;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.service.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Reads the answer to a health check by GET, as far as its verdict needs: the status, and the body up to the text looked for.
 * <em>Loop-confined.</em> It tells one verdict, or several, of which the first counts.
 */
final class Http2Check extends CheckAnswer {
    /** So much of a body is looked at. */
    private static final int BODY_BYTES_MAX = 64 << 10;

    private final Check terms;
    private int status;

    Http2Check(Check terms, Consumer<Verdict> verdict) {
        super(verdict, BODY_BYTES_MAX);
        this.terms = terms;
    }

    @Override
    public void onResponseHead(ResponseHead head) {
        if (head.interim()) {
            return;
        }
        status = head.status();
        if (!StatusRange.anyHolds(terms.statuses(), status)) {
            tell(Verdict.failed("status " + status));
        } else if (terms.body() == null) {
            tell(Verdict.passed("status " + status));
        }
    }

    @Override
    public void onResponseEnd(Trailers trailers) {
        judge();
    }

    @Override
    void onBodyKept() {
        judge();
    }

    private void judge() {
        if (terms.body() != null) {
            boolean found = new String(body(), StandardCharsets.UTF_8).contains(terms.body());
            tell(found ? Verdict.passed("status " + status + " and the text")
                    : Verdict.failed("the text is not in the first 64 KiB of the body"));
        }
    }
}
