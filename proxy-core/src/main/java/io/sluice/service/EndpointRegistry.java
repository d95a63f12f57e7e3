package io.sluice.service;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfig.EndpointConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The endpoints of the process, so that one that a reload keeps stays the same object with all that was counted and learnt
 * about it: same service name and same configured address, same endpoint. <em>Thread-safe.</em>
 */
public final class EndpointRegistry {
    /** What makes an endpoint the same. <em>Immutable.</em> */
    private record Key(String service, HostPort address) {}

    private final Map<Key, Endpoint> endpoints = new HashMap<>();

    /** A service's endpoints in the order configured: known ones, with the weight they have now, and new ones. */
    synchronized List<Endpoint> of(ServiceConfig service) {
        return service.endpoints().stream().map(endpoint -> of(service.name(), endpoint)).toList();
    }

    private Endpoint of(String service, EndpointConfig config) {
        Endpoint endpoint = endpoints.computeIfAbsent(
                new Key(service, config.address()), key -> new Endpoint(key.address(), config.weight()));
        endpoint.weight(config.weight());
        return endpoint;
    }

    /**
     * Forgets what these services don't have. One that is still in use is kept until a later call, so that a service which
     * comes back soon finds its counts.
     */
    public synchronized void retain(Iterable<Service> services) {
        Set<Key> wanted = new HashSet<>();
        for (Service service : services) {
            service.endpoints().forEach(endpoint -> wanted.add(new Key(service.name(), endpoint.configured())));
        }
        endpoints.entrySet().removeIf(entry -> !wanted.contains(entry.getKey()) && quiet(entry.getValue()));
    }

    /** Forgets what was asked for on behalf of services that were never put in force beside these. */
    public synchronized void restore(Iterable<Service> services) {
        services.forEach(service -> of(service.config()));
        retain(services);
    }

    private static boolean quiet(Endpoint endpoint) {
        return endpoint.active() == 0 && endpoint.connections() == 0;
    }

    /** How many it knows. */
    public synchronized int size() {
        return endpoints.size();
    }
}
