package io.sluice.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What names mean: as the file of hosts says, else as name servers do. <em>Thread-safe</em>, as its parts are.
 *
 * @param hosts    the file, looked at first
 * @param servers  asked for what the file doesn't have
 * @param families which addresses are asked for
 */
public record AddressBook(HostsFile hosts, NameServers servers, Families families) {
    /** For how long a line of the file is taken for true. */
    private static final long HOSTS_TTL_SECONDS = 60;

    /**
     * Finds the addresses of a host. Reads a file: not for an event loop.
     *
     * @param then told once, by any thread, perhaps within this call: a reply for each family that is used; what the file
     *             says is one reply under {@link RecordType#A}, and no other
     */
    public void addresses(String host, Consumer<Map<RecordType, Reply>> then) {
        List<InetAddress> own = families.chosen(hosts.addresses(host));
        if (!own.isEmpty()) {
            then.accept(Map.of(RecordType.A, Reply.ofAddresses(own, HOSTS_TTL_SECONDS)));
            return;
        }
        List<RecordType> types = families.types();
        Map<RecordType, Reply> replies = new EnumMap<>(RecordType.class);
        AtomicInteger open = new AtomicInteger(types.size());
        for (RecordType type : types) {
            servers.ask(host, type, reply -> {
                synchronized (replies) {
                    replies.put(type, reply);
                }
                if (open.decrementAndGet() == 0) {
                    then.accept(replies);
                }
            });
        }
    }

    /** Finds where a service is answered; {@code then} is told once, by any thread, perhaps within this call. */
    public void services(String name, Consumer<Reply> then) {
        servers.ask(name, RecordType.SRV, then);
    }
}
