package io.sluice.otlp;

import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.ExchangeRecord.Protocol;
import io.sluice.tracing.Trace;

/**
 * What spans are made of, as it waits for that. <em>Immutable.</em> Not the record itself: that may hold long texts of the
 * client's, and thousands of them would, where a collector is down.
 *
 * @param trace        its part of a trace, which is recorded and has ended
 * @param listener     the listener's name
 * @param route        the route's name; {@code -} = none
 * @param method       the method
 * @param protocol     what the client spoke
 * @param status       the status sent to the client; 0 = none
 * @param error        null = it ended well
 * @param startedNanos when the request's first byte was read, as {@link System#nanoTime}
 * @param totalNanos   how long it took
 */
record EndedExchange(
        Trace trace,
        String listener,
        String route,
        Method method,
        Protocol protocol,
        int status,
        ProxyError error,
        long startedNanos,
        long totalNanos) {

    /** Takes it out of an ended record. */
    static EndedExchange of(ExchangeRecord record) {
        return new EndedExchange(
                record.trace(), record.listener(), record.route(), record.method(), record.protocol(),
                record.status(), record.error(), record.startedNanos(), record.totalNanos());
    }

    /** How many spans it makes. */
    int spans() {
        return 1 + trace.attempts().size();
    }
}
