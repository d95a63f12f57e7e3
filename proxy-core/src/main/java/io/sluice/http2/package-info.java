/**
 * The HTTP/2 wire, over Netty's codec at its lowest level: frames in and out, flow control, HPACK; no channel per stream.
 * Entry type: {@link io.sluice.http2.Http2Connector}. Depends on pool, stream, service, http, transport and config.
 */
package io.sluice.http2;
