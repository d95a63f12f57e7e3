package io.sluice.config;

import java.time.Duration;

/**
 * When a service is left alone for a while. <em>Immutable.</em>
 *
 * @param errorPercent of the attempts within the window that must have failed, 1 to 100
 * @param minRequests  but only if there were so many, at least 1
 * @param window       how far back attempts count
 * @param open         how long the service is left alone
 */
public record BreakerConfig(int errorPercent, int minRequests, Duration window, Duration open) {}
