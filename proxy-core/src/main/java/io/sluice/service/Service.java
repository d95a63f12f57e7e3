package io.sluice.service;

import io.sluice.config.ServiceConfig;
import java.util.List;

/** A set of interchangeable endpoints and the choice among them. <em>Thread-safe.</em> */
public final class Service {
    private final int index;
    private final ServiceConfig config;
    private final List<Endpoint> endpoints;
    private final Balancer balancer;

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
}
