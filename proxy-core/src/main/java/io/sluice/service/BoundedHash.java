package io.sluice.service;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The same endpoint for the same key, as long as it does not have too much to do compared with the others; then another one,
 * the same for that key, too. <em>Thread-safe.</em>
 *
 * <p>Too much is more in flight than {@code loadPercent} of its share of all, and more than {@link #ALWAYS}. What is in flight
 * in all is counted by whoever picks, among few endpoints each time, among many once for every eighth of them: it can be wrong by an
 * eighth of a request for each.
 */
final class BoundedHash implements Balancer {
    /** So many requests may be in flight anywhere: with hardly any load a bound by shares would tear a client's few apart. */
    static final int ALWAYS = 8;
    private static final int PROBES_MAX = 32;
    private static final int RECOUNT = 8;

    private final Members members;
    private final SlotTable slots;
    /** How much of all that is in flight an endpoint may have, for each unit of weight; infinite = no bound. */
    private final double boundPerWeight;
    private final AtomicInteger untilCount = new AtomicInteger();
    private volatile long inFlight;

    /**
     * Creates it.
     *
     * @param loadPercent above 100; {@link Integer#MAX_VALUE} = no bound
     */
    BoundedHash(Members members, int loadPercent) {
        this.members = members;
        this.slots = new SlotTable(members);
        this.boundPerWeight = loadPercent == Integer.MAX_VALUE
                ? Double.POSITIVE_INFINITY
                : loadPercent / 100.0 / members.totalWeight();
    }

    @Override
    public Endpoint pick(Endpoint avoid, long key) {
        double bound = boundPerWeight == Double.POSITIVE_INFINITY ? boundPerWeight : boundPerWeight * (inFlight() + 1);
        int owner = slots.owner(key);
        int member = owner;
        for (int i = 0; i < PROBES_MAX; i++) {
            if (members.endpoint(member) != avoid && hasRoom(member, bound)) {
                return members.endpoint(member);
            }
            // Not the neighbour: what is too much for one is shared by all.
            member = slots.owner(Mix.of(key, i));
        }
        return members.endpoint(search(owner, avoid, bound));
    }

    private boolean hasRoom(int member, double bound) {
        int active = members.endpoint(member).active();
        return active < ALWAYS || active < bound * members.weight(member);
    }

    /** The next with room behind this one; the next at all if none has room. */
    private int search(int owner, Endpoint avoid, double bound) {
        int member = owner;
        do {
            if (members.endpoint(member) != avoid && hasRoom(member, bound)) {
                return member;
            }
            member = members.after(member);
        } while (member != owner);
        return members.endpoint(owner) == avoid ? members.after(owner) : owner;
    }

    private long inFlight() {
        if (untilCount.getAndDecrement() <= 0) {
            long count = 0;
            for (int i = 0; i < members.count(); i++) {
                count += members.endpoint(i).active();
            }
            inFlight = count;
            untilCount.set(members.count() / RECOUNT);
        }
        return inFlight;
    }
}
