package io.sluice.acme;

import io.sluice.config.AcmeConfig;
import io.sluice.pem.Identity;
import io.sluice.pem.Signed;
import io.sluice.telemetry.AcmeMeters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders certificates and renews them, on a thread of its own that begins with the first that is wanted: an authority may take
 * minutes. <em>Thread-safe.</em> <em>Ends</em> by {@link #close}.
 */
public final class Renewal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
    /** Looked at so often at the least: a clock may be set, and a machine may have slept. */
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final long CLOSE_MILLIS_MAX = 1000;
    private static final Duration PLACEHOLDER_LIFETIME = Duration.ofDays(365);

    private final Keeper keeper;
    private final BiConsumer<Names, Identity> use;
    private final InstantSource clock;
    /** What was last put in use, and placeholders. */
    private final Map<Names, Identity> present = new ConcurrentHashMap<>();
    /** Guarded by this. */
    private Wish wish;
    private Thread thread;
    private boolean closed;

    /** What is wanted. <em>Immutable.</em> */
    private record Wish(AcmeConfig config, List<Names> names) {}

    /**
     * Creates it, wanting nothing.
     *
     * @param use told of each certificate that takes the place of another, on the thread that orders
     */
    public Renewal(Challenges challenges, AcmeMeters meters, BiConsumer<Names, Identity> use) {
        this(new Keeper.Surroundings(
                        InstantSource.system(),
                        () -> ThreadLocalRandom.current().nextDouble(),
                        (config, storage) -> new AcmeAuthority(
                                config, storage, challenges, InstantSource.system(), Thread::sleep)),
                meters, use);
    }

    /** The same in other surroundings. */
    Renewal(Keeper.Surroundings around, AcmeMeters meters, BiConsumer<Names, Identity> use) {
        this.clock = around.clock();
        this.use = use;
        this.keeper = new Keeper(around, meters, this::used);
    }

    private void used(Names names, Identity certificate) {
        present.put(names, certificate);
        use.accept(names, certificate);
    }

    /**
     * What serves for these names at this moment: what was issued, or kept by an earlier process, or else a placeholder that
     * no client trusts. Reads a file at the most, and asks nobody.
     */
    public Identity present(AcmeConfig config, Names names) {
        return present.computeIfAbsent(names, _ -> {
            Identity stored = new Storage(config).load(names);
            return stored != null ? stored : Signed.certificate(names.all(), clock.instant(), PLACEHOLDER_LIFETIME);
        });
    }

    /**
     * These are wanted from now on, and no others.
     *
     * @param config null only if nothing is wanted
     */
    public synchronized void follow(AcmeConfig config, Collection<Names> wanted) {
        present.keySet().retainAll(wanted);
        if (closed || thread == null && wanted.isEmpty()) {
            return;
        }
        wish = new Wish(config, List.copyOf(wanted));
        if (thread == null) {
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("sluice-acme")
                    .uncaughtExceptionHandler((_, why) -> LOG.error("the ordering of certificates ended by a defect", why))
                    .start(this::work);
        }
        notifyAll();
    }

    private void work() {
        try {
            Instant next = null;
            while (true) {
                Wish fresh = await(next);
                if (fresh != null) {
                    keeper.follow(fresh.config(), fresh.names());
                }
                next = keeper.work();
            }
        } catch (InterruptedException closing) {
            // By close, which nobody else can do here.
        }
    }

    /** Waits until something is due or wanted; returns what is wanted, if that is new. */
    private synchronized Wish await(Instant next) throws InterruptedException {
        while (wish == null && !due(next)) {
            long millis = next == null ? LOOK.toMillis() : Duration.between(clock.instant(), next).toMillis();
            wait(Math.clamp(millis, 1, LOOK.toMillis()));
        }
        Wish fresh = wish;
        wish = null;
        return fresh;
    }

    private boolean due(Instant next) {
        return next != null && !next.isAfter(clock.instant());
    }

    /** Gives up an order that is under way, and returns when that is done, or after a second; idempotent. */
    @Override
    public void close() {
        Thread working;
        synchronized (this) {
            closed = true;
            working = thread;
        }
        if (working == null) {
            return;
        }
        working.interrupt();
        try {
            working.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
