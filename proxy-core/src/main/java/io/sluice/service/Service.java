package io.sluice.service;

import io.sluice.config.ServiceConfig;
import java.util.List;

/** A set of interchangeable endpoints and the choice among them. <em>Thread-safe.</em> */
public final class Service {
    private final int index;
    private final ServiceConfig config;
    private final List<Endpoint> endpoints;
    private final Balancer balancer;
    /** Null where there is none. */
    private final RequestLimit limit;
    /** Null where there is none. */
    private final CircuitBreaker breaker;

    /**
     * Creates it.
     *
     * @param index its place among the snapshot's services, from 0
     */
    public Service(int index, ServiceConfig config) {
        this.index = index;
        this.config = config;
        this.endpoints = config.endpoints().stream().map(e -> new Endpoint(e.address(), e.weight())).toList();
        this.balancer = Balancer.of(config.policy(), endpoints);
        this.limit = config.limits().limited() ? new RequestLimit(config.limits(), this) : null;
        this.breaker = config.breaker() == null ? null : new CircuitBreaker(config.breaker(), System.nanoTime());
    }

    /** Its place among the snapshot's services, from 0. */
    public int index() {
        return index;
    }

    /** Its name. */
    public String name() {
        return config.name();
    }

    /** Its configuration. */
    public ServiceConfig config() {
        return config;
    }

    /** All its endpoints. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /**
     * Chooses an endpoint. Allocates nothing.
     *
     * @param avoid an endpoint that has just failed, chosen only if there is no other; or null
     * @return null if no endpoint has a weight
     */
    public Endpoint pick(Endpoint avoid) {
        return balancer.pick(avoid);
    }

    /**
     * Chooses an endpoint, as {@link #pick}, and counts a request to it: {@link #left} must follow exactly once.
     *
     * @return null also if there is no place for one more request; then it may wait at the {@link #limit}
     */
    public Endpoint enter(Endpoint avoid) {
        if (limit != null) {
            return limit.enter(avoid);
        }
        Endpoint endpoint = balancer.pick(avoid);
        if (endpoint != null) {
            endpoint.begun();
        }
        return endpoint;
    }

    /** Counts the end of a request. */
    public void left(Endpoint endpoint) {
        if (limit == null) {
            endpoint.ended();
        } else {
            limit.left(endpoint);
        }
    }

    /** How many requests it gets at once; null = as many as come. */
    public RequestLimit limit() {
        return limit;
    }

    /** What leaves it alone when too much fails; null = nothing does. */
    public CircuitBreaker breaker() {
        return breaker;
    }
}
