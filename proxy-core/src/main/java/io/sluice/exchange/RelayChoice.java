package io.sluice.exchange;

import io.sluice.config.ZeroCopyConfig;
import io.sluice.http.BodyFraming;
import io.sluice.http.Head;
import io.sluice.linux.Pipes;
import io.sluice.relay.BodyRelay;
import io.sluice.service.Endpoint;
import io.sluice.stream.BodySink;
import io.sluice.stream.BodySource;
import io.sluice.transport.SocketReading.Pace;

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
     * Decides on the body of an exchange's request or response.
     *
     * @param endpoint who gets it, or sends it
     */
    static RelayChoice of(
            Exchange exchange, Head message, Endpoint endpoint, BodySource from, BodySink to, Worker worker) {
        if (message != exchange.head && exchange.change != null && exchange.change.active()) {
            // Much at once: between two pieces of a body the coder's tables fall out of the processor's cache.
            return new RelayChoice(null, 0, "filter", true);
        }
        // Chunks that have a limit are counted as they come.
        boolean counted = message == exchange.head && message.framing() == BodyFraming.CHUNKED
                && exchange.route.requestBodyMax() != Long.MAX_VALUE;
        // So is what may have to be sent again.
        boolean kept = message == exchange.head && exchange.held.keeps();
        String forbidden = !exchange.service.config().zeroCopy() || counted || kept ? "disabled"
                : exchange.head.http2() ? "http2"
                : endpoint.splices() ? null : "disarmed";
        return of(message, exchange.route.zeroCopy(), forbidden, from, to, worker.pipes());
    }

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
        if (pipes == null || !pipes.works()) {
            return new RelayChoice(null, 0, "platform", bulk);
        }
        if (from.socket() == null || to.socket() == null) {
            // Where there are pipes, every socket has a descriptor; what crosses this one is not the body as it is.
            return new RelayChoice(null, 0, "tls", bulk);
        }
        return new RelayChoice(pipes, rule.threshold(), chunked ? "chunked" : "small", chunked);
    }

    /** Has the body cross so. */
    void begin(BodyRelay relay, BodySource from, BodyRelay.Watch watch) {
        if (pipes != null) {
            relay.splice(pipes, leastBytes, watch);
        }
        if (bulk) {
            from.pace(Pace.LONG);
        }
    }
}
