/**
 * What is learnt about exchanges and the process, and who reads it: metrics and the access log. Entry types: {@link
 * io.sluice.telemetry.ExchangeRecord}, {@link io.sluice.telemetry.Metrics}, {@link io.sluice.telemetry.AccessLog}.
 * Depends on tracing, http and config; of Netty only its queue and its count of direct memory.
 */
package io.sluice.telemetry;
