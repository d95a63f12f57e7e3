/**
 * Spans of exchanges for an OpenTelemetry collector, by OTLP. Entry: {@link io.sluice.otlp.SpanExport}. Depends on {@code
 * tracing}, {@code telemetry}, {@code http} and {@code config}. The one package that knows OpenTelemetry's library: none of
 * it is loaded before somebody asks for a class in here.
 */
package io.sluice.otlp;
