package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * A set of interchangeable endpoints. <em>Immutable.</em>
 *
 * @param name          the key it was written under
 * @param endpoints     at least one
 * @param policy        how an endpoint is chosen
 * @param sticky        how clients keep their endpoint; null = they don't
 * @param pool          what is kept open to each endpoint
 * @param socket        options of the connections to the endpoints
 * @param zeroCopy      false = bodies from and to them are copied, whatever the route says
 * @param health        what is done about endpoints that fail
 * @param proxyProtocol with which header connections to the endpoints begin
 * @param protocol      what is spoken to the endpoints
 * @param http2         on which terms, where that is HTTP/2
 * @param limits        how many requests it gets at once
 * @param breaker       when it is left alone for a while; null = never
 */
public record ServiceConfig(
        String name,
        List<EndpointConfig> endpoints,
        Policy policy,
        StickyConfig sticky,
        PoolConfig pool,
        SocketConfig socket,
        BackendTlsConfig tls,
        boolean zeroCopy,
        HealthConfig health,
        ProxyProtocol proxyProtocol,
        Protocol protocol,
        Http2Config http2,
        ServiceLimitConfig limits,
        BreakerConfig breaker) {

    /** What is spoken to endpoints. */
    public enum Protocol {
        /** HTTP/1.1: one request at a time on a connection. The default. */
        HTTP1,
        /** HTTP/2 under TLS, as the handshake agrees (RFC 9113 §3.2): many requests at a time on a connection. */
        H2,
        /** HTTP/2 without TLS, as both know beforehand (RFC 9113 §3.3). */
        H2C,
        /** What each endpoint chooses in the handshake of TLS: HTTP/2 or HTTP/1.1. Never without TLS. */
        AUTO;

        /** Whether a connection carries many requests at a time, or may turn out to. */
        public boolean shared() {
            return this != HTTP1;
        }
    }

    /** With which PROXY protocol header a connection begins. */
    public enum ProxyProtocol {
        /** With none. The default. */
        OFF,
        /** With a line of text. */
        V1,
        /** With the binary header. */
        V2
    }

    /**
     * How an endpoint is chosen.
     *
     * @param rule        by what
     * @param key         what of a request decides, for {@link Rule#HASH}
     * @param loadPercent for {@link Rule#HASH}: what an endpoint may have in flight, in percent of its share of all; above
     *                    100; {@link Integer#MAX_VALUE} = any load
     */
    public record Policy(Rule rule, KeyConfig key, int loadPercent) {
        /** In turn, by weight. */
        public static final Policy ROUND_ROBIN = of(Rule.ROUND_ROBIN);
        /** The one with the fewest requests in flight for its weight. */
        public static final Policy LEAST_REQUESTS = of(Rule.LEAST_REQUESTS);

        /** The policy of a rule, with the defaults for the rest. */
        public static Policy of(Rule rule) {
            return new Policy(rule, new KeyConfig.ClientAddress(), 125);
        }
    }

    /** By what an endpoint is chosen; always by weight, too. */
    public enum Rule {
        /** In turn. */
        ROUND_ROBIN,
        /** By the fewest requests in flight. */
        LEAST_REQUESTS,
        /** At random. */
        RANDOM,
        /** By a key: the same one for the same key. */
        HASH,
        /** By latency and requests in flight. */
        PEAK_EWMA
    }

    /** What of a request is its key. <em>Immutable.</em> */
    public sealed interface KeyConfig {
        /** The client's address. */
        record ClientAddress() implements KeyConfig {}

        /** The path, without the query. */
        record Path() implements KeyConfig {}

        /** A header's value. */
        record Header(String name) implements KeyConfig {}

        /** A cookie's value. */
        record Cookie(String name) implements KeyConfig {}
    }

    /**
     * One address that answers, or a name that stands for several.
     *
     * @param address  where it listens, a name or a literal; port at least 1; null = srv says
     * @param srv      the name of SRV records that say where; null = the address does
     * @param weight   0 to 1000; 0 = gets no requests; of each address of a name; nothing beside {@code srv}
     * @param priority 0; 1 = a backup, for when none of the others is left
     */
    public record EndpointConfig(HostPort address, String srv, int weight, int priority) {

        /** Whether it has to be resolved: it is a name, and no address. */
        public boolean named() {
            return srv != null || Addresses.literal(address.host()).isEmpty();
        }

        /** What logs, metrics and the admin address call it, unique in its service; null if neither is known. */
        public String written() {
            return srv != null ? "srv:" + srv : address == null ? null : address.toString();
        }
    }

    /**
     * What is kept open to each endpoint.
     *
     * @param idlePerEndpoint  idle connections kept, in all event loops together; 0 = none
     * @param idleTimeout      how long an idle one is kept; a backend's {@code Keep-Alive: timeout=} may shorten it
     * @param learnIdleTimeout whether what is learned of connections that died shortens it, too
     * @param maxPerEndpoint   connections open at once; {@link Integer#MAX_VALUE} = unlimited
     * @param maxAge           how old a connection may be and still be reused; zero = any age
     */
    public record PoolConfig(
            int idlePerEndpoint, Duration idleTimeout, boolean learnIdleTimeout, int maxPerEndpoint, Duration maxAge) {}
}
