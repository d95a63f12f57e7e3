package io.sluice.route;

import io.sluice.config.RetryConfig;
import io.sluice.config.RouteConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.service.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds the route of a request: the most specific wins (host exact, then suffix, then any; path exact, then longest
 * prefix, then patterns in order; then the order of the file). Where a route's methods, fields or parameters don't fit,
 * the next in this order is asked, also one for another path or a less specific host. <em>Immutable.</em>
 *
 * <p>A path is matched as received and in every other way a backend may read it ({@link PathReadings}). If these would
 * take different routes the request is refused: no spelling of a path gets past a route that stands in its way. Else it
 * is forwarded as received.
 */
public final class Router {
    private final List<Route> routes;
    private final HostIndex hosts;
    private final Route noRoute;
    private final Route ambiguousPath;

    private Router(List<Route> routes, HostIndex hosts) {
        this.routes = routes;
        this.hosts = hosts;
        this.noRoute = routes.get(routes.size() - 2);
        this.ambiguousPath = routes.get(routes.size() - 1);
    }

    /**
     * Compiles the routes.
     *
     * @param services all that the configuration names
     * @param before   the one in force, whose rate limits go on where their terms are the same; null = none is
     * @throws IllegalArgumentException if the configuration holds what its reader should have refused
     */
    public static Router of(SluiceConfig config, Map<String, Service> services, Router before) {
        RouteCompiler compiler = new RouteCompiler(services, before == null ? List.of() : before.routes);
        List<Route> routes = new ArrayList<>();
        HostIndex.Builder hosts = new HostIndex.Builder();
        for (RouteConfig route : config.routes()) {
            Route compiled = compiler.compile(routes.size(), route);
            routes.add(compiled);
            hosts.add(route.match(), new Candidate(compiled, Conditions.of(route.match())));
        }
        routes.add(refusal(routes.size(), ProxyError.NO_ROUTE, config));
        routes.add(refusal(routes.size(), ProxyError.AMBIGUOUS_PATH, config));
        return new Router(List.copyOf(routes), hosts.build());
    }

    private static Route refusal(int index, ProxyError error, SluiceConfig config) {
        // There is nothing to try again: no backend is asked.
        RetryConfig noRetry = new RetryConfig(0, 0, 0, 0);
        return new Route(
                index,
                "-",
                List.of(),
                List.of(),
                null,
                false,
                null,
                new Action.Refuse(error),
                Deadlines.of(config.timeouts()),
                config.limits().requestBody(),
                noRetry,
                config.zeroCopy(),
                null);
    }

    /** All routes by index, the two built-in ones ({@code no_route} and {@code ambiguous_path}) among them. */
    public List<Route> routes() {
        return routes;
    }

    /** The built-in route of requests that no configured route ever sees: those whose head was refused. */
    public Route refused() {
        return routes.getLast();
    }

    /** A route for one request, which gives this answer; metrics count it where they count those without a route. */
    public Route answering(Action.Answer answer) {
        return new Route(
                noRoute.index(), noRoute.name(), List.of(), List.of(), null, false, null, answer, noRoute.deadlines(),
                noRoute.requestBodyMax(), noRoute.retry(), noRoute.zeroCopy(), null);
    }

    /**
     * The route of this request; never null: where none matches, one that refuses with {@code NO_ROUTE}; where the forms
     * of its path would take different routes, one that refuses with {@code AMBIGUOUS_PATH}. Allocates nothing for a
     * plain path, unless a pattern must be tried.
     */
    public Route match(RequestHead head) {
        byte[] bytes = head.bytes();
        int start = head.pathStart();
        int end = head.pathEnd();
        Route route = hosts.find(head, bytes, start, end);
        if (!head.plainPath() || !PathReadings.single(bytes, start, end)) {
            for (byte[] reading : PathReadings.of(bytes, start, end)) {
                if (hosts.find(head, reading, 0, reading.length) != route) {
                    return ambiguousPath;
                }
            }
        }
        return route == null ? noRoute : route;
    }
}
