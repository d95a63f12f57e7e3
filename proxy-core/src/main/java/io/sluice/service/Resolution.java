package io.sluice.service;

import io.sluice.config.HostPort;
import io.sluice.dns.AddressBook;
import io.sluice.dns.Outcome;
import io.sluice.dns.RecordType;
import io.sluice.dns.Reply;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Finds out once what a name stands for: of SRV records first where they are, then all addresses of each host.
 * <em>Thread-safe.</em> <em>Ends</em> when everything is answered, or was not in time.
 */
final class Resolution {
    private final EndpointName name;
    private final AddressBook book;
    private final Consumer<Resolution> then;
    /** Null where there are none. */
    private volatile Reply services;
    // Guarded by itself.
    private final Map<String, Map<RecordType, Reply>> hosts = new HashMap<>();

    /** @param then told once, by any thread, perhaps while it begins */
    Resolution(EndpointName name, AddressBook book, Consumer<Resolution> then) {
        this.name = name;
        this.book = book;
        this.then = then;
    }

    /** Begins. Reads a file perhaps: not for an event loop. */
    void begin() {
        if (name.srv() == null) {
            hosts(name.hosts(null));
        } else {
            book.services(name.srv(), reply -> {
                services = reply;
                hosts(name.hosts(reply));
            });
        }
    }

    private void hosts(List<String> wanted) {
        if (wanted.isEmpty()) {
            then.accept(this);
            return;
        }
        for (String host : wanted) {
            book.addresses(host, replies -> {
                boolean all;
                synchronized (hosts) {
                    hosts.put(host, replies);
                    all = hosts.size() == wanted.size();
                }
                if (all) {
                    then.accept(this);
                }
            });
        }
    }

    /** Gives its name what was found. */
    EndpointName.Change tell(Predicate<HostPort> usable, Instant now) {
        return name.take(services, hosts, usable, now);
    }

    /** For how long all of what was found holds. */
    long ttlSeconds() {
        Stream<Reply> replies = hosts.values().stream().flatMap(it -> it.values().stream());
        return Stream.concat(Stream.ofNullable(services), replies)
                .filter(it -> it.outcome() == Outcome.OK)
                .flatMapToLong(it -> LongStream.of(it.ttlSeconds()))
                .min()
                .orElse(0);
    }
}
