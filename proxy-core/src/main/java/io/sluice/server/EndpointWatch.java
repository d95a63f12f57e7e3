package io.sluice.server;

import io.netty.channel.EventLoop;
import io.sluice.config.DnsConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.dns.AddressBook;
import io.sluice.dns.DnsClient;
import io.sluice.dns.Families;
import io.sluice.dns.HostsFile;
import io.sluice.dns.NameServers;
import io.sluice.dns.RecordType;
import io.sluice.dns.Reply;
import io.sluice.exchange.Snapshot;
import io.sluice.frontend.LoopContext;
import io.sluice.service.Discovery;
import io.sluice.service.EndpointRegistry;
import io.sluice.service.Service;
import io.sluice.transport.Transport;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Has the names of the services in force resolved, on a thread of its own that begins with the first of them, and all their
 * endpoints checked. <em>Thread-safe.</em> <em>Ends</em> by {@link #close}, which must come before the loops end.
 */
final class EndpointWatch implements AutoCloseable {
    /** How long a start waits for names: a proxy that listens late is worse than a few answers of 503. */
    private static final long START_MILLIS = 250;
    /** How long a reload waits for new names: until then all goes on as it was. */
    private static final long RELOAD_MILLIS = 2000;
    private static final long CLOSE_MILLIS_MAX = 1000;

    private final Supplier<Snapshot> inForce;
    private final List<LoopContext> loops;
    private final HealthWatch health;
    private final Asking servers;
    private final ScheduledThreadPoolExecutor thread;
    private final Discovery discovery;
    /** Those of the start that had no endpoint yet when that was last looked at. */
    private volatile List<Service> awaited = List.of();

    /** Makes its client with the first question: loading what it needs takes time that a start without names doesn't have. */
    private static final class Asking implements NameServers, AutoCloseable {
        private final DnsConfig config;
        private final Transport transport;
        private final EventLoop loop;
        /** Guarded by this. */
        private DnsClient client;
        private boolean closed;

        private Asking(DnsConfig config, Transport transport, EventLoop loop) {
            this.config = config;
            this.transport = transport;
            this.loop = loop;
        }

        @Override
        public void ask(String name, RecordType type, Consumer<Reply> then) {
            client().ask(name, type, then);
        }

        private synchronized NameServers client() {
            if (closed) {
                return (_, _, _) -> { };
            }
            if (client == null) {
                client = new DnsClient(config, transport, loop);
            }
            return client;
        }

        @Override
        public synchronized void close() {
            closed = true;
            if (client != null) {
                client.close();
            }
        }
    }

    /**
     * Creates it, resolving nothing and checking nobody.
     *
     * @param loops at least one; name servers are asked over sockets of the first
     */
    EndpointWatch(LoopAssembly assembly, List<LoopContext> loops, EndpointRegistry endpoints) {
        this.inForce = assembly.snapshots();
        this.loops = loops;
        this.health = new HealthWatch(assembly, loops);
        SluiceConfig config = inForce.get().config();
        this.servers = new Asking(config.dns(), assembly.transport(), loops.getFirst().worker().loop());
        this.thread = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("sluice-names").daemon().factory());
        this.discovery = new Discovery(
                endpoints,
                new AddressBook(HostsFile.ofThisSystem(), servers, Families.of(config.dns())),
                Discovery.Terms.of(address -> !config.admin().servedAt(address)),
                new Discovery.Clock(this::later, System::nanoTime, () -> ThreadLocalRandom.current().nextDouble()),
                assembly.metrics()::dns,
                this::membersChanged);
        thread.setRemoveOnCancelPolicy(true);
    }

    private void later(long nanos, Runnable task) {
        try {
            thread.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            // The process stops: nobody waits for a name.
        }
    }

    /** Names stand for other addresses: whoever keeps something about endpoints looks again. */
    private void membersChanged() {
        health.follow(() -> inForce.get().services());
        adopted();
    }

    private void adopted() {
        for (LoopContext loop : loops) {
            try {
                loop.worker().loop().execute(loop.worker()::adopt);
            } catch (RejectedExecutionException ended) {
                // The process stops: its connections end with it.
            }
        }
    }

    /** Resolves the names of a start's services, as far as that goes in a short time, and begins to watch. */
    void begin() {
        List<Service> services = inForce.get().services();
        prepare(services, START_MILLIS);
        awaited = services.stream().filter(Service::unresolved).toList();
        follow(services);
    }

    /** Resolves the new names of a reload's services, before these come into force. */
    void prepare(List<Service> services) {
        prepare(services, RELOAD_MILLIS);
    }

    private void prepare(List<Service> services, long millisMax) {
        CompletableFuture<Void> known = discovery.prepare(services);
        if (!known.isDone()) {
            known.completeOnTimeout(null, millisMax, TimeUnit.MILLISECONDS).join();
        }
        discovery.refresh(services);
    }

    /** These services are in force now, whatever was before. */
    void follow(List<Service> services) {
        awaited = awaited.stream().filter(services::contains).toList();
        discovery.follow(services);
        health.follow(() -> inForce.get().services());
    }

    /**
     * Why the process can't do yet what it was started for; null from the moment on when each service that it began with
     * has had an endpoint. What reloads bring, and what name servers say later, does not count.
     */
    String notReady() {
        List<Service> still = awaited.stream().filter(Service::unresolved).toList();
        awaited = still;
        return still.isEmpty()
                ? null : "no name of the service " + still.getFirst().name() + " has been resolved yet";
    }

    /** Ends all of it; returns when nothing is on its way. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        servers.close();
        health.close();
    }
}
