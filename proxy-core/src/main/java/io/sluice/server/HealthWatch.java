package io.sluice.server;

import io.netty.channel.EventLoop;
import io.sluice.frontend.LoopContext;
import io.sluice.service.Endpoint;
import io.sluice.service.HealthChecks;
import io.sluice.service.Service;
import io.sluice.telemetry.Metrics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Has all endpoints of the services in force checked, shared out among the event loops, and gives the services what their
 * endpoints' recovery needs. <em>Thread-safe.</em> <em>Ends</em> by {@link #close}, which must come before the loops end.
 */
final class HealthWatch implements AutoCloseable {
    /** By loop. */
    private final List<HealthChecks> checks = new ArrayList<>();
    private final List<EventLoop> loops = new ArrayList<>();
    private final List<LoopContext> contexts;
    private final Metrics metrics;
    /** The names of the services in force. */
    private final Set<String> names = new HashSet<>();

    /** Creates it, checking nobody. */
    HealthWatch(LoopAssembly assembly, List<LoopContext> contexts) {
        this.contexts = contexts;
        this.metrics = assembly.metrics();
        for (LoopContext context : contexts) {
            loops.add(context.worker().loop());
            checks.add(assembly.checks(context));
        }
    }

    /**
     * The services in force, or their endpoints, are others than before. An endpoint that stays, and whose check stays the
     * same, notices nothing.
     *
     * @param inForce asked when it is this call's turn, so that the last call goes by the last change
     */
    synchronized void follow(Supplier<List<Service>> inForce) {
        List<Service> services = inForce.get();
        Set<String> gone = new HashSet<>(names);
        services.forEach(service -> gone.remove(service.name()));
        // Only these: what stays is told in every scrape, also in one at this moment.
        gone.forEach(name -> metrics.health(name).endpoints(List::of));
        names.clear();
        List<Map<Endpoint, Service>> shares = new ArrayList<>();
        loops.forEach(loop -> shares.add(new IdentityHashMap<>()));
        for (Service service : services) {
            names.add(service.name());
            EventLoop alarms = loops.get(Math.floorMod(service.name().hashCode(), loops.size()));
            service.begin(metrics.health(service.name()), (nanos, task) -> later(alarms, nanos, task));
            service.onDrained(this::closeIdle);
            if (service.config().health().check() != null) {
                for (Endpoint endpoint : service.endpoints()) {
                    // By the address, so that an endpoint stays with its loop when others come and go.
                    shares.get(Math.floorMod(endpoint.text().hashCode(), loops.size())).put(endpoint, service);
                }
            }
        }
        for (int i = 0; i < loops.size(); i++) {
            HealthChecks own = checks.get(i);
            Map<Endpoint, Service> share = shares.get(i);
            loops.get(i).execute(() -> own.follow(share));
        }
    }

    /** What is idle of its connections nobody will ask for. */
    private void closeIdle(Endpoint drained) {
        for (LoopContext context : contexts) {
            later(context.worker().loop(), 0, () -> context.worker().pools().closeIdle(drained));
        }
    }

    private static void later(EventLoop loop, long nanos, Runnable task) {
        try {
            loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            // The process stops: nobody waits for an endpoint's return.
        }
    }

    /** Ends all checks; returns when none is on its way. */
    @Override
    public void close() {
        for (int i = 0; i < loops.size(); i++) {
            if (!loops.get(i).isShuttingDown()) {
                loops.get(i).submit(checks.get(i)::close).awaitUninterruptibly();
            }
        }
    }
}
