package io.sluice.service;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig;
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

    /** A service's endpoints in the order configured: known ones, and new ones. */
    synchronized List<Endpoint> of(ServiceConfig service) {
        return service.endpoints().stream()
                .map(it -> new Key(service.name(), it.address()))
                .map(key -> endpoints.computeIfAbsent(key, unknown -> new Endpoint(unknown.address())))
                .toList();
    }

    /**
     * Forgets what these services, those in force, don't have. One that is still in use is kept until a later call, so that
     * a service which comes back soon finds its counts.
     */
    public synchronized void retain(Iterable<Service> services) {
        Set<Key> wanted = new HashSet<>();
        for (Service service : services) {
            service.endpoints().forEach(endpoint -> wanted.add(new Key(service.name(), endpoint.configured())));
        }
        endpoints.entrySet().removeIf(entry -> !wanted.contains(entry.getKey()) && quiet(entry.getValue()));
    }

    private static boolean quiet(Endpoint endpoint) {
        return endpoint.active() == 0 && endpoint.connections() == 0;
    }

    /** How many it knows. */
    public synchronized int size() {
        return endpoints.size();
    }
}
