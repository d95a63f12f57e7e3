package io.sluice.service;

import io.netty.util.NetUtil;
import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig.EndpointConfig;
import io.sluice.dns.Outcome;
import io.sluice.dns.RecordType;
import io.sluice.dns.Reply;
import io.sluice.dns.SrvRecord;
import io.sluice.telemetry.DnsMeters;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * One name that endpoints of a service are configured by, and what it stands for as far as that was ever learned: what is not
 * answered leaves standing what was answered before. <em>Thread-safe.</em> Lives in the registry through every reload that keeps
 * the name.
 */
final class EndpointName {
    /** More addresses than this are no service, but a mistake or an attack. */
    static final int ADDRESSES_MAX = 256;
    private static final int WEIGHT_MAX = 1000;

    /**
     * What it stands for.
     *
     * @param address a literal and a port
     * @param named   the same, as its name says it: what a backend calls itself
     * @param weight  0 to 1000; -1 = as configured
     * @param rank    0 for the lowest priority of the records, 1 for the next, and so on
     */
    record Found(HostPort address, HostPort named, int weight, int rank) {}

    /** A host and which of its addresses. <em>Immutable.</em> */
    private record HostType(String host, RecordType type) {}

    private final String written;
    /** Null for the name of SRV records. */
    private final HostPort host;
    private final String srv;

    // All below are guarded by this; what is volatile is read without.
    private final Map<HostType, List<InetAddress>> good = new HashMap<>();
    private List<SrvRecord> records = List.of();
    private volatile List<Found> found = List.of();
    private Outcome last;
    private Instant goodAt;
    private Instant failingSince;
    private boolean cut;

    EndpointName(EndpointConfig config) {
        this.written = config.written();
        this.host = config.address();
        this.srv = config.srv();
    }

    /** As configured. */
    String written() {
        return written;
    }

    /** The name of SRV records; null if it is a host's. */
    String srv() {
        return srv;
    }

    /** What it stands for; empty until it is known. */
    List<Found> found() {
        return found;
    }

    /** The hosts whose addresses it goes by, given the records just found; null = none were, those known stay. */
    synchronized List<String> hosts(Reply services) {
        if (srv == null) {
            return List.of(host.host());
        }
        if (services.outcome() == Outcome.OK) {
            records = bounded(services.services());
        }
        return records.stream().map(SrvRecord::target).distinct().toList();
    }

    private static List<SrvRecord> bounded(List<SrvRecord> all) {
        return all.stream()
                .sorted(Comparator.comparingInt(SrvRecord::priority)
                        .thenComparing(SrvRecord::target)
                        .thenComparingInt(SrvRecord::port))
                .limit(ADDRESSES_MAX)
                .toList();
    }

    /**
     * What a resolution came to.
     *
     * @param outcome {@link Outcome#OK} if everything was answered
     * @param changed whether it stands for something else now
     * @param began   whether it failed, and the one before did not
     * @param mended  whether it did not fail, and the one before did
     * @param cut     whether addresses were left out for the first time, as there are too many
     */
    record Change(Outcome outcome, boolean changed, boolean began, boolean mended, boolean cut) {}

    /**
     * Takes what was found.
     *
     * @param services for the name of SRV records; else null
     * @param hosts    by the hosts that {@link #hosts} named
     * @param usable   which addresses may be endpoints at all
     */
    synchronized Change take(
            Reply services, Map<String, Map<RecordType, Reply>> hosts, Predicate<HostPort> usable, Instant now) {
        Outcome outcome = services == null ? Outcome.OK : services.outcome();
        for (Map.Entry<String, Map<RecordType, Reply>> each : hosts.entrySet()) {
            Outcome of = take(each.getKey(), each.getValue());
            outcome = outcome == Outcome.OK ? of : outcome;
        }
        List<Found> next = composed().stream().filter(it -> usable.test(it.address())).toList();
        boolean tooMany = next.size() > ADDRESSES_MAX;
        if (tooMany) {
            next = next.subList(0, ADDRESSES_MAX);
        }
        if (next.isEmpty() && outcome == Outcome.OK) {
            outcome = Outcome.EMPTY;
        }
        boolean changed = !next.isEmpty() && !next.equals(found);
        if (changed) {
            found = List.copyOf(next);
        }
        boolean began = outcome != Outcome.OK && failingSince == null;
        boolean mended = outcome == Outcome.OK && failingSince != null;
        boolean cutNow = tooMany && !cut;
        cut = tooMany;
        failingSince = outcome == Outcome.OK ? null : began ? now : failingSince;
        goodAt = outcome == Outcome.OK ? now : goodAt;
        last = outcome;
        return new Change(outcome, changed, began, mended, cutNow);
    }

    /** One host's replies. A family that was denied goes, if another was found; one that was not answered stays as it was. */
    private Outcome take(String name, Map<RecordType, Reply> replies) {
        boolean any = replies.values().stream().anyMatch(it -> it.outcome() == Outcome.OK);
        Outcome outcome = any ? Outcome.OK : Outcome.FAILED;
        for (RecordType type : List.of(RecordType.A, RecordType.AAAA)) {
            HostType key = new HostType(name, type);
            Reply reply = replies.get(type);
            if (reply != null && reply.outcome() == Outcome.OK) {
                good.put(key, reply.addresses());
            } else if (any && (reply == null || reply.outcome().denies())) {
                good.remove(key);
            } else if (reply != null && (!any || good.containsKey(key)) && worse(reply.outcome(), outcome)) {
                outcome = reply.outcome();
            }
        }
        return outcome;
    }

    /** Whether it tells more than the other why nothing was found: silence more than a denial. */
    private static boolean worse(Outcome one, Outcome other) {
        return other == Outcome.OK || other == Outcome.FAILED || other.denies() && !one.denies();
    }

    private List<Found> composed() {
        List<Found> all = new ArrayList<>();
        if (srv == null) {
            addresses(host.host()).forEach(it -> all.add(found(it, host, -1, 0)));
        } else {
            List<Integer> priorities = List.copyOf(
                    new TreeSet<>(records.stream().map(SrvRecord::priority).toList()));
            for (SrvRecord record : records) {
                int weight = weight(record);
                HostPort named = new HostPort(record.target(), record.port());
                addresses(record.target()).forEach(it ->
                        all.add(found(it, named, weight, priorities.indexOf(record.priority()))));
            }
        }
        // Servers turn their answers round: the order is ours, so that it tells nothing.
        all.sort(Comparator.comparingInt(Found::rank)
                .thenComparing(it -> InetAddress.ofLiteral(it.address().host()).getAddress(), EndpointName::compare)
                .thenComparingInt(it -> it.address().port())
                .thenComparing(it -> it.named().host()));
        Map<HostPort, Found> once = new LinkedHashMap<>();
        all.forEach(it -> once.putIfAbsent(it.address(), it));
        // Targets that are gone are no longer asked for, nor remembered.
        List<String> known = hosts(Reply.failed(Outcome.EMPTY));
        good.keySet().removeIf(it -> !known.contains(it.host()));
        return List.copyOf(once.values());
    }

    private static int compare(byte[] one, byte[] other) {
        int byLength = Integer.compare(one.length, other.length);
        return byLength != 0 ? byLength : Arrays.compareUnsigned(one, other);
    }

    private static Found found(InetAddress address, HostPort named, int weight, int rank) {
        return new Found(new HostPort(NetUtil.toAddressString(address), named.port()), named, weight, rank);
    }

    private List<InetAddress> addresses(String of) {
        List<InetAddress> all = new ArrayList<>(good.getOrDefault(new HostType(of, RecordType.A), List.of()));
        all.addAll(good.getOrDefault(new HostType(of, RecordType.AAAA), List.of()));
        return all;
    }

    /**
     * A record's weight as ours, which end at 1000. A weight of 0 beside others means a very small share (RFC 2782), not none:
     * there the others grow as far as they can.
     */
    private int weight(SrvRecord record) {
        int heaviest = 0;
        boolean zero = false;
        for (SrvRecord each : records) {
            if (each.priority() == record.priority()) {
                heaviest = Math.max(heaviest, each.weight());
                zero |= each.weight() == 0;
            }
        }
        if (heaviest == 0) {
            return 1;
        }
        boolean scaled = zero || heaviest > WEIGHT_MAX;
        return scaled ? Math.max(1, Math.round(record.weight() * (float) WEIGHT_MAX / heaviest)) : record.weight();
    }

    /** What is known of it now, for metrics. */
    synchronized DnsMeters.Row row() {
        double age = goodAt == null ? -1 : Math.max(0, Duration.between(goodAt, Instant.now()).toMillis() / 1000.0);
        return new DnsMeters.Row(written, found.size(), age);
    }

    /** What is known of it now, for people. */
    synchronized NameView view() {
        return new NameView(
                written,
                found.stream().map(it -> it.address().toString()).toList(),
                last == null ? "unasked" : last.word(),
                goodAt,
                failingSince);
    }
}
