package io.sluice.service;

import java.util.concurrent.Executor;

/** Somebody who waits for a place, and keeps the last one given. <em>Loop-confined.</em> */
public final class SomebodyWaiting implements RequestLimit.Waiter {
    private final Executor loop;
    private Endpoint place;

    /** Creates it; {@code loop} tells it of its place. */
    public SomebodyWaiting(Executor loop) {
        this.loop = loop;
    }

    /** The place it was given; null = it waits. */
    public Endpoint place() {
        return place;
    }

    @Override
    public Executor loop() {
        return loop;
    }

    @Override
    public long key() {
        return 0;
    }

    @Override
    public Endpoint avoided() {
        return null;
    }

    @Override
    public void onPlace(Endpoint endpoint) {
        place = endpoint;
    }
}
