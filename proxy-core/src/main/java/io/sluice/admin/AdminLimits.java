package io.sluice.admin;

import java.time.Duration;

/**
 * What clients of the admin address may take. <em>Immutable.</em>
 *
 * @param connections open at a time; one more ends the oldest
 * @param deadline    from accepting a connection to closing it, whatever its client does
 */
record AdminLimits(int connections, Duration deadline) {
    /** The deadline is how long Prometheus waits for a scrape by default. */
    static final AdminLimits DEFAULT = new AdminLimits(32, Duration.ofSeconds(10));
}
