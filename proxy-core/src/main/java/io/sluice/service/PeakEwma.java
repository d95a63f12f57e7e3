package io.sluice.service;

/**
 * The better of two taken at random (by weight), by what a request would probably have to wait: the endpoint's latency,
 * times what is in flight there for its weight. <em>Thread-safe.</em>
 *
 * <p>Never the best of all: event loops that choose at the same moment would all run to the same one. An endpoint that has
 * not answered yet is taken at once while nothing is in flight to it, so that something is learnt of it, and then left until
 * it has answered.
 */
record PeakEwma(Members members, Draw draw) implements Balancer {
    @Override
    public Endpoint pick(Endpoint avoid, long key) {
        int one = members.draw(draw, avoid);
        int two = members.draw(draw, avoid);
        if (two == one) {
            // Among few that happens often, and the one may be stuck: its neighbour is always compared.
            two = members.after(one);
            if (two == one || members.endpoint(two) == avoid) {
                return members.endpoint(one);
            }
        }
        long nowNanos = System.nanoTime();
        return members.endpoint(cost(two, nowNanos) < cost(one, nowNanos) ? two : one);
    }

    private double cost(int member, long nowNanos) {
        Endpoint endpoint = members.endpoint(member);
        int active = endpoint.active();
        double micros = endpoint.latency().micros(nowNanos);
        if (micros == 0) {
            return active == 0 ? 0 : Double.MAX_VALUE;
        }
        // The weight divides what is in flight only: idle endpoints of one speed are to get what they are drawn for.
        return micros * (1 + active * (double) members.totalWeight() / members.count() / members.weight(member));
    }
}
