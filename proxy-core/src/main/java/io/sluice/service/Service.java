package io.sluice.service;

import io.sluice.config.ServiceConfig;
import java.util.List;

/** A set of interchangeable endpoints and the choice among them. <em>Thread-safe.</em> */
public final class Service {
    private final int index;
    private final ServiceConfig config;
    private final List<Endpoint> endpoints;
    private final Balancer balancer;

    /** Creates it with endpoints of its own. */
    public Service(int index, ServiceConfig config) {
        this(index, config, new EndpointRegistry());
    }

    /**
     * Creates it.
     *
     * @param index     its number, from 0; no other service of the same snapshot has it
     * @param endpoints where those are found that were known before
     */
    public Service(int index, ServiceConfig config, EndpointRegistry endpoints) {
        this.index = index;
        this.config = config;
        this.endpoints = endpoints.of(config);
        this.balancer = Balancer.of(config.policy(), this.endpoints);
    }

    /** Its number, from 0; no other service of the same snapshot has it. */
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
