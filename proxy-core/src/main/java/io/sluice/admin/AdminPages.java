package io.sluice.admin;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The table of pages. <em>Immutable</em>; its pages are thread-safe. */
final class AdminPages {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private final List<AdminRoute> routes;

    AdminPages(List<AdminRoute> routes) {
        this.routes = List.copyOf(routes);
    }

    /**
     * A route that a request goes to, and the names in its path. <em>Immutable.</em>
     *
     * @param names as in {@link AdminRequest}
     */
    record Found(AdminRoute route, Map<String, String> names) {}

    /**
     * Finds the page of a request.
     *
     * @throws Refused 404 with all pages, 405 with the methods of this one
     */
    Found find(String method, String path) {
        List<AdminRoute> here = routes.stream().filter(route -> route.match(path) != null).toList();
        if (here.isEmpty()) {
            throw new Refused(404, "not found; there are: " + listed());
        }
        for (AdminRoute route : here) {
            if (route.takes(method)) {
                return new Found(route, route.match(path));
            }
        }
        String allowed = here.stream()
                .map(route -> route.method().equals("GET") ? "GET, HEAD" : route.method())
                .collect(Collectors.joining(", "));
        throw new Refused(405, "only " + allowed, "Allow: " + allowed);
    }

    private String listed() {
        return routes.stream()
                .map(route -> (route.method().equals("GET") ? "" : route.method() + " ") + route.pattern())
                .collect(Collectors.joining("  "));
    }

    /** The answer of a page; a defect of it is told as that, and costs nothing else. */
    static Answer answer(AdminRoute route, AdminRequest request) {
        try {
            return route.page().answer(request);
        } catch (Refused refused) {
            return refused.answer();
        } catch (RuntimeException e) {
            LOG.error("admin page failed path={}", route.pattern(), e);
            return Answer.text(500, "internal error");
        }
    }
}
