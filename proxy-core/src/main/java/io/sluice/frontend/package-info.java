/**
 * Where clients arrive: listening sockets, the limit on connections, and the pipeline a connection gets once and for all.
 * Entry type: {@link io.sluice.frontend.Listener}. Depends on http1, tls, transport, exchange,
 * telemetry, http and config.
 */
package io.sluice.frontend;
