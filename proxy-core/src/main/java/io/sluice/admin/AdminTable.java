package io.sluice.admin;

import io.sluice.server.ReloadResult;
import io.sluice.server.SluiceServer;
import io.sluice.telemetry.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** All pages of a running proxy, a line each: a new one is a line here and a class of its own. <em>Immutable.</em> */
final class AdminTable {
    private AdminTable() {}

    /**
     * The table.
     *
     * @param levels null = there is no page for them
     * @param reload see {@link ReloadPage}
     */
    static AdminPages of(SluiceServer server, LogLevels levels, Supplier<ReloadResult> reload) {
        List<AdminRoute> routes = new ArrayList<>(probes(server.metrics()::scrape, server::notReady));
        routes.add(AdminRoute.open("/", Dashboard.page("dashboard.html", "text/html; charset=utf-8")));
        routes.add(AdminRoute.open("/dashboard.css", Dashboard.page("dashboard.css", "text/css; charset=utf-8")));
        routes.add(AdminRoute.open("/dashboard.js", Dashboard.page("dashboard.js", "text/javascript; charset=utf-8")));
        routes.add(AdminRoute.get("/stats", new StatsPage(server)));
        routes.add(AdminRoute.get("/config", new ConfigPage(server::config)));
        routes.add(AdminRoute.get("/services", new ServicesPage(server)));
        for (EndpointPage.Order order : EndpointPage.Order.values()) {
            routes.add(AdminRoute.post("/services/{service}/endpoints/{endpoint}/" + order.name().toLowerCase(Locale.ROOT), 0,
                    new EndpointPage(server, order)));
        }
        routes.add(AdminRoute.post("/reload", 0, new ReloadPage(reload)));
        routes.add(AdminRoute.post("/check", CheckPage.BODY_BYTES_MAX, new CheckPage(server::config)));
        routes.add(AdminRoute.get("/slow", new SlowPage(server::slowRequests)));
        routes.add(AdminRoute.get("/connections", new ConnectionsPage(server::survey)));
        routes.add(AdminRoute.get("/jfr", new RecordingPage()));
        if (levels != null) {
            LogLevelPage page = new LogLevelPage(levels);
            routes.add(AdminRoute.get("/loglevel", page));
            routes.add(AdminRoute.post("/loglevel", 0, page));
        }
        return new AdminPages(routes);
    }

    /**
     * What supervisors and Prometheus ask.
     *
     * @param metrics  everything in Prometheus' text format
     * @param notReady null while traffic is wanted, else why not
     */
    static List<AdminRoute> probes(Supplier<String> metrics, Supplier<String> notReady) {
        return List.of(
                AdminRoute.open("/livez", _ -> Answer.text(200, "ok")),
                AdminRoute.open("/readyz", _ -> ready(notReady.get())),
                AdminRoute.get("/metrics", _ -> new Answer.Whole(
                        200, Metrics.CONTENT_TYPE, metrics.get().getBytes(StandardCharsets.UTF_8), List.of())));
    }

    private static Answer ready(String why) {
        return why == null ? Answer.text(200, "ready") : Answer.text(503, why);
    }
}
