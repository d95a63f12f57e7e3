package io.sluice.telemetry;

/**
 * How long idle connections to an endpoint are reused, where that is learned. <em>Immutable.</em>
 *
 * @param service      the service's name
 * @param endpoint     the endpoint's address
 * @param reuseNanos   up to how long they are reused, in nanoseconds
 * @param backendNanos after what time the backend closes them, as far as is known; at least {@code reuseNanos}
 * @param basis        what tells so: {@code closed} (it closed idle ones), {@code stale} (reused ones were dead), {@code said}
 *                     (its Keep-Alive field)
 */
public record LearnedIdle(String service, String endpoint, long reuseNanos, long backendNanos, String basis) {}
