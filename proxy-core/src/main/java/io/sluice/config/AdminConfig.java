package io.sluice.config;

/**
 * The address of metrics and probes. <em>Immutable.</em>
 *
 * @param address null = no admin address ({@code admin: off})
 */
public record AdminConfig(HostPort address) {}
