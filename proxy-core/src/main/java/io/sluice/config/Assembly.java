package io.sluice.config;

import io.sluice.config.AccessLogConfig.Format;
import io.sluice.config.ActionConfig.Forward;
import io.sluice.config.ActionConfig.Redirect;
import io.sluice.config.ActionConfig.Respond;
import io.sluice.config.ActionConfig.WeightedService;
import io.sluice.config.FilterConfig.AddPrefix;
import io.sluice.config.FilterConfig.Allow;
import io.sluice.config.FilterConfig.Deny;
import io.sluice.config.FilterConfig.RequestHeaders;
import io.sluice.config.FilterConfig.ResponseHeaders;
import io.sluice.config.FilterConfig.RewritePath;
import io.sluice.config.FilterConfig.StripPrefix;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.config.MatchConfig.PathMatch;
import io.sluice.config.RateLimitConfig.Rate;
import io.sluice.config.RateLimitConfig.RateKey;
import io.sluice.config.ServiceConfig.EndpointConfig;
import io.sluice.config.ServiceConfig.KeyConfig;
import io.sluice.config.ServiceConfig.Policy;
import io.sluice.config.ServiceConfig.PoolConfig;
import io.sluice.config.ServiceConfig.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes the records of the values. Every element of a list in the file becomes one in the records, so that the two have the
 * same index; what an invalid value would have filled is a default or null. <em>Immutable.</em>
 */
final class Assembly {
    private Assembly() {}

    /** The whole configuration. */
    static SluiceConfig config(Values values) {
        Section top = new Section(values, "");
        LimitConfig limits = top.section("limits").bind(LimitConfig.class, null);
        TimeoutConfig timeouts = top.section("timeouts").bind(TimeoutConfig.class, null);
        RetryConfig retry = top.section("retry").bind(RetryConfig.class, null);
        ZeroCopyConfig zeroCopy = top.section("zeroCopy").bind(ZeroCopyConfig.class, null);
        List<ListenerConfig> listeners = new ArrayList<>();
        for (Section listener : top.items("listeners")) {
            listeners.add(listener(listener, listeners.size() + 1));
        }
        List<RouteConfig> routes = new ArrayList<>();
        for (Section route : top.items("routes")) {
            routes.add(route(route, routes.size() + 1, new Shared(limits, timeouts, retry, zeroCopy)));
        }
        Map<String, ServiceConfig> services = new LinkedHashMap<>();
        for (Section service : top.items("services")) {
            String name = service.path().substring("services.".length());
            services.put(name, service(service, name));
        }
        int loops = top.whole("eventLoops");
        return new SluiceConfig(
                List.copyOf(listeners),
                List.copyOf(routes),
                Collections.unmodifiableMap(services),
                top.section("buffers").bind(BufferConfig.class, null),
                limits,
                timeouts,
                retry,
                zeroCopy,
                AcmeKeys.of(top),
                DnsKeys.of(top.section("dns")),
                accessLog(top),
                TracingKeys.of(top),
                admin(top),
                top.list("trustedProxies", Cidr.class),
                loops == 0 ? Runtime.getRuntime().availableProcessors() : loops);
    }

    private static ListenerConfig listener(Section at, int number) {
        return new ListenerConfig(
                name(at, "listener-" + number),
                at.get("address", HostPort.class),
                at.section("socket").bind(SocketConfig.class, null),
                at.get("halfClose", HalfClose.class),
                at.get("proxyProtocol", ListenerConfig.ProxyProtocol.class),
                at.get("http2", Boolean.class),
                at.get("protocol", ListenerConfig.Protocol.class),
                TlsKeys.of(at),
                at.get("service", String.class),
                HttpsKeys.redirect(at),
                HttpsKeys.hsts(at));
    }

    private static String name(Section at, String otherwise) {
        String name = at.get("name", String.class);
        return name == null ? otherwise : name;
    }

    /** What a route may lay its own values over. <em>Immutable.</em> */
    private record Shared(LimitConfig limits, TimeoutConfig timeouts, RetryConfig retry, ZeroCopyConfig zeroCopy) {}

    private static RouteConfig route(Section at, int number, Shared shared) {
        return new RouteConfig(
                name(at, "route-" + number),
                match(at.section("match")),
                at.items("filters").stream().flatMap(filter -> filter(filter).stream()).toList(),
                action(at),
                at.section("limits").bind(LimitConfig.class, shared.limits()),
                at.section("timeouts").bind(TimeoutConfig.class, shared.timeouts()),
                at.section("retry").bind(RetryConfig.class, shared.retry()),
                at.section("zeroCopy").bind(ZeroCopyConfig.class, shared.zeroCopy()),
                at.has("rateLimit") ? rateLimit(at.section("rateLimit")) : null,
                HttpsKeys.hsts(at));
    }

    private static RateLimitConfig rateLimit(Section at) {
        Rate rate = at.get("rate", Rate.class);
        Number burst = at.get("burst", Number.class);
        return new RateLimitConfig(
                rate, burst != null ? burst.intValue() : rate == null ? 1 : rate.count(), at.get("key", RateKey.class));
    }

    private static MatchConfig match(Section at) {
        Map<String, String> headers = new LinkedHashMap<>();
        at.texts("headers").forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        return new MatchConfig(
                at.get("host", String.class),
                at.get("path", PathMatch.class),
                at.list("methods", String.class),
                Collections.unmodifiableMap(headers),
                Collections.unmodifiableMap(at.texts("query")));
    }

    /** Null if there is none. */
    private static ActionConfig action(Section at) {
        if (at.has("service")) {
            return new Forward(List.of(new WeightedService(at.get("service", String.class), 1)));
        }
        if (at.has("services")) {
            return new Forward(at.items("services").stream()
                    .map(it -> new WeightedService(it.get("name", String.class), it.whole("weight")))
                    .toList());
        }
        if (at.has("files")) {
            Section files = at.section("files");
            return new ActionConfig.Files(
                    files.get("root", Path.class),
                    files.get("index", String.class),
                    files.get("listing", Boolean.class),
                    files.get("precompressed", Boolean.class));
        }
        if (at.has("redirect")) {
            Section redirect = at.section("redirect");
            return new Redirect(redirect.get("location", String.class), redirect.whole("status"));
        }
        if (at.has("respond")) {
            Section respond = at.section("respond");
            return new Respond(
                    respond.whole("status"), respond.get("body", String.class), respond.get("contentType", String.class));
        }
        return null;
    }

    /** One filter, unless it is none or several. */
    private static List<FilterConfig> filter(Section at) {
        List<FilterConfig> filters = new ArrayList<>();
        if (at.has("stripPrefix")) {
            filters.add(new StripPrefix(at.get("stripPrefix", String.class)));
        }
        if (at.has("addPrefix")) {
            filters.add(new AddPrefix(at.get("addPrefix", String.class)));
        }
        if (at.has("rewritePath")) {
            Section rewrite = at.section("rewritePath");
            filters.add(new RewritePath(rewrite.get("pattern", String.class), rewrite.get("replacement", String.class)));
        }
        if (at.has("requestHeaders")) {
            Section edit = at.section("requestHeaders");
            filters.add(new RequestHeaders(
                    Collections.unmodifiableMap(edit.texts("set")),
                    Collections.unmodifiableMap(edit.texts("add")),
                    edit.list("remove", String.class)));
        }
        if (at.has("responseHeaders")) {
            Section edit = at.section("responseHeaders");
            filters.add(new ResponseHeaders(
                    Collections.unmodifiableMap(edit.texts("set")),
                    Collections.unmodifiableMap(edit.texts("add")),
                    edit.list("remove", String.class)));
        }
        if (at.has("compress")) {
            filters.add(CompressKeys.of(at.section("compress")));
        }
        if (at.has("grpcWeb")) {
            filters.add(new FilterConfig.GrpcWeb());
        }
        if (at.has("allow")) {
            filters.add(new Allow(at.list("allow", Cidr.class)));
        }
        if (at.has("deny")) {
            filters.add(new Deny(at.list("deny", Cidr.class)));
        }
        return filters;
    }

    private static ServiceConfig service(Section at, String name) {
        List<EndpointConfig> endpoints = new ArrayList<>();
        for (Section endpoint : at.items("endpoints")) {
            endpoints.add(
                    at.values().value(endpoint.path()) instanceof HostPort address
                            ? new EndpointConfig(address, null, 1, 0)
                            : new EndpointConfig(endpoint.get("address", HostPort.class), endpoint.get("srv", String.class),
                                    endpoint.whole("weight"), endpoint.get("backup", Boolean.class) ? 1 : 0));
        }
        BackendTlsConfig tls = BackendTlsKeys.of(at);
        return new ServiceConfig(
                name,
                List.copyOf(endpoints),
                policy(at.section("loadBalancer")),
                StickyKeys.of(at, name),
                at.section("pool").bind(PoolConfig.class, null),
                at.section("socket").bind(SocketConfig.class, null),
                tls,
                at.section("zeroCopy").get("enabled", Boolean.class),
                HealthKeys.of(at),
                at.get("proxyProtocol", ServiceConfig.ProxyProtocol.class),
                Http2BackendKeys.protocol(at, tls),
                at.section("http2").bind(Http2Config.class, null),
                at.section("limits").bind(ServiceLimitConfig.class, null),
                at.has("circuitBreaker") ? at.section("circuitBreaker").bind(BreakerConfig.class, null) : null);
    }

    private static Policy policy(Section at) {
        Section key = at.section("key");
        KeyConfig written = key.has("header") ? new KeyConfig.Header(key.get("header", String.class))
                : key.has("cookie") ? new KeyConfig.Cookie(key.get("cookie", String.class)) : at.get("key", KeyConfig.class);
        return new Policy(at.get("policy", Rule.class), written, at.whole("loadPercent"));
    }

    private static AdminConfig admin(Section top) {
        Section at = top.section("admin");
        boolean off = top.values().value("admin") != null;
        return new AdminConfig(off ? null : at.get("address", HostPort.class), at.get("token", Secret.class));
    }

    private static AccessLogConfig accessLog(Section top) {
        Section at = top.section("accessLog");
        String path = top.values().value("accessLog") != null ? "off" : at.get("path", String.class);
        return new AccessLogConfig(path, at.get("format", Format.class), at.whole("queue"));
    }
}
