package io.sluice.telemetry;

/**
 * An exchange or a tunnel as it stands at a moment. <em>Immutable.</em>
 *
 * @param listener             the listener's name
 * @param client               the client's address
 * @param route                the route's name; {@code -} = none
 * @param service              the service's name; {@code -} = none
 * @param endpoint             the endpoint's address; {@code -} = none
 * @param state                one word: {@code connecting}, {@code request} (its body comes), {@code waiting} (for the
 *                             response), {@code response}, {@code sending} (what is left goes to the client), {@code tunnel}
 * @param startedNanos         as {@link System#nanoTime}
 * @param status               of the response; 0 = there is none yet
 * @param bytesIn              body bytes from the client, so far
 * @param bytesOut             body bytes to the client, so far
 * @param zeroCopyBytes        those of both that crossed inside the kernel
 * @param relay                how the response's body crosses
 * @param relayReason          why it is not spliced; empty = it is, or there is none yet
 * @param blockedOn            who takes no more at the moment, or has not begun to answer
 * @param blockedForNanos      since when that is so
 * @param blockedOnClientNanos how long the client took no more, so far
 * @param blockedOnBackendNanos how long the backend took no more, so far
 */
public record LiveExchange(
        String listener,
        String client,
        String route,
        String service,
        String endpoint,
        String state,
        long startedNanos,
        int status,
        long bytesIn,
        long bytesOut,
        long zeroCopyBytes,
        ExchangeRecord.Relay relay,
        String relayReason,
        BlockedOn blockedOn,
        long blockedForNanos,
        long blockedOnClientNanos,
        long blockedOnBackendNanos) {

    /** Whom an exchange waits for. */
    public enum BlockedOn {
        NOBODY,
        CLIENT,
        BACKEND
    }
}
