package io.sluice.service;

import io.sluice.config.ServiceLimitConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The places that a service has for requests, in all and at each endpoint, and the queue of those that wait for one.
 * <em>Thread-safe</em> by a lock, which is held for the choice of an endpoint and nothing longer.
 *
 * <p>A place that becomes free goes to who waits longest, never to who comes just then; who leaves the queue, leaves it at
 * once. So there is somebody in the queue only while all places that a choice finds are taken. Places that become free
 * unseen (requests end that began when there was no limit) are given out at the latest when the next request comes.
 *
 * <p>A service that takes the place of another by a reload goes on with its places, on terms of its own. Who waits at the
 * former one is served first, but holds up nobody at this one if there is no place but at an endpoint only this one has.
 */
public final class RequestLimit {
    /** So many endpoints are looked at for one with a place: the balancer's order, not all that there are. */
    static final int CHOICES_MAX = 32;

    private final ServiceLimitConfig config;
    private final Service service;
    private final Places places;
    /** Guarded by {@code places}. */
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();

    /** What goes on from one configuration to the next. <em>Guarded by itself.</em> */
    private static final class Places {
        /** Those with somebody in their queue; at more than one only while requests wait that began before a reload. */
        private final List<RequestLimit> queues = new ArrayList<>();
        private int active;

        private int waiting() {
            int waiting = 0;
            for (RequestLimit each : queues) {
                waiting += each.waiting.size();
            }
            return waiting;
        }
    }

    /** A place on its way to who waited for it. <em>Immutable.</em> */
    private record Given(Waiter waiter, Endpoint endpoint) implements Runnable {
        @Override
        public void run() {
            waiter.onPlace(endpoint);
        }
    }

    /**
     * Creates it.
     *
     * @param before that of the service whose place this one's takes; null = there is none
     */
    RequestLimit(ServiceLimitConfig config, Service service, RequestLimit before) {
        this.config = config;
        this.service = service;
        this.places = before == null ? new Places() : before.places;
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

    /** Requests that wait, those among them that began before a reload. */
    public int waiting() {
        synchronized (places) {
            return places.waiting();
        }
    }

    /** A place, if nobody waits for one; null = there is none. */
    Endpoint enter(Endpoint avoid, long key) {
        synchronized (places) {
            if (places.queues.isEmpty()) {
                return place(avoid, key);
            }
        }
        admit();
        synchronized (places) {
            return waiting.isEmpty() ? place(avoid, key) : null;
        }
    }

    /** Lets it wait, or gives it a place right away; false = too many wait already. */
    public boolean await(Waiter waiter) {
        Endpoint endpoint;
        synchronized (places) {
            endpoint = waiting.isEmpty() ? place(waiter.avoided(), waiter.key()) : null;
            if (endpoint == null) {
                return places.waiting() < config.queue() && enqueue(waiter);
            }
        }
        // One that became free in between.
        give(new Given(waiter, endpoint));
        return true;
    }

    private boolean enqueue(Waiter waiter) {
        if (waiting.isEmpty()) {
            places.queues.add(this);
        }
        return waiting.add(waiter);
    }

    private void dequeue(Waiter waiter) {
        if (waiting.remove(waiter) && waiting.isEmpty()) {
            places.queues.remove(this);
        }
    }

    /** No longer waits; without effect if it doesn't. */
    public void forget(Waiter waiter) {
        synchronized (places) {
            dequeue(waiter);
        }
        // Who stood behind it may want another endpoint.
        admit();
    }

    /** Gives a place back. */
    void left(Endpoint endpoint) {
        synchronized (places) {
            endpoint.ended();
            places.active--;
            if (places.queues.isEmpty()) {
                return;
            }
        }
        admit();
    }

    /** Gives places that are free to those who wait. */
    void admit() {
        Given next = next();
        while (next != null) {
            give(next);
            next = next();
        }
    }

    private Given next() {
        synchronized (places) {
            for (RequestLimit each : places.queues) {
                Waiter first = each.waiting.getFirst();
                Endpoint endpoint = each.place(first.avoided(), first.key());
                if (endpoint != null) {
                    each.dequeue(first);
                    return new Given(first, endpoint);
                }
            }
            return null;
        }
    }

    private void give(Given place) {
        try {
            place.waiter().loop().execute(place);
        } catch (RejectedExecutionException ended) {
            // Its loop has ended, and who waited with it: the place is for the next one.
            left(place.endpoint());
        }
    }

    private Endpoint place(Endpoint avoid, long key) {
        Endpoint chosen = places.active < config.requests() ? service.pick(avoid, key) : null;
        if (chosen != null && full(chosen)) {
            chosen = another(chosen, avoid, key);
        }
        if (chosen != null) {
            chosen.begun();
            places.active++;
        }
        return chosen;
    }

    /** The policy's next choices; it may go to and fro between two, so behind them whoever has room. */
    private Endpoint another(Endpoint first, Endpoint avoid, long key) {
        int choices = Math.min(CHOICES_MAX, 2 * service.endpoints().size());
        Endpoint chosen = first;
        for (int i = 1; i < choices && chosen != null; i++) {
            chosen = service.pick(chosen, key);
            if (chosen != null && chosen != avoid && !full(chosen)) {
                return chosen;
            }
        }
        return service.search(avoid);
    }

    /** Whether this endpoint has no place. */
    boolean full(Endpoint endpoint) {
        return endpoint.active() >= config.requestsPerEndpoint();
    }
}
