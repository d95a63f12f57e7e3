/**
 * HTTP/1.1 on the wire, both sides: reading and writing messages on channels, the connections and what becomes of them.
 * Entry types: {@link io.sluice.http1.Http1ClientConnection}, {@link io.sluice.http1.Http1Connector}. Depends on exchange,
 * pool, relay, stream, http, transport and config.
 */
package io.sluice.http1;
