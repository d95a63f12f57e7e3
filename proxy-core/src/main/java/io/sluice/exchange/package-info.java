/**
 * One request and its response: where it goes, what may fail, who is told. Entry types: {@link io.sluice.exchange.Worker},
 * which begins exchanges on its event loop, {@link io.sluice.exchange.Exchange}, and {@link io.sluice.exchange.TcpExchange} for
 * connections without requests. Depends on route, filter, service,
 * pool, relay, stream, http, telemetry, tracing and config.
 */
package io.sluice.exchange;
