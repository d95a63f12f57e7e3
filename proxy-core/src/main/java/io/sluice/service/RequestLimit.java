package io.sluice.service;

import io.sluice.config.ServiceLimitConfig;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * The places that a service has for requests, in all and at each endpoint, and the queue of those that wait for one.
 * <em>Thread-safe</em> by a lock, which is held for the choice of an endpoint and nothing longer.
 *
 * <p>A place that becomes free goes to who waits longest, never to who comes just then; who leaves the queue, leaves it at
 * once. So there is somebody in the queue only while all places that a choice finds are taken.
 */
public final class RequestLimit {
    /** So many endpoints are looked at for one with a place: the balancer's order, not all that there are. */
    private static final int CHOICES_MAX = 32;

    private final ServiceLimitConfig config;
    private final Service service;
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private int active;

    RequestLimit(ServiceLimitConfig config, Service service) {
        this.config = config;
        this.service = service;
    }

    /** Who waits for a place. */
    public interface Waiter {
        /** What it wants to be told by. */
        Executor loop();

        /** An endpoint that has just failed it; or null. */
        Endpoint avoided();

        /** What the service's balancer goes by; see {@link Service#key}. */
        long key();

        /** There is a place for it, at this endpoint, counted already: run by its loop. */
        void onPlace(Endpoint endpoint);
    }

    /** How long a request may wait. */
    public long queueNanos() {
        return config.queueTime().toNanos();
    }

    /** Requests that wait. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** A place, if nobody waits for one; null = there is none. */
    synchronized Endpoint enter(Endpoint avoid, long key) {
        return waiting.isEmpty() ? place(avoid, key) : null;
    }

    /** Lets it wait, or gives it a place right away; false = too many wait already. */
    public synchronized boolean await(Waiter waiter) {
        Endpoint endpoint = enter(waiter.avoided(), waiter.key());
        if (endpoint != null) {
            // One that became free in between.
            waiter.loop().execute(() -> waiter.onPlace(endpoint));
            return true;
        }
        if (waiting.size() >= config.queue()) {
            return false;
        }
        waiting.addLast(waiter);
        return true;
    }

    /** No longer waits; without effect if it doesn't. */
    public synchronized void forget(Waiter waiter) {
        waiting.remove(waiter);
    }

    /** Gives a place back. */
    synchronized void left(Endpoint endpoint) {
        endpoint.ended();
        active--;
        while (!waiting.isEmpty()) {
            Waiter first = waiting.getFirst();
            Endpoint free = place(first.avoided(), first.key());
            if (free == null) {
                return;
            }
            waiting.removeFirst();
            first.loop().execute(() -> first.onPlace(free));
        }
    }

    private Endpoint place(Endpoint avoid, long key) {
        if (active >= config.requests()) {
            return null;
        }
        Endpoint chosen = service.pick(avoid, key);
        int choices = Math.min(CHOICES_MAX, 2 * service.endpoints().size());
        for (int i = 1; i < choices && full(chosen); i++) {
            chosen = service.pick(chosen, key);
        }
        if (chosen == null || full(chosen)) {
            return null;
        }
        chosen.begun();
        active++;
        return chosen;
    }

    private boolean full(Endpoint endpoint) {
        return endpoint != null && endpoint.active() >= config.requestsPerEndpoint();
    }
}
