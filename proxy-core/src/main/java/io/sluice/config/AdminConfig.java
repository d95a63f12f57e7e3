package io.sluice.config;

/**
 * The address of dashboard, metrics, probes and commands. <em>Immutable.</em>
 *
 * @param address null = no admin address ({@code admin: off})
 * @param token   what its clients must know; null = nothing, at a loopback address only
 */
public record AdminConfig(HostPort address, Secret token) {}
