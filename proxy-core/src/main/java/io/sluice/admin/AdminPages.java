package io.sluice.admin;

import io.sluice.telemetry.Metrics;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What stands behind each path. <em>Thread-safe</em> as far as its sources are. */
final class AdminPages {
    /**
     * An answer. <em>Immutable.</em>
     *
     * @param status      as in RFC 9110 §15
     * @param contentType of the body
     * @param body        UTF-8 when sent
     */
    record Page(int status, String contentType, String body) {
        static Page text(int status, String body) {
            return new Page(status, "text/plain; charset=utf-8", body + "\n");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private final Supplier<String> metrics;
    private final Supplier<String> notReady;

    /**
     * Makes the pages.
     *
     * @param metrics  everything in Prometheus' text format
     * @param notReady null while traffic is wanted, else why not
     */
    AdminPages(Supplier<String> metrics, Supplier<String> notReady) {
        this.metrics = metrics;
        this.notReady = notReady;
    }

    /** The answer to a request. */
    Page page(String method, String path) {
        boolean known = path.equals("/livez") || path.equals("/readyz") || path.equals("/metrics");
        if (!known) {
            return Page.text(404, "not found; there are: /livez /readyz /metrics");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Page.text(405, "only GET and HEAD");
        }
        try {
            return switch (path) {
                case "/livez" -> Page.text(200, "ok");
                case "/readyz" -> ready(notReady.get());
                default -> new Page(200, Metrics.CONTENT_TYPE, metrics.get());
            };
        } catch (RuntimeException e) {
            LOG.error("admin page failed path={}", path, e);
            return Page.text(500, "internal error");
        }
    }

    private static Page ready(String why) {
        return why == null ? Page.text(200, "ready") : Page.text(503, why);
    }
}
