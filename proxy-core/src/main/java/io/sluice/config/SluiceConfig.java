package io.sluice.config;

import java.util.List;
import java.util.Map;

/**
 * A whole configuration, valid and complete: every default is filled in and every name resolves. <em>Immutable.</em>
 *
 * @param listeners      at least one
 * @param routes         in the order written; the router orders them by how specific they are
 * @param services       by name, in the order written
 * @param buffers        how much of a body may wait in memory
 * @param limits         the global limits; a route's own are in {@link RouteConfig#limits()}
 * @param timeouts       the global deadlines; a route's own are in {@link RouteConfig#timeouts()}
 * @param retry          when a failed attempt is made again; a route's own rule is in {@link RouteConfig#retry()}
 * @param zeroCopy       when bodies cross inside the kernel; a route's own rule is in {@link RouteConfig#zeroCopy()}
 * @param acme           where certificates are ordered; null = nowhere
 * @param dns            how names of endpoints are resolved
 * @param accessLog      where a line per request goes
 * @param tracing        which requests are traced, and where their spans go
 * @param admin          the address of metrics and probes
 * @param trustedProxies peers whose forwarding headers are believed
 * @param eventLoops     number of event loops, at least 1; {@code auto} is already resolved to the processors available
 */
public record SluiceConfig(
        List<ListenerConfig> listeners,
        List<RouteConfig> routes,
        Map<String, ServiceConfig> services,
        BufferConfig buffers,
        LimitConfig limits,
        TimeoutConfig timeouts,
        RetryConfig retry,
        ZeroCopyConfig zeroCopy,
        AcmeConfig acme,
        DnsConfig dns,
        AccessLogConfig accessLog,
        TracingConfig tracing,
        AdminConfig admin,
        List<Cidr> trustedProxies,
        int eventLoops) {}
