package io.sluice.service;

import java.time.Instant;
import java.util.Locale;

/**
 * What is known of an endpoint at one moment, for people. <em>Immutable.</em>
 *
 * @param address     as configured
 * @param weight      its share in force: configured, or what an operator said instead; slow start left aside
 * @param state       whether it gets requests, and if not, why not
 * @param why         the last reason for this state, in a few words; empty while nothing has happened
 * @param since       when it came into this state
 * @param active      requests in flight to it
 * @param connections open to it, idle ones included
 */
public record EndpointView(
        String address, int weight, State state, String why, Instant since, int active, int connections) {

    /** Whether an endpoint gets requests. */
    public enum State {
        /** It does. */
        UP,
        /** It does, fewer than its weight says: it has just come back. */
        WARMING,
        /** It doesn't: its checks fail. */
        DOWN,
        /** It doesn't for a time: requests to it failed. */
        EJECTED,
        /** It doesn't: an operator said so. */
        DRAINING;

        /** The word for it in pages and metrics. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether it gets requests. */
        public boolean up() {
            return this == UP || this == WARMING;
        }
    }
}
