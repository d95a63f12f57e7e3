package io.sluice.exchange;

import io.sluice.config.ZeroCopyConfig;
import io.sluice.http.BodyFraming;
import io.sluice.http.Head;
import io.sluice.linux.Pipes;
import io.sluice.stream.BodySink;
import io.sluice.stream.BodySource;

/**
 * How a body is to cross, decided once from facts. <em>Immutable.</em>
 *
 * @param pipes  what it may be spliced through, as soon as enough of it follows; null = it is copied
 * @param leastBytes so many have to follow
 * @param reason why it is copied, or why until then, as logs and metrics call it
 * @param bulk   whether reads should ask for much at once
 */
record RelayChoice(Pipes pipes, long leastBytes, String reason, boolean bulk) {
    /** From here on, a body that is copied is worth large reads. */
    private static final long BULK_BYTES = 64 * 1024;

    /**
     * Decides.
     *
     * @param rule    the route's
     * @param forbidden why something besides the route forbids it; null = nothing does
     * @param pipes   the loop's; null = it has none
     */
    static RelayChoice of(
            Head message, ZeroCopyConfig rule, String forbidden, BodySource from, BodySink to, Pipes pipes) {
        boolean length = message.framing() == BodyFraming.LENGTH;
        boolean chunked = message.framing() == BodyFraming.CHUNKED;
        boolean bulk = !length || message.contentLength() >= BULK_BYTES;
        if (length && message.contentLength() < rule.threshold()) {
            return new RelayChoice(null, 0, "small", bulk);
        }
        if (!rule.enabled() || forbidden != null) {
            return new RelayChoice(null, 0, rule.enabled() ? forbidden : "disabled", bulk);
        }
        if (pipes == null || !pipes.works() || from.socket() == null || to.socket() == null) {
            return new RelayChoice(null, 0, "platform", bulk);
        }
        return new RelayChoice(pipes, rule.threshold(), chunked ? "chunked" : "small", chunked);
    }
}
