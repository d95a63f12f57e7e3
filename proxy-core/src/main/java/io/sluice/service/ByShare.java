package io.sluice.service;

/** Whoever is drawn: round robin or random, as the draw goes. <em>Thread-safe.</em> */
record ByShare(Members members, Draw draw) implements Balancer {
    @Override
    public Endpoint pick(Endpoint avoid, long key) {
        return members.endpoint(members.draw(draw, avoid));
    }
}
