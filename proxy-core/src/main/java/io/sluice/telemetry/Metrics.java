package io.sluice.telemetry;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * All meters of the process, by Micrometer, read by Prometheus. <em>Thread-safe.</em> <em>Ends</em> by {@link #close}.
 *
 * <p>What requests count are {@link Cells} of our own; a collector turns them into rows when Prometheus asks. Micrometer
 * keeps the registry and the meters of the JVM. Its registry is made by the first scrape, because loading it takes a
 * quarter of a second that the start of the proxy doesn't have; {@code jvm_gc_pause_seconds} therefore begins there, while
 * {@code sluice_gc_seconds_total} covers the whole life of the process.
 */
public final class Metrics implements AutoCloseable {
    /** The Content-Type of {@link #scrape}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** The names that {@link ExchangeMeters} belong to. <em>Immutable.</em> */
    record Key(String listener, String route, String service) {}

    private final MeterMap<Key, ExchangeMeters> exchanges = new MeterMap<>(
            key -> new ExchangeMeters(key.listener(), key.route(), key.service()), meters -> meters.active() == 0);
    private final MeterMap<String, ListenerMeters> listeners =
            new MeterMap<>(ListenerMeters::new, meters -> meters.open() == 0);
    private final MeterMap<String, PoolMeters> pools = new MeterMap<>(PoolMeters::new, PoolMeters::quiet);
    private final MeterMap<String, HealthMeters> health = new MeterMap<>(HealthMeters::new, _ -> true);
    private final MeterMap<String, OverloadMeters> overloads = new MeterMap<>(OverloadMeters::new, OverloadMeters::quiet);
    private final MeterMap<String, StickyMeters> sticky = new MeterMap<>(StickyMeters::new, _ -> true);
    private final MeterMap<String, DnsMeters> names = new MeterMap<>(DnsMeters::new, _ -> true);
    private final ConfigMeters config = new ConfigMeters();
    private final List<LoopWatch> loops = new CopyOnWriteArrayList<>();
    private final ProcessSeries process;
    private volatile LongSupplier shortage = () -> LinuxProcess.UNKNOWN;
    private volatile LongSupplier idlePipes = () -> LinuxProcess.UNKNOWN;
    private volatile LongSupplier activePipes = () -> LinuxProcess.UNKNOWN;
    private volatile LongSupplier mismatches = () -> LinuxProcess.UNKNOWN;
    private volatile LongSupplier bufferedBytes = () -> LinuxProcess.UNKNOWN;
    private volatile Supplier<List<LearnedIdle>> learnedIdle = List::of;
    /** Guarded by this; null before the first scrape. */
    private PrometheusMeterRegistry registry;
    private JvmGcMetrics collections;
    private LogMeters log;
    private TracingMeters tracing;
    private AcmeMeters acme;
    private volatile CertificateMeters certificates;
    private CompressionMeters compression;

    /** Makes the meters of a process whose version is what the jar says. */
    public Metrics() {
        this(Metrics.class.getPackage().getImplementationVersion());
    }

    /**
     * Makes the meters.
     *
     * @param version what {@code sluice_build_info} tells; null = unknown
     */
    public Metrics(String version) {
        this(version, Path.of("/proc/self"));
    }

    /** Makes the meters of a process that another directory describes. */
    Metrics(String version, Path processDirectory) {
        process = new ProcessSeries(version == null ? "unknown" : version, new LinuxProcess(processDirectory));
    }

    /** The meters of a (listener, route, service); the same object for the same names. {@code -} where there is none. */
    public ExchangeMeters exchange(String listener, String route, String service) {
        return exchanges.of(new Key(listener, route, service));
    }

    /** The meters of a listener; the same object for the same name. */
    public ListenerMeters listener(String name) {
        return listeners.of(name);
    }

    /** The meters of a service's connections; the same object for the same name. */
    public PoolMeters pool(String service) {
        return pools.of(service);
    }

    /** What is told of the configuration. */
    public ConfigMeters config() {
        return config;
    }

    /**
     * Says which series the configuration in force uses. The others go once nothing is open that they count; a counter that
     * is asked for again before goes on.
     *
     * @param limited the services that have a queue or a circuit breaker
     */
    public void retain(
            Set<ExchangeMeters> used, Set<String> listenerNames, Set<String> serviceNames, Set<String> limited) {
        exchanges.retain(used.stream().map(ExchangeMeters::key).collect(Collectors.toSet()));
        listeners.retain(listenerNames);
        pools.retain(serviceNames);
        health.retain(serviceNames);
        overloads.retain(limited);
        sticky.retain(serviceNames);
        names.retain(serviceNames);
    }

    /** The meters of a service's endpoints' fitness; the same object for the same name. */
    public HealthMeters health(String service) {
        return health.of(service);
    }

    /** The meters of the names of a service's endpoints; the same object for the same service. */
    public DnsMeters dns(String service) {
        return names.of(service);
    }

    /** The meters of a service's queue and circuit breaker; the same object for the same name. */
    public OverloadMeters overload(String service) {
        return overloads.of(service);
    }

    /** The meters of a service's sticky sessions; the same object for the same name. */
    public StickyMeters sticky(String service) {
        return sticky.of(service);
    }

    /** The meters of the access log, always the same; absent from a scrape until asked for. */
    synchronized LogMeters log() {
        if (log == null) {
            log = new LogMeters();
        }
        return log;
    }

    /** The meters of certificates that are ordered; before the first call a scrape has none. */
    public synchronized AcmeMeters acme() {
        if (acme == null) {
            acme = new AcmeMeters();
        }
        return acme;
    }

    /** The meters of spans, always the same; absent from a scrape until asked for. */
    public synchronized TracingMeters tracing() {
        if (tracing == null) {
            tracing = new TracingMeters();
        }
        return tracing;
    }

    /** The meters of compressed bodies, always the same; absent from a scrape until asked for. */
    public synchronized CompressionMeters compression() {
        if (compression == null) {
            compression = new CompressionMeters();
        }
        return compression;
    }

    /**
     * Begins to measure how late an event loop is, from that loop itself. Ends with the loop or {@link #close}.
     *
     * @param loopName unique
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended
     */
    public void watch(String loopName, ScheduledExecutorService loop) {
        loops.add(new LoopWatch(loopName, loop));
    }

    /**
     * Says where {@code sluice_buffered_bytes} comes from; a later call replaces an earlier one.
     *
     * @param source bytes that wait in buffers; negative = unknown, not listed. Called by any thread, during a scrape
     */
    public void bufferedBytes(LongSupplier source) {
        bufferedBytes = source;
    }

    /** Says where {@code sluice_memory_short} comes from: 1 while it is, else 0; a later call replaces an earlier one. */
    public void shortage(LongSupplier source) {
        shortage = source;
    }

    /** Says where {@code sluice_pool_learned_idle_seconds} comes from; called by any thread, during a scrape. */
    public void learnedIdle(Supplier<List<LearnedIdle>> source) {
        learnedIdle = source;
    }

    /** The meters of certificates; absent from a scrape until this says where their ends are told. Each call makes others. */
    public CertificateMeters certificates(Supplier<List<CertificateMeters.Expiry>> source) {
        certificates = new CertificateMeters(source);
        return certificates;
    }

    /**
     * Says where what is told of pipes comes from; without, nothing is. Called by any thread, during a scrape.
     *
     * @param idle        pipes that wait for a body
     * @param active      pipes that a body crosses
     * @param mismatched  bodies of which not every byte that went into a pipe came out of it
     */
    public void pipes(LongSupplier idle, LongSupplier active, LongSupplier mismatched) {
        idlePipes = idle;
        activePipes = active;
        mismatches = mismatched;
    }

    /** What was counted since the start, in sums. */
    public Totals totals() {
        return Totals.of(exchanges.all(), listeners.all(), pools.all());
    }

    /** Everything in Prometheus' text format; {@link #CONTENT_TYPE} says which. One at a time: further calls wait. */
    public synchronized String scrape() {
        if (registry == null) {
            registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            MultiCollector cells = this::collect;
            registry.getPrometheusRegistry().register(cells);
            collections = new JvmGcMetrics();
            collections.bindTo(registry);
            new JvmMemoryMetrics().bindTo(registry);
            new JvmThreadMetrics().bindTo(registry);
        }
        return registry.scrape(CONTENT_TYPE);
    }

    /** Runs within {@link #scrape}. */
    private MetricSnapshots collect() {
        MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
        ExchangeSeries exchangeSeries = new ExchangeSeries();
        exchanges.forScrape().forEach(exchangeSeries::add);
        exchangeSeries.into(snapshots);
        ConnectionSeries connectionSeries = new ConnectionSeries();
        listeners.forScrape().forEach(connectionSeries::add);
        pools.forScrape().forEach(connectionSeries::add);
        connectionSeries.into(snapshots);
        HealthSeries healthSeries = new HealthSeries();
        health.forScrape().forEach(healthSeries::add);
        healthSeries.into(snapshots);
        DnsMeters.into(names.forScrape(), snapshots);
        OverloadMeters.into(overloads.forScrape(), snapshots);
        StickyMeters.into(sticky.forScrape(), snapshots);
        learnedRows(snapshots);
        lagRows(snapshots);
        if (log != null) {
            log.into(snapshots);
        }
        if (tracing != null) {
            tracing.into(snapshots);
        }
        if (acme != null) {
            acme.into(snapshots);
        }
        if (compression != null) {
            compression.into(snapshots);
        }
        known("buffered_bytes", "Bytes that wait in buffers.", bufferedBytes.getAsLong(), snapshots);
        known("memory_short", "1 while memory is so short that nothing new is taken.", shortage.getAsLong(), snapshots);
        pipeRows(snapshots);
        config.into(snapshots);
        CertificateMeters told = certificates;
        if (told != null) {
            told.into(snapshots);
        }
        known("direct_memory_bytes", "Memory outside the heap that buffers are cut from.",
                PlatformDependent.usedDirectMemory(), snapshots);
        process.into(snapshots);
        return snapshots.build();
    }

    private void learnedRows(MetricSnapshots.Builder snapshots) {
        Family learned = Family.gauge("pool_learned_idle_seconds",
                "How long idle connections to an endpoint are reused, where that is learned.", "service", "endpoint");
        for (LearnedIdle each : learnedIdle.get()) {
            learned.row(each.reuseNanos() * 1e-9, each.service(), each.endpoint());
        }
        learned.into(snapshots);
    }

    private void pipeRows(MetricSnapshots.Builder snapshots) {
        long idle = idlePipes.getAsLong();
        if (idle >= 0) {
            Family pipes = Family.gauge("pipes", "Pipes that bodies are spliced through.", "state");
            pipes.row(idle, "idle");
            pipes.row(activePipes.getAsLong(), "active");
            pipes.into(snapshots);
            Family mismatch = Family.counter("splice_mismatch", "Spliced bodies of which bytes were lost in a pipe.");
            mismatch.row(mismatches.getAsLong());
            mismatch.into(snapshots);
        }
    }

    private void lagRows(MetricSnapshots.Builder snapshots) {
        Family lag = Family.histogram("event_loop_lag_seconds", "How late tasks of an event loop ran.", "loop");
        for (LoopWatch watch : loops) {
            lag.row(LoopWatch.LAGS.counts(watch.cells(), 0), watch.cells().sum(LoopWatch.LAG_NANOS) * 1e-9, watch.loop());
        }
        lag.into(snapshots);
    }

    private static void known(String name, String help, long value, MetricSnapshots.Builder snapshots) {
        if (value >= 0) {
            Family.gauge(name, help).row(value).into(snapshots);
        }
    }

    /** Ends the watches of event loops and of the JVM; idempotent. Meters may still be used. */
    @Override
    public synchronized void close() {
        loops.forEach(LoopWatch::cancel);
        if (registry != null) {
            collections.close();
            registry.close();
        }
    }
}
