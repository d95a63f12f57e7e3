package io.sluice.service;

/**
 * The endpoint with the fewest requests in flight for its weight. <em>Thread-safe.</em>
 *
 * <p>Among few endpoints all are looked at, beginning with the one whose turn it is, so that idle endpoints share the
 * requests in turn. Among many, the better of two taken at random (by weight): nearly as even, at a cost that does not grow
 * with their number, and event loops that choose at the same moment don't all run to the same one. The heavier is drawn
 * more often, so requests in flight are compared for the weight as they are: to count the coming one, too, would favour
 * heavy endpoints twice, and let light ones starve while all are idle.
 */
final class LeastRequests implements Balancer {
    /** From so many endpoints on, two at random are compared instead of all. */
    static final int MANY = 16;

    private final Members members;
    private final Draw draw;

    /**
     * Creates it.
     *
     * @param draw in turn for less than {@link #MANY} members, at random for more
     */
    LeastRequests(Members members, Draw draw) {
        this.members = members;
        this.draw = draw;
    }

    @Override
    public Endpoint pick(Endpoint avoid, long key) {
        int first = members.draw(draw, avoid);
        return members.endpoint(
                members.count() < MANY ? leastOfAll(first, avoid) : lesser(first, members.draw(draw, avoid)));
    }

    private int leastOfAll(int first, Endpoint avoid) {
        int least = first;
        for (int other = members.after(first); other != first; other = members.after(other)) {
            if (members.endpoint(other) != avoid) {
                least = lesser(least, other);
            }
        }
        return least;
    }

    /** The one with fewer requests for its weight; the first if they are equal. */
    private int lesser(int one, int two) {
        long ofOne = (long) members.endpoint(one).active() * members.weight(two);
        long ofTwo = (long) members.endpoint(two).active() * members.weight(one);
        return ofTwo < ofOne ? two : one;
    }
}
