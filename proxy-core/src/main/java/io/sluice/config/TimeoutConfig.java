package io.sluice.config;

import java.time.Duration;

/**
 * Deadlines. {@link Duration#ZERO} switches one off. <em>Immutable.</em>
 *
 * @param handshake         from a connection to the end of its TLS handshake
 * @param requestHead       from a request's first byte to the end of its head, however the bytes drip
 * @param requestBodyIdle   without a byte of the request body while one is expected
 * @param responseWriteIdle without a byte accepted by the client, or acknowledged by its kernel, while some wait for it
 * @param keepAlive         a client connection without a request
 * @param connectionAge     how long a client connection takes requests, jittered; zero (none) by default
 * @param connect           one connection attempt to an endpoint
 * @param responseHeaders   from the end of the request to the end of the response's head, in all attempts together
 * @param attemptResponseHeaders the same in one attempt that may be made again; zero (none) by default
 * @param responseBodyIdle  without a byte of the response body; stands still while we hold the backend back
 * @param request           a whole exchange; zero (none) by default
 * @param tunnel            a tunnel without a byte in either direction
 * @param drainAccepting    at shutdown: not ready, but still accepting
 * @param drain             at shutdown, after that: for exchanges in flight
 */
public record TimeoutConfig(
        Duration handshake,
        Duration requestHead,
        Duration requestBodyIdle,
        Duration responseWriteIdle,
        Duration keepAlive,
        Duration connectionAge,
        Duration connect,
        Duration responseHeaders,
        Duration attemptResponseHeaders,
        Duration responseBodyIdle,
        Duration request,
        Duration tunnel,
        Duration drainAccepting,
        Duration drain) {}
