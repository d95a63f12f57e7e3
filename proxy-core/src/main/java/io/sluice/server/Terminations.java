package io.sluice.server;

import io.sluice.config.ListenerConfig;
import io.sluice.config.ListenerConfig.Protocol;
import io.sluice.config.TlsConfig;
import io.sluice.tls.Engines;
import io.sluice.tls.Ordered;
import io.sluice.tls.Protocols;
import io.sluice.tls.Termination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the listeners of a proxy end TLS, by what is configured: whatever a reload doesn't change stays the same object.
 * <em>Thread-safe.</em> <em>Ends</em> by {@link #close}.
 */
final class Terminations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Terminations.class);

    /** Handshakes that had begun when a listener changed have their context, or are over, by then. */
    private static final long LEAVING_MILLIS = TimeUnit.SECONDS.toMillis(60);

    private final Map<Terms, Termination> known = new HashMap<>();
    private final List<Termination> leaving = new ArrayList<>();
    private final Ordered ordered;
    private Engines engines;
    private boolean closed;

    /**
     * Creates it, without any.
     *
     * @param ordered where certificates are that come from no file
     */
    Terminations(Ordered ordered) {
        this.ordered = ordered;
    }

    /** What two listeners may share. <em>Immutable.</em> */
    private record Terms(TlsConfig config, List<String> protocols) {
        static Terms of(ListenerConfig listener) {
            boolean http = listener.protocol() == Protocol.HTTP;
            return new Terms(listener.tls(), http ? Protocols.http(listener.http2()) : List.of());
        }
    }

    /**
     * How a listener ends TLS; null if it speaks none.
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

    /** Ends those that none of these listeners has any more, some time after: handshakes may have begun. */
    synchronized void retain(List<ListenerConfig> used) {
        Set<Terms> wanted = used.stream().map(Terms::of).collect(Collectors.toSet());
        known.entrySet().removeIf(entry -> {
            if (wanted.contains(entry.getKey())) {
                return false;
            }
            Termination gone = entry.getValue();
            leaving.add(gone);
            CompletableFuture.delayedExecutor(LEAVING_MILLIS, TimeUnit.MILLISECONDS).execute(() -> left(gone));
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
            known.values().forEach(Termination::close);
            leaving.forEach(Termination::close);
            leaving.clear();
        }
    }
}
