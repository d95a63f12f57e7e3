package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.sluice.http.ProxyError;

/** The rows that listeners and pools make in one scrape. <em>Loop-confined</em> to the thread of that scrape. */
final class ConnectionSeries {
    private final Family open = Family.gauge("connections", "Client connections open.", "listener");
    // Not connections_total: OpenMetrics knows a counter by its name without _total, and that one is taken.
    private final Family accepted = Family.counter("connections_accepted", "Client connections accepted.", "listener");
    private final Family rejected =
            Family.counter("rejected", "Heads and connections refused before a route was looked for; such a head is also an error.", "listener", "reason");
    private final Family handshakes =
            Family.counter("tls_handshakes", "TLS handshakes with clients that went well.", "listener", "version");
    private final Family active = Family.gauge("pool_active", "Backend connections that carry a request.", "service");
    private final Family idle = Family.gauge("pool_idle", "Backend connections kept for reuse.", "service");
    private final Family created = Family.counter("pool_created", "Backend connections opened.", "service");
    private final Family reused = Family.counter("pool_reused", "Requests sent over a kept connection.", "service");
    private final Family stale = Family.counter("pool_stale", "Kept connections found dead when used.", "service");

    /** Adds the rows of one listener. */
    void add(ListenerMeters meters) {
        Cells cells = meters.cells();
        String listener = meters.listener();
        open.row(meters.open(), listener);
        accepted.row(cells.sum(ListenerMeters.OPENED), listener);
        for (ProxyError error : ExchangeMeters.ERRORS) {
            rejected.rowIfAny(cells.sum(ListenerMeters.REJECTED + error.ordinal()), listener, error.word());
        }
        for (String version : ListenerMeters.VERSIONS) {
            handshakes.rowIfAny(cells.sum(ListenerMeters.HANDSHAKES + ListenerMeters.VERSIONS.indexOf(version)), listener, version);
        }
    }

    /** Adds the rows of one service's pool. */
    void add(PoolMeters meters) {
        Cells cells = meters.cells();
        String service = meters.service();
        active.row(cells.sum(PoolMeters.ACTIVE), service);
        idle.row(cells.sum(PoolMeters.IDLE), service);
        created.row(cells.sum(PoolMeters.CREATED), service);
        reused.row(cells.sum(PoolMeters.REUSED), service);
        stale.row(cells.sum(PoolMeters.STALE), service);
    }

    /** Hands over all rows. */
    void into(MetricSnapshots.Builder snapshots) {
        open.into(snapshots);
        accepted.into(snapshots);
        rejected.into(snapshots);
        handshakes.into(snapshots);
        active.into(snapshots);
        idle.into(snapshots);
        created.into(snapshots);
        reused.into(snapshots);
        stale.into(snapshots);
    }
}
