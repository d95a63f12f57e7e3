/**
 * Connections to endpoints: idle ones kept by the event loop that opened them, new ones asked of a {@link
 * io.sluice.pool.Connector}. Entry type: {@link io.sluice.pool.BackendPools}. Depends on service, stream, http, transport,
 * telemetry and config.
 */
package io.sluice.pool;
