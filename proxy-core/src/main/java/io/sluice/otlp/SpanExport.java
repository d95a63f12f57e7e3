package io.sluice.otlp;

import io.netty.util.internal.PlatformDependent;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.sluice.config.TracingConfig;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.TraceSink;
import io.sluice.telemetry.TracingMeters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes spans of ended records and exports them, on a thread of its own, from a bounded queue: what is too much is lost and
 * counted. A collector that is down or slow costs that thread time, and nobody else. <em>Thread-safe.</em> <em>Ends</em> by
 * {@link #close}.
 *
 * <p>As the access log's writer, it is woken only where it sleeps because nothing came: while there is something it looks by
 * itself, at short intervals, and exports when a batch has come together, or after a second.
 */
public final class SpanExport implements TraceSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpanExport.class);
    /** How many exchanges may wait: a MiB or two, with the longest paths eight. */
    public static final int QUEUE = 4096;
    private static final int BATCH_SPANS = 512;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int LOOKS = 20;

    private final Queue<EndedExchange> queue = PlatformDependent.newFixedMpscQueue(QUEUE);
    private final TracingConfig config;
    private final TracingMeters meters;
    private final Thread thread;
    private final AtomicBoolean asleep = new AtomicBoolean();
    private volatile boolean closing;
    private volatile boolean abandoned;

    private SpanExport(TracingConfig config, TracingMeters meters) {
        this.config = config;
        this.meters = meters;
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("sluice-spans")
                .uncaughtExceptionHandler((ended, why) -> LOG.error("the export of spans ended by a defect", why))
                .unstarted(this::work);
    }

    /** Begins to export; the library itself is loaded by the thread that does. */
    public static SpanExport start(TracingConfig config, TracingMeters meters) {
        SpanExport export = new SpanExport(config, meters);
        export.thread.start();
        return export;
    }

    @Override
    public void offer(ExchangeRecord record) {
        EndedExchange exchange = EndedExchange.of(record);
        if (closing || !queue.offer(exchange)) {
            meters.dropped(exchange.spans());
        } else if (asleep.get() && asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /** Exports what waits, for so long at the most, and ends; what is left is counted as dropped. Idempotent. */
    public void close(long millisMax) {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Math.max(1, millisMax));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            abandoned = true;
            thread.interrupt();
        }
    }

    @Override
    public void close() {
        close(0);
    }

    private void work() {
        try (Collector collector = new Collector(config)) {
            Spans spans = new Spans(origin(config.serviceName()));
            boolean last = false;
            while (!last) {
                last = closing;
                boolean any = export(collector, spans);
                if (!last) {
                    pause(any);
                }
            }
        } finally {
            end();
        }
    }

    /** Exports until the queue is empty; tells whether there was anything. */
    private boolean export(Collector collector, Spans spans) {
        boolean any = false;
        while (!queue.isEmpty() && !abandoned) {
            any = true;
            List<SpanData> batch = new ArrayList<>(BATCH_SPANS);
            Instant now = Instant.now();
            long epochNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
            EndedExchange exchange;
            while (batch.size() < BATCH_SPANS && (exchange = queue.poll()) != null) {
                batch.addAll(spans.of(exchange, epochNanos));
            }
            if (collector.take(batch)) {
                meters.exported(batch.size());
            } else {
                meters.failed(batch.size());
            }
        }
        return any;
    }

    private void pause(boolean busy) {
        if (busy) {
            // Nobody wakes us meanwhile; a batch that comes together sooner is seen within a look.
            for (int i = 0; i < LOOKS && !closing && queue.size() < BATCH_SPANS / 2; i++) {
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
            return;
        }
        asleep.set(true);
        // Looked at once more after the flag: whoever offers later sees the flag and wakes us.
        while (asleep.get() && queue.isEmpty() && !closing) {
            LockSupport.park(this);
        }
        asleep.set(false);
    }

    private void end() {
        // Also after a defect: from now on spans are counted as dropped.
        closing = true;
        long lost = 0;
        EndedExchange exchange;
        while ((exchange = queue.poll()) != null) {
            lost += exchange.spans();
        }
        if (lost > 0) {
            meters.dropped(lost);
            LOG.warn("spans were left when the proxy ended spans={}", lost);
        }
    }

    private static FinishedSpan.Origin origin(String serviceName) {
        String version = SpanExport.class.getPackage().getImplementationVersion();
        Resource resource = Resource.getDefault().merge(Resource.create(Attributes.of(
                AttributeKey.stringKey("service.name"), serviceName,
                AttributeKey.stringKey("service.instance.id"), UUID.randomUUID().toString())));
        if (version != null) {
            resource = resource.merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.version"), version)));
        }
        return new FinishedSpan.Origin(
                resource, InstrumentationScopeInfo.builder("io.sluice").setVersion(version == null ? "unknown" : version).build());
    }
}
