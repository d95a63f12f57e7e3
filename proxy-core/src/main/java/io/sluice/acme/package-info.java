/**
 * Certificates that are ordered from an authority by ACME (RFC 8555), kept on disk, and renewed. Entry type: {@link
 * io.sluice.acme.Renewal}. The one package that knows acme4j; nothing of it is loaded unless it is configured. Depends on
 * telemetry, config.
 */
package io.sluice.acme;
