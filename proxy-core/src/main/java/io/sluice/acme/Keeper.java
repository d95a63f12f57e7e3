package io.sluice.acme;

import io.sluice.config.AcmeConfig;
import io.sluice.pem.Identity;
import io.sluice.telemetry.AcmeMeters;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps certificates: orders those that are missing, and those whose renewal is due; tries again what failed. It says when
 * something begins to fail, and when it succeeds again; not each time. <em>Loop-confined</em> to the thread that orders.
 */
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    /** How soon it is looked again what another process did. */
    private static final Duration OTHERS = Duration.ofSeconds(10);

    private final Surroundings around;
    private final AcmeMeters meters;
    private final BiConsumer<Names, Identity> use;
    private Map<Names, Kept> kept = new LinkedHashMap<>();
    private AcmeConfig config;
    private Storage storage;
    private Authority authority;

    /**
     * What is not its own. <em>Immutable.</em>
     *
     * @param clock       the time of day
     * @param random      from 0 to 1
     * @param authorities knows whom to ask, by configuration
     */
    record Surroundings(InstantSource clock, DoubleSupplier random, Authorities authorities) {}

    /** Knows whom to ask. */
    interface Authorities {
        Authority of(AcmeConfig config, Storage storage);
    }

    /**
     * Creates it, keeping nothing.
     *
     * @param use told of each certificate that is there
     */
    Keeper(Surroundings around, AcmeMeters meters, BiConsumer<Names, Identity> use) {
        this.around = around;
        this.meters = meters;
        this.use = use;
    }

    /**
     * These are wanted from now on, on these terms. What is known of those that stay is kept, unless the terms are others.
     *
     * @param terms null only if nothing is wanted
     */
    void follow(AcmeConfig terms, Collection<Names> wanted) {
        if (terms != null && !terms.equals(config)) {
            config = terms;
            storage = new Storage(terms);
            authority = around.authorities().of(terms, storage);
            kept.clear();
        }
        Map<Names, Kept> next = new LinkedHashMap<>();
        for (Names names : wanted) {
            Kept known = kept.get(names);
            next.put(names, known == null ? begun(names) : known);
        }
        kept = next;
        for (Kept each : kept.values()) {
            if (each.certificate() != null) {
                use.accept(each.names(), each.certificate());
            }
        }
        told();
    }

    private Kept begun(Names names) {
        Kept fresh = new Kept(names, around.clock().instant(), around.random());
        Identity stored = storage.load(names);
        if (stored != null) {
            fresh.has(stored, config.renewBefore());
        }
        return fresh;
    }

    /**
     * Does what is due, blocking for as long as that takes.
     *
     * @return when there is something to do again; null = never
     */
    Instant work() throws InterruptedException {
        for (Kept each : List.copyOf(kept.values())) {
            if (!each.due().isAfter(around.clock().instant())) {
                renew(each);
                told();
            }
        }
        return kept.values().stream().map(Kept::due).min(Instant::compareTo).orElse(null);
    }

    private void renew(Kept each) throws InterruptedException {
        try (Storage.Lock lock = storage.tryLock()) {
            // Another process may have been at it since this one last looked.
            Identity stored = storage.load(each.names());
            if (each.improvedBy(stored, config.renewBefore(), around.clock().instant())) {
                use(each, stored);
            } else if (lock == null) {
                each.later(around.clock().instant().plus(OTHERS));
            } else {
                order(each);
            }
        } catch (OrderFailed failed) {
            failed(each, failed.getMessage(), failed.notBefore());
        } catch (IOException failed) {
            failed(each, "acme.storage can't be used: " + failed, null);
        } catch (RuntimeException defect) {
            failed(each, defect.toString(), null);
            LOG.error("a defect in ordering certificates", defect);
        }
    }

    private void order(Kept each) throws OrderFailed, InterruptedException {
        Identity issued = authority.order(each.names());
        int failures = each.failures();
        try {
            storage.save(each.names(), issued);
        } catch (IOException failed) {
            LOG.error("a certificate can't be kept, and will be ordered again at the next start names={} why={}",
                    each.names(), failed.toString());
        }
        meters.issued();
        use(each, issued);
        LOG.info("a certificate was issued names={} until={} afterFailures={}", each.names(), issued.expires(), failures);
    }

    private void use(Kept each, Identity certificate) {
        each.has(certificate, config.renewBefore());
        use.accept(each.names(), certificate);
    }

    private void failed(Kept each, String why, Instant notBefore) {
        meters.failed();
        each.failed(around.clock().instant(), notBefore);
        if (each.failures() == 1) {
            LOG.warn("a certificate could not be ordered, it is tried again names={} why={} next={} has={}",
                    each.names(), why, each.due(), each.certificate() == null ? "none" : "one until " + each.certificate().expires());
        } else {
            LOG.debug("a certificate could not be ordered again names={} why={} next={}", each.names(), why, each.due());
        }
    }

    private void told() {
        meters.state(
                (int) kept.values().stream().filter(each -> each.failures() > 0).count(),
                (int) kept.values().stream().filter(each -> each.certificate() == null).count());
    }
}
