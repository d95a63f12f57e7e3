package io.sluice.config;

import java.net.URI;
import java.util.Map;

/**
 * Which requests are traced, and where their spans go. <em>Immutable.</em>
 *
 * @param endpoint         where OTLP is sent to by HTTP, with its path; null = nothing is traced
 * @param sampleMillionths how many in a million of the traces that begin here are recorded, 0 to 1,000,000
 * @param trust            whose {@code traceparent} is taken
 * @param serviceName      what spans say of whom they are
 * @param headers          sent with every export, by name
 */
public record TracingConfig(
        URI endpoint, int sampleMillionths, Trust trust, String serviceName, Map<String, Secret> headers) {

    /** Nothing is traced; all else is as it would be if only the endpoint were given. */
    public static final TracingConfig OFF = new TracingConfig(null, 10_000, Trust.TRUSTED_PROXIES, "sluice", Map.of());

    /** Whose {@code traceparent} is taken. */
    public enum Trust {
        /** Everybody's. */
        ALL,
        /** That of {@code trustedProxies}. */
        TRUSTED_PROXIES,
        /** Nobody's. */
        NONE
    }
}
