package io.sluice.server;

import io.sluice.config.ListenerConfig;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.config.SluiceConfig;
import io.sluice.config.TlsConfig;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Snapshot;
import io.sluice.frontend.Listener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How the listeners of one configuration become those of another. A listener is the same if its address is; what else differs
 * is given to it, or, where that takes other sockets, to one that takes its place. <em>Loop-confined</em> to the thread that
 * changes. <em>Ends</em>: {@link #undo} or {@link #complete}.
 */
final class ListenerChange {
    private final Listeners listeners;
    private final int[] indexes;
    private final List<Listener> after = new ArrayList<>();
    private final List<Listener> opened = new ArrayList<>();
    private final List<Listener> closing;
    /** Of those that close; others have taken their places, and their connections. */
    private final Set<Listener> replaced = new HashSet<>();
    private final List<ListenerFacts> retiring = new ArrayList<>();
    private final List<Runnable> adjustments = new ArrayList<>();

    /**
     * Plans it; nothing changes yet.
     *
     * @throws IOException if the files of a certificate are not what they should be
     */
    ListenerChange(Listeners listeners, SluiceConfig config) throws IOException {
        this.listeners = listeners;
        this.indexes = new int[config.listeners().size()];
        this.closing = new ArrayList<>(listeners.inForce());
        BitSet taken = new BitSet();
        List<Listener> before = new ArrayList<>();
        for (ListenerConfig wanted : config.listeners()) {
            Listener same = sameAddress(wanted);
            before.add(same);
            if (same != null) {
                closing.remove(same);
                taken.set(same.facts().index());
            }
        }
        for (int i = 0; i < indexes.length; i++) {
            ListenerConfig wanted = config.listeners().get(i);
            Listener same = before.get(i);
            indexes[i] = same == null ? taken.nextClearBit(0) : same.facts().index();
            taken.set(indexes[i]);
            after.add(same == null ? open(wanted, listeners.facts(indexes[i], wanted)) : follow(same, wanted));
        }
        closing.stream().filter(listener -> !replaced.contains(listener)).forEach(gone -> retiring.add(gone.facts()));
    }

    private Listener sameAddress(ListenerConfig wanted) {
        return closing.stream()
                .filter(it -> it.config().address().equals(wanted.address()))
                // Of the addresses that the system chose nobody knows which is which but by name.
                .filter(it -> wanted.address().port() != 0 || it.config().name().equals(wanted.name()))
                .findFirst()
                .orElse(null);
    }

    private Listener open(ListenerConfig wanted, ListenerFacts facts) throws IOException {
        Listener made = listeners.unbound(listeners.terms(wanted, facts));
        opened.add(made);
        return made;
    }

    /** What becomes of a listener that is configured otherwise now, or as before. */
    private Listener follow(Listener before, ListenerConfig wanted) throws IOException {
        ListenerConfig config = before.config();
        ListenerFacts facts = before.facts();
        if (config.equals(wanted)) {
            return before;
        }
        if (!sameForConnections(config, wanted)) {
            retiring.add(facts);
            facts = listeners.facts(facts.index(), wanted);
        }
        if (wanted.address().port() != 0 && listeners.rebinds(config.socket(), wanted.socket())) {
            closing.add(before);
            replaced.add(before);
            return open(wanted, facts);
        }
        Listener.Terms now = listeners.terms(wanted, facts);
        adjustments.add(() -> before.change(now));
        return before;
    }

    /** Whether connections that are open may go on as if they had been accepted on the new terms. */
    private static boolean sameForConnections(ListenerConfig before, ListenerConfig after) {
        HalfClose halfClose = before.halfClose();
        return before.name().equals(after.name())
                && halfClose == after.halfClose()
                && before.proxyProtocol() == after.proxyProtocol()
                && before.http2() == after.http2()
                && before.protocol() == after.protocol()
                && sameClients(before.tls(), after.tls());
    }

    /** Whether who was let in before would be now. */
    private static boolean sameClients(TlsConfig before, TlsConfig after) {
        return before == null || after == null
                ? before == after
                : before.clientAuth() == after.clientAuth() && Objects.equals(before.clientCa(), after.clientCa());
    }

    /** For each listener of the configuration its number. */
    int[] indexes() {
        return indexes;
    }

    /**
     * Takes the addresses that are new. Their clients wait.
     *
     * @throws IOException if one can't be had; {@link #undo} is to follow
     */
    void bind() throws IOException {
        for (Listener listener : opened) {
            listeners.bind(listener);
        }
    }

    /** Gives up what was bound. */
    void undo() {
        opened.forEach(Listener::close);
    }

    /** To be called before the new snapshot is put in force: what has no place in it ends on the one before. */
    void retire(Snapshot before) {
        retiring.forEach(facts -> facts.retire(before));
    }

    /** Whether there are connections that are to end. */
    boolean retires() {
        return !retiring.isEmpty();
    }

    /** To be called after that: new ones accept, old ones do no longer. */
    void complete() {
        adjustments.forEach(Runnable::run);
        opened.forEach(Listener::accept);
        listeners.inForce(after);
        for (Listener old : closing) {
            if (replaced.contains(old)) {
                listeners.leave(old);
            } else {
                old.close();
            }
        }
    }
}
