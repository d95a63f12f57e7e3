package io.sluice.server;

import io.sluice.config.ListenerConfig;
import io.sluice.config.ListenerConfig.Protocol;
import io.sluice.config.TlsConfig;
import io.sluice.pem.Identity;
import io.sluice.telemetry.CertificateMeters;
import io.sluice.tls.Engines;
import io.sluice.tls.Ordered;
import io.sluice.tls.Protocols;
import io.sluice.tls.Termination;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the listeners of a proxy end TLS, by what is configured: whatever a reload doesn't change stays the same object. Where
 * there is any, a thread of its own looks every two seconds whether files have changed, and has tickets made with other keys.
 * <em>Thread-safe.</em> <em>Ends</em> by {@link #close}.
 */
final class Terminations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Terminations.class);

    /** Handshakes that had begun when a listener changed have their context, or are over, by then. */
    private static final long LEAVING_MILLIS = TimeUnit.SECONDS.toMillis(60);
    private static final long LOOK_MILLIS = 2000;
    private static final Duration SOON = Duration.ofDays(21);

    private final Map<Terms, Termination> known = new HashMap<>();
    private final List<Termination> leaving = new ArrayList<>();
    private final CertificateMeters meters;
    private final Ordered ordered;
    /** Of whom it was said that they end soon. */
    private final Set<Ending> told = new HashSet<>();
    private Engines engines;
    /** Null while there is nothing to look at. */
    private ScheduledThreadPoolExecutor thread;
    private boolean closed;

    /** What two listeners may share. <em>Immutable.</em> */
    private record Terms(TlsConfig config, List<String> protocols) {
        static Terms of(ListenerConfig listener) {
            boolean http = listener.protocol() == Protocol.HTTP;
            return new Terms(listener.tls(), http ? Protocols.http(listener.http2()) : List.of());
        }
    }

    /** A certificate that ends. <em>Immutable.</em> */
    private record Ending(String name, Instant at) {}

    /**
     * Creates it, without any.
     *
     * @param ordered where certificates are that come from no file
     */
    Terminations(CertificateMeters meters, Ordered ordered) {
        this.meters = meters;
        this.ordered = ordered;
    }

    /**
     * How a listener ends TLS; null if it speaks none. Files that have changed are read again.
     *
     * @throws IOException if the files are not what they should be
     */
    synchronized Termination of(ListenerConfig listener) throws IOException {
        if (listener.tls() == null) {
            return null;
        }
        Terms terms = Terms.of(listener);
        Termination made = known.get(terms);
        if (made == null) {
            made = Termination.load(listener.tls(), engines(), terms.protocols(), ordered);
            known.put(terms, made);
            warn(made);
            watch();
        }
        return made;
    }

    private Engines engines() {
        if (engines == null) {
            engines = Engines.detect();
            LOG.info("TLS engine provider={} library=\"{}\"", engines.provider(), engines.why());
        }
        return engines;
    }

    private void watch() {
        if (thread == null && !closed) {
            thread = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("sluice-certificates").daemon().factory());
            thread.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void look() {
        for (Termination each : known.values()) {
            try {
                refresh(each, true);
                each.rotate();
                warn(each);
            } catch (RuntimeException defect) {
                // Thrown on, it would be the last look at any of them.
                LOG.error("a defect in looking after certificates", defect);
            }
        }
    }

    /** Reads again what has changed, without waiting for it to settle. */
    synchronized void refresh() {
        known.values().forEach(each -> refresh(each, false));
    }

    private void refresh(Termination one, boolean settled) {
        try {
            if (one.refresh(settled)) {
                meters.accepted();
                LOG.info("Certificates changed names={}", one.identities().stream().map(Identity::name).toList());
            }
        } catch (IOException e) {
            meters.refused();
            LOG.warn("Certificates unchanged, since the files that have changed can't be used: {}", e.getMessage());
        }
    }

    /** The certificate that was ordered for these names is another one now. */
    synchronized void renew(List<String> names) {
        known.forEach((terms, termination) -> {
            if (terms.config().certificates().stream().anyMatch(each -> each.acme().equals(names))) {
                try {
                    termination.renew();
                } catch (IOException e) {
                    LOG.error("a certificate can't be put in use, the one before stays names={} why={}", names, e.getMessage());
                }
            }
        });
    }

    /** Says once of each certificate that it is going to end, or has. */
    private void warn(Termination one) {
        Instant now = Instant.now();
        for (Identity each : one.identities()) {
            Instant at = each.expires();
            if (at.isBefore(now.plus(SOON)) && told.add(new Ending(each.name(), at))) {
                LOG.warn("Certificate {} name={} at={} days={}", at.isBefore(now) ? "has expired" : "expires soon", each.name(), at,
                        Duration.between(now, at).toDays());
            }
        }
    }

    /** Ends those that none of these listeners has any more, some time after: handshakes may have begun. */
    synchronized void retain(List<ListenerConfig> used) {
        Set<Terms> wanted = used.stream().map(Terms::of).collect(Collectors.toSet());
        known.entrySet().removeIf(entry -> {
            if (wanted.contains(entry.getKey())) {
                return false;
            }
            Termination gone = entry.getValue();
            leaving.add(gone);
            thread.schedule(() -> left(gone), LEAVING_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        });
    }

    private synchronized void left(Termination gone) {
        if (leaving.remove(gone)) {
            gone.close();
        }
    }

    /** Ends all; idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (thread != null) {
                thread.shutdownNow();
            }
            known.values().forEach(Termination::close);
            leaving.forEach(Termination::close);
            leaving.clear();
        }
    }
}
