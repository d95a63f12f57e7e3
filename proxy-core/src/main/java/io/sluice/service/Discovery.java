package io.sluice.service;

import io.sluice.config.HostPort;
import io.sluice.dns.AddressBook;
import io.sluice.dns.Outcome;
import io.sluice.telemetry.DnsMeters;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the names by which endpoints are configured resolved: each again when what was found holds no longer, sooner when it
 * failed. What a name stands for now becomes its service's roster; where nothing changed, nothing is touched.
 * <em>Thread-safe.</em> Works on the thread of its alarm, which may block.
 */
public final class Discovery {
    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
    /** Names that are being resolved at once. */
    private static final int ASKING_MAX = 128;
    /** Changes that come so close together become one. */
    private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** Of its thread's time, so much is left for other things than building balancers. */
    private static final int REST_TIMES = 4;

    private final EndpointRegistry registry;
    private final AddressBook book;
    private final Terms terms;
    private final Clock clock;
    private final Function<String, DnsMeters> meters;
    private final Runnable onChange;

    // All below are guarded by this.
    private final Map<EndpointName, Watched> watched = new IdentityHashMap<>();
    /** The services whose names are shown in metrics. */
    private final Set<String> shown = new HashSet<>();
    private final Deque<Watched> waiting = new ArrayDeque<>();
    private int asking;
    private final Set<Service> stale = new LinkedHashSet<>();
    private boolean refreshing;
    private long restNanos = TOGETHER_NANOS;

    /**
     * What holds for all names. <em>Immutable.</em>
     *
     * @param ttlMin what is found holds so long at the least
     * @param ttlMax and so long at the most
     * @param retry  after so long it is tried again if it failed
     * @param usable which addresses may be endpoints at all
     */
    public record Terms(long ttlMinNanos, long ttlMaxNanos, long retryNanos, Predicate<HostPort> usable) {
        /** 5 to 60 seconds, and 5. */
        public static Terms of(Predicate<HostPort> usable) {
            return new Terms(TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(60), TimeUnit.SECONDS.toNanos(5), usable);
        }
    }

    /**
     * What time it is, and what runs later. <em>Thread-safe.</em>
     *
     * @param alarm  on a thread that may block
     * @param nanos  as {@link System#nanoTime}
     * @param random from 0 to 1, so that many names don't go at once
     */
    public record Clock(Alarm alarm, LongSupplier nanos, DoubleSupplier random) {}

    /** A name, and when it is resolved. <em>Guarded by the discovery.</em> */
    private static final class Watched {
        private final EndpointName name;
        private final CompletableFuture<Void> first = new CompletableFuture<>();
        private Service service;
        private boolean gone;

        private Watched(EndpointName name, Service service) {
            this.name = name;
            this.service = service;
        }
    }

    /**
     * Creates it, resolving nothing.
     *
     * @param meters   by service
     * @param onChange told by the alarm's thread when services have other endpoints than before
     */
    public Discovery(
            EndpointRegistry registry,
            AddressBook book,
            Terms terms,
            Clock clock,
            Function<String, DnsMeters> meters,
            Runnable onChange) {
        this.registry = registry;
        this.book = book;
        this.terms = terms;
        this.clock = clock;
        this.meters = meters;
        this.onChange = onChange;
    }

    /**
     * Resolves the names of services that are to come into force, as far as nothing is known of them.
     *
     * @return completes when each was answered, or not in time
     */
    public CompletableFuture<Void> prepare(Collection<Service> services) {
        List<CompletableFuture<Void>> open = new ArrayList<>();
        synchronized (this) {
            for (Service service : services) {
                for (EndpointName name : service.endpointNames()) {
                    Watched known = watched.get(name);
                    if (known == null) {
                        known = watch(name, service);
                    }
                    if (name.found().isEmpty()) {
                        open.add(known.first);
                    }
                }
            }
        }
        return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new));
    }

    /** These services come into force: their names are resolved from now on, and no others. */
    public void follow(Collection<Service> services) {
        synchronized (this) {
            Set<EndpointName> wanted = new HashSet<>();
            Set<String> shownBefore = Set.copyOf(shown);
            shown.clear();
            for (Service service : services) {
                List<EndpointName> names = service.endpointNames();
                for (EndpointName name : names) {
                    wanted.add(name);
                    Watched known = watched.get(name);
                    if (known == null) {
                        watch(name, service);
                    } else {
                        known.service = service;
                    }
                }
                if (!names.isEmpty()) {
                    meters.apply(service.name()).names(service::nameRows);
                    shown.add(service.name());
                    // What was answered on behalf of the service before is this one's, too.
                    stale(service);
                }
            }
            shownBefore.stream().filter(it -> !shown.contains(it)).forEach(it -> meters.apply(it).names(List::of));
            stale.removeIf(it -> !services.contains(it));
            watched.values().removeIf(it -> {
                it.gone = !wanted.contains(it.name);
                return it.gone;
            });
            waiting.removeIf(it -> it.gone);
        }
    }

    /** Gives services the endpoints that their names stand for by now, before anybody uses them. */
    public void refresh(Collection<Service> services) {
        for (Service service : services) {
            service.adopt(registry);
        }
    }

    private Watched watch(EndpointName name, Service service) {
        Watched known = new Watched(name, service);
        watched.put(name, known);
        // Those that nothing is known of are waited for.
        waiting.addFirst(known);
        proceed();
        return known;
    }

    private synchronized void proceed() {
        while (asking < ASKING_MAX && !waiting.isEmpty()) {
            Watched next = waiting.pollFirst();
            asking++;
            Resolution resolution = new Resolution(
                    next.name, book, done -> clock.alarm().in(0, () -> resolved(next, done)));
            // Not here: it reads a file, and its answer may come within the call.
            clock.alarm().in(0, resolution::begin);
        }
    }

    private void resolved(Watched known, Resolution done) {
        EndpointName.Change change = done.tell(terms.usable(), Instant.now());
        synchronized (this) {
            asking--;
            if (!known.gone) {
                meters.apply(known.service.name()).resolved(change.outcome().word());
                tell(known, change);
                if (change.changed()) {
                    stale(known.service);
                }
                clock.alarm().in(holdsNanos(change.outcome(), done.ttlSeconds()), () -> again(known));
            }
            proceed();
        }
        known.first.complete(null);
    }

    private synchronized void again(Watched known) {
        if (!known.gone) {
            waiting.addLast(known);
            proceed();
        }
    }

    /** Never sooner or later than the terms say; names with the same time to live drift apart. */
    private long holdsNanos(Outcome outcome, long ttlSeconds) {
        double drift = clock.random().getAsDouble() / 10;
        if (outcome != Outcome.OK) {
            return terms.retryNanos() + (long) (terms.retryNanos() * drift);
        }
        long ttl = Math.clamp(
                TimeUnit.SECONDS.toNanos(Math.min(ttlSeconds, Integer.MAX_VALUE)), terms.ttlMinNanos(), terms.ttlMaxNanos());
        boolean longOne = ttl > terms.ttlMaxNanos() / 2;
        return longOne ? ttl - (long) ((ttl - terms.ttlMinNanos()) * drift) : ttl + (long) (ttl * drift);
    }

    private void tell(Watched known, EndpointName.Change change) {
        String service = known.service.name();
        String name = known.name.written();
        if (change.began()) {
            LOG.warn("a name is not resolved, what was known of it stays service={} name={} why={} addresses={}",
                    service, name, change.outcome().word(), known.name.found().size());
        } else if (change.mended()) {
            LOG.info("a name is resolved again service={} name={} addresses={}", service, name, known.name.found().size());
        }
        if (change.cut()) {
            LOG.warn("a name has more addresses than are used service={} name={} used={}",
                    service, name, EndpointName.ADDRESSES_MAX);
        }
    }

    // ---- rosters ----

    private void stale(Service service) {
        stale.add(service);
        if (!refreshing) {
            refreshing = true;
            clock.alarm().in(restNanos, this::refreshStale);
        }
    }

    private void refreshStale() {
        List<Service> services;
        synchronized (this) {
            services = List.copyOf(stale);
            stale.clear();
        }
        long began = clock.nanos().getAsLong();
        boolean changed = false;
        try {
            for (Service service : services) {
                changed |= service.adopt(registry);
            }
            if (changed) {
                onChange.run();
            }
        } finally {
            synchronized (this) {
                restNanos = Math.max(TOGETHER_NANOS, REST_TIMES * (clock.nanos().getAsLong() - began));
                refreshing = false;
                if (!stale.isEmpty()) {
                    stale(stale.iterator().next());
                }
            }
        }
    }
}
