/**
 * TLS on sockets. To backends, {@link io.sluice.tls.BackendTls} is the entry: what it takes to speak TLS to the endpoints of one
 * service. Depends on {@code transport}, {@code telemetry}, {@code http} and {@code config}.
 */
package io.sluice.tls;
