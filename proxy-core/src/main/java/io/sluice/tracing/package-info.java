/**
 * Traces as W3C Trace Context Level 1 has them: which one a request belongs to, whether it is recorded, and what backends are
 * told. Entry: {@link io.sluice.tracing.Tracing}. Depends on {@code http} and {@code config}; knows no exporter.
 */
package io.sluice.tracing;
