package io.sluice.server;

import io.sluice.config.ConfigDiff;
import io.sluice.config.SluiceConfig;
import io.sluice.config.StartSettings;
import io.sluice.exchange.Snapshot;
import io.sluice.exchange.Worker;
import io.sluice.frontend.LoopContext;
import io.sluice.service.EndpointRegistry;
import io.sluice.telemetry.Metrics;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Puts another configuration in force beside what runs, or leaves all as it was. <em>Thread-safe</em>: one at a time, whose
 * thread holds the listeners' monitor.
 */
final class Reloading {
    private final AtomicReference<Snapshot> inForce;
    private final EndpointRegistry endpoints;
    private final Metrics metrics;
    private final Listeners listeners;
    private final EndpointWatch watch;
    private final List<LoopContext> loops;

    /**
     * Creates it.
     *
     * @param inForce what exchanges begin with; only this changes it
     */
    Reloading(
            AtomicReference<Snapshot> inForce,
            EndpointRegistry endpoints,
            Metrics metrics,
            Listeners listeners,
            EndpointWatch watch,
            List<LoopContext> loops) {
        this.inForce = inForce;
        this.endpoints = endpoints;
        this.metrics = metrics;
        this.listeners = listeners;
        this.watch = watch;
        this.loops = List.copyOf(loops);
    }

    /** Reloads, as {@link SluiceServer#reload} says. */
    ReloadResult to(SluiceConfig wanted) {
        Snapshot before = inForce.get();
        ConfigDiff diff = ConfigDiff.of(before.config(), wanted);
        SluiceConfig config = StartSettings.fit(before.config(), wanted);
        listeners.orders().prepare(config.acme());
        ListenerChange change;
        try {
            change = new ListenerChange(listeners, config);
        } catch (IOException failed) {
            listeners.orders().prepare(before.config().acme());
            return refused(diff, List.of(failed.getMessage()));
        }
        Snapshot after;
        try {
            change.bind();
            after = Snapshot.of(config, change.indexes(), endpoints, before, metrics);
        } catch (IOException | IllegalArgumentException failed) {
            undo(change, before);
            return refused(diff, List.of(failed.getMessage()));
        } catch (RuntimeException defect) {
            undo(change, before);
            throw defect;
        }
        listeners.refreshKeys();
        watch.prepare(after.services());
        put(before, after, change);
        MissingCodings.report(after);
        metrics.config().accepted();
        return new ReloadResult(metrics.config().last().revision(), diff, List.of());
    }

    /** Counts and returns that this one is not put in force. */
    ReloadResult refuse(SluiceConfig wanted, List<String> problems) {
        return refused(ConfigDiff.of(inForce.get().config(), wanted), problems);
    }

    private ReloadResult refused(ConfigDiff diff, List<String> problems) {
        metrics.config().refused();
        return new ReloadResult(metrics.config().last().revision(), diff, List.copyOf(problems));
    }

    private void undo(ListenerChange change, Snapshot before) {
        change.undo();
        listeners.orders().prepare(before.config().acme());
        endpoints.retain(before.services());
        before.report(metrics);
    }

    private void put(Snapshot before, Snapshot after, ListenerChange change) {
        change.retire(before);
        inForce.set(after);
        change.complete();
        listeners.orders().follow(after.config());
        for (LoopContext loop : loops) {
            Worker worker = loop.worker();
            worker.loop().execute(worker::adopt);
            if (change.retires()) {
                worker.loop().execute(worker::drainRetired);
            }
        }
        endpoints.retain(after.services());
        watch.follow(after.services());
        after.report(metrics);
    }
}
