/**
 * TLS on both sides: which certificate a client gets, on which terms, and the handshake's first steps; whom a service trusts, and
 * who it is to its endpoints. Knows nothing of what is spoken inside. Entry types: {@link io.sluice.tls.Termination} and
 * {@link io.sluice.tls.HelloReader}; {@link io.sluice.tls.BackendTls}. Depends on transport, telemetry, http, config and pem.
 */
package io.sluice.tls;
