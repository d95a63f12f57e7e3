/**
 * TLS to clients: which certificate a client gets, on which terms, and the handshake's first steps. Knows nothing of what is
 * spoken inside. Entry types: {@link io.sluice.tls.Termination} and {@link io.sluice.tls.HelloReader}. Depends on transport,
 * telemetry, config and pem.
 */
package io.sluice.tls;
