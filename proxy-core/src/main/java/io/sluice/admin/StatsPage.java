package io.sluice.admin;

import io.sluice.server.SluiceServer;
import io.sluice.server.Survey;
import io.sluice.telemetry.ConfigMeters;
import io.sluice.telemetry.Totals;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * {@code /stats}: all that the dashboard shows, in one answer. Counters count from the start; who asks again takes the
 * difference. <em>Thread-safe.</em>
 *
 * <p>An answer is kept for a moment, so that many dashboards ask the event loops no more often than one.
 */
final class StatsPage implements AdminPage {
    private static final int CONNECTIONS_MAX = 50;
    private static final long KEPT_NANOS = 250_000_000;

    private final SluiceServer server;
    private Answer kept;
    private long keptSinceNanos;

    StatsPage(SluiceServer server) {
        this.server = server;
    }

    @Override
    public synchronized Answer answer(AdminRequest request) {
        request.parameters();
        if (kept == null || System.nanoTime() - keptSinceNanos > KEPT_NANOS) {
            kept = Answer.json(text());
            keptSinceNanos = System.nanoTime();
        }
        return kept;
    }

    private JsonText text() {
        String why = server.notReady();
        JsonText json = new JsonText()
                .object()
                // Of what follows: rates are made of the differences.
                .field("atMillis", System.nanoTime() / 1_000_000)
                .field("upMillis", ManagementFactory.getRuntimeMXBean().getUptime())
                .field("ready", why == null)
                .field("notReady", why);
        // Counters first: what ends in between is missing for one answer, and never counted twice.
        totals(server.metrics().totals(), json);
        Survey survey = server.survey(CONNECTIONS_MAX);
        ServicesPage.write(server, survey, json);
        ConnectionsPage.write(survey, json);
        ConfigMeters.Last last = server.metrics().config().last();
        json.object("reload")
                .field("revision", last.revision())
                .field("accepted", last.accepted())
                .field("sinceEpochMillis", last.atMillis())
                .end();
        return json.end();
    }

    private static void totals(Totals totals, JsonText to) {
        to.field("requests", totals.requests())
                .field("active", totals.active())
                .field("clients", totals.connections())
                .field("retries", totals.retries())
                .field("bytesIn", totals.bytesIn())
                .field("bytesOut", totals.bytesOut())
                .field("zeroCopyBytes", totals.zeroCopyBytes())
                .field("blockedOnClientMillis", totals.blockedOnClientNanos() / 1_000_000)
                .field("blockedOnBackendMillis", totals.blockedOnBackendNanos() / 1_000_000);
        numbers("codes", totals.codes(), to);
        to.object("errors");
        totals.errors().forEach(to::field);
        to.end();
        to.array("durationBoundsMillis");
        Totals.durationBounds().forEach(bound -> to.decimal(bound * 1000));
        to.end();
        numbers("durations", totals.durations(), to);
        to.array("pools");
        for (Totals.Pool pool : totals.pools()) {
            to.object()
                    .field("service", pool.service())
                    .field("active", pool.active())
                    .field("idle", pool.idle())
                    .field("created", pool.created())
                    .field("reused", pool.reused())
                    .field("stale", pool.stale())
                    .end();
        }
        to.end();
    }

    private static void numbers(String name, List<Long> numbers, JsonText to) {
        to.array(name);
        numbers.forEach(to::value);
        to.end();
    }
}
