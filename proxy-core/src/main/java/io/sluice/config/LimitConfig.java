package io.sluice.config;

/**
 * What a message or the whole process may use. <em>Immutable.</em>
 *
 * @param connections          client connections open at once; 0 = from the descriptor limit
 * @param connectionsPerAddress from one address; {@link Integer#MAX_VALUE} = unlimited
 * @param requestsPerConnection that a client connection takes; {@link Integer#MAX_VALUE} = unlimited
 * @param handshakes           TLS handshakes of clients in progress at once
 * @param memory               percent taken at which new requests are refused; 0 = that is never looked at
 * @param requestHead          bytes of a request's head, line included; more gets 431
 * @param requestLine          bytes of the request line; more gets 414
 * @param headers              fields in a head; more gets 431 (502 from a backend)
 * @param responseHead         bytes of a response's head; more gets 502
 * @param requestBody          bytes of a request's body; more gets 413; {@link Long#MAX_VALUE} = unlimited
 */
public record LimitConfig(
        int connections,
        int connectionsPerAddress,
        int requestsPerConnection,
        int handshakes,
        int memory,
        int requestHead,
        int requestLine,
        int headers,
        int responseHead,
        long requestBody) {}
