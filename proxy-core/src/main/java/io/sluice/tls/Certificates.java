package io.sluice.tls;

import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import io.sluice.pem.Identity;
import io.sluice.pem.Identity.KeyType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The certificates of a listener at a moment, each with a context that all its connections share. <em>Immutable</em> but for
 * its end. <em>Ownership</em>: of the contexts, until {@link #close}; connections keep the one they have.
 */
final class Certificates implements AutoCloseable {
    /**
     * One certificate. <em>Immutable.</em>
     *
     * @param ocsp what is stapled to it; null = nothing; not to be changed
     */
    record Entry(Identity identity, SslContext context, byte[] ocsp) {}

    /**
     * What there is for one name; one of both may be null.
     *
     * @param ecdsa for clients that take it
     * @param other RSA, or EdDSA
     */
    private record Choice(Entry ecdsa, Entry other) {
        Choice and(Entry entry) {
            // The first of the list stays.
            return entry.identity().keyType() == KeyType.EC
                    ? new Choice(ecdsa == null ? entry : ecdsa, other)
                    : new Choice(ecdsa, other == null ? entry : other);
        }

        Entry fit(boolean takesEcdsa) {
            return ecdsa != null && (takesEcdsa || other == null) ? ecdsa : other;
        }
    }

    private final List<Entry> entries;
    private final Map<String, Choice> byName = new HashMap<>();
    /** By what follows the star, with its dot. */
    private final Map<String, Choice> byParent = new HashMap<>();
    private final Choice first;

    /** Takes over the contexts of these; at least one. */
    Certificates(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        for (Entry entry : entries) {
            for (String name : entry.identity().names()) {
                boolean wildcard = name.startsWith("*.");
                (wildcard ? byParent : byName).compute(wildcard ? name.substring(1) : name,
                        (_, known) -> (known == null ? new Choice(null, null) : known).and(entry));
            }
        }
        this.first = defaults(entries);
    }

    /** The first, and one of the other kind that is for the same name. */
    private static Choice defaults(List<Entry> entries) {
        Choice choice = new Choice(null, null);
        List<String> names = entries.getFirst().identity().names();
        for (Entry entry : entries) {
            if (entry == entries.getFirst() || entry.identity().names().stream().anyMatch(names::contains)) {
                choice = choice.and(entry);
            }
        }
        return choice;
    }

    /** All, in the order of the configuration. */
    List<Identity> identities() {
        List<Identity> all = new ArrayList<>(entries.size());
        entries.forEach(entry -> all.add(entry.identity()));
        return all;
    }

    /**
     * The one for a client.
     *
     * @param serverName what it asked for, in lower case; null = nothing
     */
    private Entry choose(String serverName, boolean takesEcdsa) {
        Choice choice = null;
        if (serverName != null) {
            choice = byName.get(serverName);
            int dot = serverName.indexOf('.');
            if (choice == null && dot > 0) {
                choice = byParent.get(serverName.substring(dot));
            }
        }
        return (choice == null ? first : choice).fit(takesEcdsa);
    }

    /**
     * What there is for a client, whose context the caller has to release; null if these have ended meanwhile.
     *
     * @param serverName as {@link #choose}
     */
    Entry borrow(String serverName, boolean takesEcdsa) {
        Entry entry = choose(serverName, takesEcdsa);
        if (!(entry.context() instanceof ReferenceCounted counted)) {
            return entry;
        }
        try {
            counted.retain();
            return entry;
        } catch (IllegalReferenceCountException _) {
            return null;
        }
    }

    /** Gives the tickets of one of them other keys. */
    void tickets(int index, TicketKeys keys) {
        if (entries.get(index).context().sessionContext() instanceof OpenSslServerSessionContext sessions) {
            sessions.setTicketKeys(keys.inForce());
        }
    }

    @Override
    public void close() {
        entries.forEach(entry -> ReferenceCountUtil.release(entry.context()));
    }
}
