package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Collection;

/** The meters of a service's sticky sessions: of each answered request, what became of its cookie. <em>Thread-safe.</em> */
public final class StickyMeters {
    private static final int KEPT = 0;
    private static final int BEGUN = 1;
    private static final int MOVED = 2;
    private static final int REFUSED = 3;

    private final String service;
    private final Cells cells = Cells.striped(REFUSED + 1);

    /** Makes meters that no scrape shows; {@link Metrics#sticky} makes the others. */
    public StickyMeters(String service) {
        this.service = service;
    }

    /** Counts a request that went where its cookie said. */
    public void kept() {
        cells.add(KEPT, 1);
    }

    /** Counts a request that had no cookie. */
    public void begun() {
        cells.add(BEGUN, 1);
    }

    /** Counts a request whose cookie was good, and that went elsewhere all the same. */
    public void moved() {
        cells.add(MOVED, 1);
    }

    /** Counts a request whose cookie was of no use. */
    public void refused() {
        cells.add(REFUSED, 1);
    }

    /** Hands over the rows of all services. */
    static void into(Collection<StickyMeters> services, MetricSnapshots.Builder snapshots) {
        Family requests = Family.counter("sticky_requests",
                "Answered requests by what became of their sticky session: kept, begun, moved, or its cookie refused.",
                "service", "session");
        for (StickyMeters each : services) {
            requests.row(each.cells.sum(KEPT), each.service, "kept");
            requests.row(each.cells.sum(BEGUN), each.service, "begun");
            requests.row(each.cells.sum(MOVED), each.service, "moved");
            requests.row(each.cells.sum(REFUSED), each.service, "refused");
        }
        requests.into(snapshots);
    }
}
