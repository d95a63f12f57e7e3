/**
 * TLS on sockets; knows nothing of what is spoken inside. To clients: which certificate one gets, on which terms, and the
 * handshake's first steps; entry types {@link io.sluice.tls.Termination} and {@link io.sluice.tls.HelloReader}. To backends:
 * {@link io.sluice.tls.BackendTls}, what it takes to speak TLS to the endpoints of one service. Depends on transport,
 * telemetry, http, config and pem.
 */
package io.sluice.tls;
