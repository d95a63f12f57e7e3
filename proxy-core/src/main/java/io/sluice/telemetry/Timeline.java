package io.sluice.telemetry;

/**
 * What happened when in one exchange that was slow or failed. <em>Immutable.</em> It tells no path, host or header: they may
 * hold what is nobody's business.
 *
 * @param startedMillis when the request's first byte was read, by the wall clock
 * @param listener      the listener's name
 * @param method        the method, {@code OTHER} where it is none that is known
 * @param protocol      what the client spoke
 * @param route         the route's name; {@code -} = none was found
 * @param service       the service's name; {@code -} = none
 * @param endpoint      the last endpoint tried; {@code -} = none
 * @param attempts      how many were tried
 * @param reused        whether the last attempt went over a connection that was there
 * @param status        the status sent to the client; 0 = none
 * @param end           {@code ok}, or the word of the failure
 * @param bytesIn       body bytes from the client
 * @param bytesOut      body bytes to the client
 * @param relay         how the response's body crossed: {@code none}, {@code copied}, {@code spliced}, {@code sendfile}
 * @param relayReason   why it was copied, in a word; may be empty
 * @param traceId       the id of the trace it belongs to; empty = nothing is traced
 * @param stamps        what happened when
 * @param onClient      how the client kept the response waiting; times count from the request's first byte
 * @param onBackend     how the backend kept the request waiting; the same
 */
public record Timeline(
        long startedMillis,
        String listener,
        String method,
        String protocol,
        String route,
        String service,
        String endpoint,
        int attempts,
        boolean reused,
        int status,
        String end,
        long bytesIn,
        long bytesOut,
        String relay,
        String relayReason,
        String traceId,
        Stamps stamps,
        Stall onClient,
        Stall onBackend) {

    /** What never happened. */
    public static final long NEVER = -1;

    /**
     * When what happened, in nanoseconds from the request's first byte; {@link #NEVER} where it didn't. Of several attempts the
     * last. A loop reads its clock once a turn: what happens within one turn has one time. <em>Immutable.</em>
     *
     * @param accepted  when the client's connection was accepted: 0 or below
     * @param head      the request's head was complete
     * @param attempt   the attempt began
     * @param queued    how long it waited for a place in the pool: a duration; 0 = not at all
     * @param connected it had a connection
     * @param sent      the request's end was handed to it
     * @param firstByte the head of the backend's response was complete
     * @param headSent  a head was handed to the client's connection, the backend's or our own
     * @param end       the exchange was over; of a tunnel, too
     */
    public record Stamps(
            long accepted,
            long head,
            long attempt,
            long queued,
            long connected,
            long sent,
            long firstByte,
            long headSent,
            long end) {}

    /**
     * Makes it of an ended record.
     *
     * @param nowNanos  {@link System#nanoTime}
     * @param nowMillis the same by the wall clock
     */
    static Timeline of(ExchangeRecord record, long nowNanos, long nowMillis) {
        Stamps stamps = new Stamps(
                record.acceptedNanos() == NEVER ? NEVER : Math.min(0, record.acceptedNanos() - record.startedNanos()),
                record.headNanos(), record.attemptNanos(), record.queueNanos(), record.connectedNanos(), record.sentNanos(),
                record.firstByteNanos() == 0 ? NEVER : record.firstByteNanos(), record.headSentNanos(), record.totalNanos());
        return new Timeline(
                nowMillis - (nowNanos - record.startedNanos()) / 1_000_000,
                record.listener(), record.method().name(), record.protocol().text(), record.route(), record.service(),
                record.endpoint(), record.attempts(), record.reused(), record.status(),
                record.error() == null ? "ok" : record.error().word(), record.bytesIn(), record.bytesOut(),
                record.relay().text(), record.relayReason(), record.trace() == null ? "" : record.trace().id(), stamps,
                since(record.startedNanos(), record.stalledOnClient()),
                since(record.startedNanos(), record.stalledOnBackend()));
    }

    private static Stall since(long startedNanos, Stall stall) {
        return stall.times() == 0 ? stall
                : new Stall(stall.times(), stall.totalNanos(), stall.longestNanos(), stall.atNanos() - startedNanos);
    }
}
