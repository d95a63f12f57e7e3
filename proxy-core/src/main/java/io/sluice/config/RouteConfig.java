package io.sluice.config;

import java.util.List;

/**
 * Which requests, what is done to them, and who answers. <em>Immutable.</em>
 *
 * @param name      unique; {@code route-N} (counted from 1) where none was given
 * @param match     what a request must look like
 * @param filters   in the order written
 * @param action    who answers
 * @param limits    the global limits with the route's own laid over them
 * @param timeouts  the global deadlines with the route's own laid over them
 * @param retry     the global retry rule with the route's own laid over it
 * @param zeroCopy  the global rule for it with the route's own laid over it
 * @param rateLimit how many requests it takes; null = as many as come
 * @param hsts      what responses over TLS say; null = as the listener's
 */
public record RouteConfig(
        String name,
        MatchConfig match,
        List<FilterConfig> filters,
        ActionConfig action,
        LimitConfig limits,
        TimeoutConfig timeouts,
        RetryConfig retry,
        ZeroCopyConfig zeroCopy,
        RateLimitConfig rateLimit,
        HstsConfig hsts) {}
