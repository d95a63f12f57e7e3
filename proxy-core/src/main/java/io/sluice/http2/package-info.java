/**
 * The HTTP/2 wire over Netty's codec: frames and their state from there, fields and their rules from {@code http}, each stream
 * one side of an exchange. Entry type: {@link io.sluice.http2.Http2ClientConnection}. Depends on http1 (for what a loop lends
 * its connections), exchange, route (for deadlines), stream, http, telemetry, transport, config.
 */
package io.sluice.http2;
