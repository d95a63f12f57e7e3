package io.sluice.service;

import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfig.Rule;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** A set of interchangeable endpoints and the choice among them. <em>Thread-safe.</em> */
public final class Service {
    private final int index;
    private final ServiceConfig config;
    private final List<Endpoint> endpoints;
    private final Balancing balancing;
    private final Balancer balancer;
    /** Null for a policy that goes by no key. */
    private final HashKey key;
    private final boolean timed;

    /**
     * Creates it.
     *
     * @param index its place among the snapshot's services, from 0
     */
    public Service(int index, ServiceConfig config) {
        this.index = index;
        this.config = config;
        this.endpoints = config.endpoints().stream().map(e -> new Endpoint(e.address(), e.weight())).toList();
        this.balancing = new Balancing(config.policy());
        this.balancer = balancing.of(candidates());
        this.key = config.policy().rule() == Rule.HASH ? HashKey.of(config.policy().key()) : null;
        this.timed = config.policy().rule() == Rule.PEAK_EWMA;
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
     * @param avoid  an endpoint that has just failed, chosen only if there is no other; or null
     * @param head   the request; null for a connection that is only passed on
     * @param client who asks
     * @return null if no endpoint has a weight
     */
    public Endpoint pick(Endpoint avoid, RequestHead head, InetAddress client) {
        return balancer.pick(avoid, key == null ? 0 : key.of(head, client));
    }

    /** Its endpoints with weights and priorities as configured. */
    public List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            candidates.add(new Candidate(endpoints.get(i), endpoints.get(i).weight(), config.endpoints().get(i).priority()));
        }
        return candidates;
    }

    /** Whether its choice goes by what {@link Endpoint#latency} was told. */
    public boolean timed() {
        return timed;
    }
}
