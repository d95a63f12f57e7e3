package io.sluice.config;

import java.time.Duration;

/**
 * What Strict-Transport-Security says (RFC 6797 §6.1). <em>Immutable.</em>
 *
 * @param maxAge            how long clients remember it, in whole seconds; zero = they forget it
 * @param includeSubDomains whether it holds for all names below the host, too
 * @param preload           whether browsers may ship it
 */
public record HstsConfig(Duration maxAge, boolean includeSubDomains, boolean preload) {}
