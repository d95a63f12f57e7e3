package io.sluice.dns;

import java.net.InetAddress;
import java.util.List;

/**
 * What a name server said to one question. <em>Immutable.</em>
 *
 * @param outcome    with {@link Outcome#OK} one of the lists has something in it, else both are empty
 * @param addresses  for {@link RecordType#A} and {@link RecordType#AAAA}
 * @param services   for {@link RecordType#SRV}
 * @param ttlSeconds for how long that holds; 0 if it is no {@link Outcome#OK}
 */
public record Reply(Outcome outcome, List<InetAddress> addresses, List<SrvRecord> services, long ttlSeconds) {

    /** One that brings nothing. */
    public static Reply failed(Outcome why) {
        return new Reply(why, List.of(), List.of(), 0);
    }

    /** Addresses; {@link Outcome#EMPTY} if there is none. */
    public static Reply ofAddresses(List<InetAddress> addresses, long ttlSeconds) {
        return addresses.isEmpty()
                ? failed(Outcome.EMPTY)
                : new Reply(Outcome.OK, List.copyOf(addresses), List.of(), ttlSeconds);
    }

    /** Records of services; {@link Outcome#EMPTY} if there is none. */
    public static Reply ofServices(List<SrvRecord> services, long ttlSeconds) {
        return services.isEmpty()
                ? failed(Outcome.EMPTY)
                : new Reply(Outcome.OK, List.of(), List.copyOf(services), ttlSeconds);
    }
}
