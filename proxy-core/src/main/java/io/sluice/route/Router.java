package io.sluice.route;

import io.sluice.config.SluiceConfig;
import io.sluice.http.RequestHead;
import io.sluice.service.Service;
import java.util.List;
import java.util.Map;

/**
 * Finds the route of a request: the most specific wins (host exact, then suffix, then any; path exact, then longest
 * prefix, then patterns in order; then the order of the file). <em>Immutable.</em>
 */
public final class Router {
    private final List<Route> routes;

    private Router(List<Route> routes) {
        this.routes = routes;
    }

    /** Compiles the routes. */
    public static Router of(SluiceConfig config, Map<String, Service> services) {
        throw new UnsupportedOperationException(config.toString() + services);
    }

    /** All routes by index, the two built-in ones ({@code no_route} and {@code ambiguous_path}) among them. */
    public List<Route> routes() {
        return routes;
    }

    /** The built-in route of requests that no configured route ever sees: those whose head was refused. */
    public Route refused() {
        return routes.getLast();
    }

    /**
     * The route of this request; never null: where none matches, one that refuses with {@code NO_ROUTE}; where the forms
     * of its path would take different routes, one that refuses with {@code AMBIGUOUS_PATH}. Allocates nothing for a
     * plain path.
     */
    public Route match(RequestHead head) {
        throw new UnsupportedOperationException();
    }
}
