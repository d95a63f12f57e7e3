package io.sluice.route;

import io.sluice.config.ActionConfig;
import io.sluice.config.FilterConfig;
import io.sluice.config.LimitConfig;
import io.sluice.config.MatchConfig;
import io.sluice.config.MatchConfig.PathMatch;
import io.sluice.config.RetryConfig;
import io.sluice.config.RouteConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.config.SluiceConfig;
import io.sluice.config.TimeoutConfig;
import io.sluice.config.ZeroCopyConfig;
import io.sluice.service.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Routes for tests, written in few words. <em>Loop-confined.</em> */
final class RouterConfig {
    static final LimitConfig LIMITS = new LimitConfig(
            0, Integer.MAX_VALUE, Integer.MAX_VALUE, 4096, 0, 32768, 16384, 128, 65536, 1000);
    static final TimeoutConfig TIMEOUTS = new TimeoutConfig(
            Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(75),
            Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(60), Duration.ZERO, Duration.ofSeconds(60), Duration.ZERO,
            Duration.ofHours(1), Duration.ofSeconds(5), Duration.ofSeconds(20));
    static final RetryConfig RETRY = new RetryConfig(2, 20, 10, 65536);
    static final ZeroCopyConfig ZERO_COPY = new ZeroCopyConfig(true, 64 << 10, 256 << 10);

    private final List<RouteConfig> routes = new ArrayList<>();

    /** Adds a route named by its host and path: {@code example.com/v1/}; {@code *~pattern}; see {@link #path}. */
    RouterConfig route(String hostAndPath) {
        return route(hostAndPath, hostAndPath, List.of(), Map.of(), Map.of());
    }

    RouterConfig route(
            String name, String hostAndPath, List<String> methods, Map<String, String> headers, Map<String, String> query) {
        int split = hostAndPath.indexOf('~') >= 0 ? hostAndPath.indexOf('~') : hostAndPath.indexOf('/');
        return route(name, new MatchConfig(
                hostAndPath.substring(0, split), path(hostAndPath.substring(split)), methods, headers, query), List.of(),
                new ActionConfig.Respond(200, name, "text/plain"));
    }

    RouterConfig route(String name, MatchConfig match, List<FilterConfig> filters, ActionConfig action) {
        routes.add(new RouteConfig(name, match, filters, action, LIMITS, TIMEOUTS, RETRY, ZERO_COPY, null, null));
        return this;
    }

    /** As in YAML: {@code ~} begins a pattern, a slash ends a prefix. */
    static PathMatch path(String text) {
        return text.startsWith("~") ? new PathMatch.Regex(text.substring(1))
                : text.endsWith("/") ? new PathMatch.Prefix(text) : new PathMatch.Exact(text);
    }

    Router router() {
        return router(Map.of());
    }

    Router router(Map<String, Service> services) {
        return Router.of(
                new SluiceConfig(
                        List.of(), routes, Map.of(), null, LIMITS, TIMEOUTS, RETRY, ZERO_COPY, null, null, null, null, null, List.of(), 1),
                services, null);
    }

    static Service service(int index, String name) {
        return new Service(index, new ServiceConfigBuilder(name).ports(1 + index).build());
    }
}
