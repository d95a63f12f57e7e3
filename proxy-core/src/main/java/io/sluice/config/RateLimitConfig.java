package io.sluice.config;

import java.time.Duration;

/**
 * How many requests a route takes of each key. <em>Immutable.</em>
 *
 * @param rate  how many may come in the long run
 * @param burst how many may come at once after a quiet time, at least 1
 * @param key   what is counted apart
 */
public record RateLimitConfig(Rate rate, int burst, RateKey key) {

    /**
     * So many in a time.
     *
     * @param count 1 to 1,000,000
     * @param per   a second, a minute or an hour
     */
    public record Rate(int count, Duration per) {}

    /** What is counted apart. */
    public sealed interface RateKey {
        /** Each client's address; of IPv6 the first 64 bits. */
        record ClientAddress() implements RateKey {}

        /**
         * Each value of a field; requests without it are one.
         *
         * @param name in lower case
         */
        record Header(String name) implements RateKey {}

        /** All requests together. */
        record None() implements RateKey {}
    }
}
