/**
 * The HTTP/2 wire over Netty's codec: frames and their state from there, fields and their rules from {@code http}, each stream
 * one side of an exchange. Entry types: {@link
 * io.sluice.http2.Http2ClientConnection}, {@link io.sluice.http2.Http2Connector}. Depends on http1 (for what a loop lends
 * its connections), exchange, route (for deadlines), pool, service, tls, stream, http, telemetry, transport, config.
 */
package io.sluice.http2;
