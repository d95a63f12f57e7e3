package io.sluice.config;

import io.sluice.config.ServiceConfig.EndpointConfig;
import io.sluice.config.ServiceConfig.Policy;
import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the configuration of a service for tests, which say only what they are about. What is left out: endpoints in
 * turn, as many idle connections as a pool keeps by default, default sockets, no limits, and nothing done about endpoints
 * that fail.
 * <em>Loop-confined.</em>
 */
public final class ServiceConfigBuilder {
    private final String name;
    private final List<EndpointConfig> endpoints = new ArrayList<>();
    private Policy policy = Policy.ROUND_ROBIN;
    private PoolConfig pool = new PoolConfig(64, Duration.ofSeconds(30), true, Integer.MAX_VALUE, Duration.ZERO);
    private SocketConfig socket = new SocketConfig(0, true, 0, 0, 0, true, Duration.ZERO, Duration.ZERO, 0, false);
    private BackendTlsConfig tls;
    private HealthConfig health = new HealthConfig(null, null, Duration.ZERO);
    private ProxyProtocol proxyProtocol = ProxyProtocol.OFF;
    private ServiceConfig.Protocol protocol = ServiceConfig.Protocol.HTTP1;
    private Http2Config http2 = new Http2Config(100, Duration.ZERO, Duration.ofSeconds(10));
    private ServiceLimitConfig limits =
            new ServiceLimitConfig(Integer.MAX_VALUE, Integer.MAX_VALUE, 1024, Duration.ofSeconds(1));

    private BreakerConfig breaker;
    private StickyConfig sticky;

    /** Begins one without endpoints. */
    public ServiceConfigBuilder(String name) {
        this.name = name;
    }

    /** One at each of these ports of 127.0.0.1, all of weight 1. */
    public ServiceConfigBuilder ports(int... ports) {
        for (int port : ports) {
            endpoint("127.0.0.1", port, 1);
        }
        return this;
    }

    /** One for each weight, at the ports 127.0.0.1:1, :2 and so on. */
    public ServiceConfigBuilder weights(int... weights) {
        for (int weight : weights) {
            endpoint("127.0.0.1", endpoints.size() + 1, weight);
        }
        return this;
    }

    /** One more. */
    public ServiceConfigBuilder endpoint(String host, int port, int weight) {
        return endpoints(List.of(new EndpointConfig(new HostPort(host, port), null, weight, 0)));
    }

    /** These, too. */
    public ServiceConfigBuilder endpoints(List<EndpointConfig> more) {
        endpoints.addAll(more);
        return this;
    }

    /** How one is chosen. */
    public ServiceConfigBuilder policy(Policy by) {
        policy = by;
        return this;
    }

    /** What is kept open. */
    public ServiceConfigBuilder pool(PoolConfig of) {
        pool = of;
        return this;
    }

    /** Options of its connections. */
    public ServiceConfigBuilder socket(SocketConfig options) {
        socket = options;
        return this;
    }

    /** How its connections are encrypted. */
    public ServiceConfigBuilder tls(BackendTlsConfig terms) {
        tls = terms;
        return this;
    }

    /** What is done about endpoints that fail. */
    public ServiceConfigBuilder health(HealthConfig rules) {
        health = rules;
        return this;
    }

    /** How its connections begin. */
    public ServiceConfigBuilder proxyProtocol(ProxyProtocol version) {
        proxyProtocol = version;
        return this;
    }

    /** HTTP/2 without TLS, on these terms. */
    public ServiceConfigBuilder h2c(Http2Config terms) {
        protocol = ServiceConfig.Protocol.H2C;
        http2 = terms;
        return this;
    }

    /** What each endpoint chooses, on these terms where that is HTTP/2. */
    public ServiceConfigBuilder auto(Http2Config terms) {
        protocol = ServiceConfig.Protocol.AUTO;
        http2 = terms;
        return this;
    }

    /** How many requests it gets at once. */
    public ServiceConfigBuilder limits(ServiceLimitConfig requests) {
        limits = requests;
        return this;
    }

    /** When it is left alone. */
    public ServiceConfigBuilder breaker(BreakerConfig terms) {
        breaker = terms;
        return this;
    }

    /** How clients come back to their endpoint. */
    public ServiceConfigBuilder sticky(StickyConfig cookies) {
        sticky = cookies;
        return this;
    }

    /** The configuration. */
    public ServiceConfig build() {
        return new ServiceConfig(
                name, List.copyOf(endpoints), policy, sticky, pool, socket, tls, true, health, proxyProtocol, protocol, http2,
                limits, breaker);
    }
}
