package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * A set of interchangeable endpoints. <em>Immutable.</em>
 *
 * @param name      the key it was written under
 * @param endpoints at least one
 * @param policy    how an endpoint is chosen
 * @param pool      what is kept open to each endpoint
 * @param socket    options of the connections to the endpoints
 * @param zeroCopy  false = bodies from and to them are copied, whatever the route says
 * @param proxyProtocol with which header connections to the endpoints begin
 */
public record ServiceConfig(
        String name,
        List<EndpointConfig> endpoints,
        Policy policy,
        PoolConfig pool,
        SocketConfig socket,
        boolean zeroCopy,
        ProxyProtocol proxyProtocol) {

    /** With which PROXY protocol header a connection begins. */
    public enum ProxyProtocol {
        /** With none. The default. */
        OFF,
        /** With a line of text. */
        V1,
        /** With the binary header. */
        V2
    }

    /** How an endpoint is chosen. */
    public enum Policy {
        /** In turn, by weight. */
        ROUND_ROBIN,
        /** The one with the fewest requests in flight for its weight. */
        LEAST_REQUESTS
    }

    /**
     * One address that answers.
     *
     * @param address where it listens; port at least 1
     * @param weight  0 to 1000; 0 = gets no requests
     */
    public record EndpointConfig(HostPort address, int weight) {}

    /**
     * What is kept open to each endpoint.
     *
     * @param idlePerEndpoint idle connections kept, in all event loops together; 0 = none
     * @param idleTimeout     how long an idle one is kept; a backend's {@code Keep-Alive: timeout=} may shorten it
     * @param learnIdleTimeout whether what is learned of connections that died shortens it, too
     * @param maxPerEndpoint  connections open at once; {@link Integer#MAX_VALUE} = unlimited
     * @param maxAge          how old a connection may be and still be reused; zero = any age
     */
    public record PoolConfig(
            int idlePerEndpoint, Duration idleTimeout, boolean learnIdleTimeout, int maxPerEndpoint, Duration maxAge) {}
}
