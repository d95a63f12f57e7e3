package io.sluice.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.sluice.config.BufferConfig;
import io.sluice.config.HostPort;
import io.sluice.config.ListenerConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.config.SocketConfig;
import io.sluice.exchange.ListenerFacts;
import io.sluice.frontend.ConnectionGate;
import io.sluice.frontend.Listener;
import io.sluice.frontend.Listener.Claim;
import io.sluice.frontend.LoopContext;
import io.sluice.pem.Identity;
import io.sluice.route.ChallengeAnswers;
import io.sluice.telemetry.CertificateMeters;
import io.sluice.telemetry.Metrics;
import io.sluice.transport.SocketOptions;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The listeners of a proxy. <em>Thread-safe</em>; whoever changes them holds its monitor. <em>Ends</em> with {@link #close}.
 */
final class Listeners {
    /** How long who was led to a socket before it stepped aside may take to be accepted there. */
    static final long QUEUE_MILLIS = 1000;

    private final Transport transport;
    private final ByteBufAllocator allocator;
    private final BufferConfig buffers;
    private final ConnectionGate gate;
    private final Metrics metrics;
    private final EventLoopGroup group;
    private final Map<EventLoop, LoopContext> loops;
    private final CertificateOrders orders;
    private final Terminations terminations;
    private volatile List<Listener> inForce = List.of();
    /** Others have taken their places; they close when nobody waits there any more. */
    private final List<Listener> leaving = new CopyOnWriteArrayList<>();

    /** What all listeners share. <em>Immutable.</em> */
    record Ground(
            Transport transport,
            ByteBufAllocator allocator,
            BufferConfig buffers,
            ConnectionGate gate,
            Metrics metrics,
            Supplier<ChallengeAnswers> challenges) {}

    /**
     * Creates none yet.
     *
     * @param group of all loops
     */
    Listeners(Ground ground, EventLoopGroup group, Map<EventLoop, LoopContext> loops) {
        this.transport = ground.transport();
        this.allocator = ground.allocator();
        this.buffers = ground.buffers();
        this.gate = ground.gate();
        this.metrics = ground.metrics();
        this.group = group;
        this.loops = loops;
        this.orders = new CertificateOrders(ground.challenges(), metrics, this::renew);
        this.terminations = new Terminations(metrics.certificates(this::expiries), orders);
    }

    private void renew(List<String> names) {
        terminations.renew(names);
    }

    /**
     * Opens the first ones; when this returns, all accept.
     *
     * @throws IOException if one can't be bound; the others are to be closed then
     */
    synchronized void open(SluiceConfig config, Claim claim) throws IOException {
        List<Listener> opened = new ArrayList<>();
        orders.prepare(config.acme());
        for (ListenerConfig wanted : config.listeners()) {
            Listener listener = unbound(terms(wanted, facts(opened.size(), wanted)));
            listener.bind(group, claim);
            opened.add(listener);
            inForce(opened);
        }
        opened.forEach(Listener::accept);
        orders.follow(config);
    }

    /** The certificates that listeners want by name. */
    CertificateOrders orders() {
        return orders;
    }

    /** In the order of the configuration. */
    List<Listener> inForce() {
        return inForce;
    }

    /** These are the listeners from now on. */
    void inForce(List<Listener> now) {
        inForce = List.copyOf(now);
        terminations.retain(now.stream().map(Listener::config).toList());
    }

    /** Where a listener accepts; null if none has that name. */
    InetSocketAddress address(String name) {
        for (Listener listener : inForce) {
            if (listener.config().name().equals(name)) {
                return listener.address();
            }
        }
        return null;
    }

    /** A listener that is not bound yet. */
    Listener unbound(Listener.Terms terms) {
        return new Listener(terms, transport, gate, loops);
    }

    /**
     * What a listener's connections get.
     *
     * @throws IOException if the files of its certificates are not what they should be
     */
    Listener.Terms terms(ListenerConfig config, ListenerFacts facts) throws IOException {
        try {
            return new Listener.Terms(config, facts, new SocketOptions(transport, config.socket(), buffers, allocator),
                    terminations.of(config));
        } catch (IOException e) {
            throw new IOException("listener " + config.name() + ": " + e.getMessage(), e);
        }
    }

    /** What exchanges are to know of a listener. */
    ListenerFacts facts(int index, ListenerConfig config) {
        return new ListenerFacts(index, config.name(), config.halfClose(), metrics.listener(config.name()));
    }

    /**
     * Takes a listener's address. Where one of ours listens at the same port nobody else does, and the two share it for the
     * moment of the change.
     *
     * @throws IOException if it can't be had
     */
    void bind(Listener listener) throws IOException {
        HostPort address = listener.config().address();
        boolean ours = inForce.stream().anyMatch(other -> other.config().address().port() == address.port());
        listener.bind(group, ours ? Claim.SHARED : Claim.ALONE);
    }

    /** Whether sockets that listen must be other ones for these options, and can be while the old ones still do. */
    boolean rebinds(SocketConfig before, SocketConfig after) {
        return transport.sharesPorts()
                && (before.backlog() != after.backlog()
                        || before.receiveBuffer() != after.receiveBuffer()
                        || !before.deferAccept().equals(after.deferAccept())
                        || before.fastOpen() != after.fastOpen());
    }

    /** Closes one whose place another has taken, after those who wait there have been accepted. */
    void leave(Listener old) {
        if (!old.stepAside()) {
            old.close();
            return;
        }
        leaving.add(old);
        CompletableFuture.delayedExecutor(QUEUE_MILLIS, TimeUnit.MILLISECONDS).execute(() -> {
            if (leaving.remove(old)) {
                old.close();
            }
        });
    }

    /** Leads new clients to other processes that listen at the same addresses; false if there is none. */
    synchronized boolean stepAside() {
        boolean aside = false;
        for (Listener listener : inForce) {
            aside |= listener.stepAside();
        }
        return aside;
    }

    /** Accepts no more; returns when the sockets are closed. Waits for a change that is under way. */
    synchronized void close() {
        orders.close();
        inForce.forEach(Listener::close);
        for (Listener old : leaving) {
            if (leaving.remove(old)) {
                old.close();
            }
        }
    }

    private List<CertificateMeters.Expiry> expiries() {
        List<CertificateMeters.Expiry> rows = new ArrayList<>();
        for (Listener listener : inForce) {
            List<Identity> shown = listener.tls() == null ? List.of() : listener.tls().identities();
            shown.forEach(it -> rows.add(new CertificateMeters.Expiry(
                    listener.config().name(), it.name(), it.keyType().name().toLowerCase(Locale.ROOT), it.expires())));
        }
        return rows;
    }

    /** Reads the files of certificates again that have changed. */
    void refreshKeys() {
        terminations.refresh();
    }

    /** Gives up what handshakes are made with: to be called when the event loops have ended. */
    void forgetKeys() {
        terminations.close();
    }
}
