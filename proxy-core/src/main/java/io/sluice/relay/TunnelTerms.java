package io.sluice.relay;

import io.sluice.linux.Pipes;

/**
 * What is decided of a tunnel before it begins. <em>Immutable.</em>
 *
 * @param pipes      what its directions may be spliced through while they flow; null = they are copied
 * @param burstBytes how many bytes have to come at once for a direction to flow
 * @param idleNanos  how long no byte may cross in either direction
 */
public record TunnelTerms(Pipes pipes, long burstBytes, long idleNanos) {}
