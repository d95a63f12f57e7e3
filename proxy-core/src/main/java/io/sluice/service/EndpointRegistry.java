package io.sluice.service;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfig.EndpointConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The endpoints of the process, so that one that a reload keeps stays the same object with all that was counted and learnt
 * about it: same service name and same configured address, same endpoint. With them the names by which others are found, and
 * what these stand for. <em>Thread-safe.</em>
 */
public final class EndpointRegistry {
    /** What makes an endpoint the same: {@code named} is its address where it has no name. <em>Immutable.</em> */
    private record Key(String service, HostPort named, HostPort address) {
        private static Key of(String service, Endpoint endpoint) {
            return new Key(service, endpoint.named(), endpoint.configured());
        }
    }

    /** What makes a name the same. <em>Immutable.</em> */
    private record NameKey(String service, String written) {}

    private final Map<Key, Endpoint> endpoints = new HashMap<>();
    private final Map<NameKey, EndpointName> names = new HashMap<>();
    /** Those that a name no longer stands for, and that were in use when that was found. */
    private final Set<Key> left = new HashSet<>();

    /**
     * A service's endpoints in the order configured, a name's in the place of the name, each address once: known ones, and
     * new ones.
     */
    synchronized Roster of(ServiceConfig service) {
        Map<HostPort, Roster.Entry> entries = new LinkedHashMap<>();
        for (EndpointConfig config : service.endpoints()) {
            if (!config.named()) {
                Key key = new Key(service.name(), config.address(), config.address());
                entries.computeIfAbsent(config.address(), _ ->
                        new Roster.Entry(endpoint(key), config.weight(), config.priority()));
                continue;
            }
            for (EndpointName.Found found : name(service.name(), config).found()) {
                Key key = new Key(service.name(), found.named(), found.address());
                entries.computeIfAbsent(found.address(), _ -> new Roster.Entry(
                        endpoint(key),
                        found.weight() < 0 ? config.weight() : found.weight(),
                        config.priority() + found.rank()));
            }
        }
        return new Roster(List.copyOf(entries.values()));
    }

    private Endpoint endpoint(Key key) {
        left.remove(key);
        return endpoints.computeIfAbsent(key, unknown -> new Endpoint(unknown.address(), unknown.named()));
    }

    private EndpointName name(String service, EndpointConfig config) {
        return names.computeIfAbsent(new NameKey(service, config.written()), _ -> new EndpointName(config));
    }

    /** The names among a service's endpoints, in the order configured. */
    synchronized List<EndpointName> names(ServiceConfig service) {
        return service.endpoints().stream()
                .filter(EndpointConfig::named)
                .map(it -> name(service.name(), it))
                .toList();
    }

    /** Forgets those of a service that its names no longer stand for, as soon as nobody uses them. */
    synchronized void replaced(String service, Roster before, Roster after) {
        before.endpoints().stream().filter(it -> !after.has(it)).map(it -> Key.of(service, it)).forEach(left::add);
        left.removeIf(key -> {
            boolean gone = !endpoints.containsKey(key) || quiet(endpoints.get(key));
            if (gone) {
                endpoints.remove(key);
            }
            return gone;
        });
    }

    /**
     * Forgets what these services, those in force, don't have. One that is still in use is kept until a later call, so that
     * a service which comes back soon finds its counts.
     */
    public synchronized void retain(Iterable<Service> services) {
        Set<Key> wanted = new HashSet<>();
        Set<NameKey> named = new HashSet<>();
        for (Service service : services) {
            service.endpoints().forEach(endpoint -> wanted.add(Key.of(service.name(), endpoint)));
            service.config().endpoints().forEach(config -> named.add(new NameKey(service.name(), config.written())));
        }
        endpoints.entrySet().removeIf(entry -> !wanted.contains(entry.getKey()) && quiet(entry.getValue()));
        names.keySet().retainAll(named);
    }

    private static boolean quiet(Endpoint endpoint) {
        return endpoint.active() == 0 && endpoint.connections() == 0;
    }

    /** How many it knows. */
    public synchronized int size() {
        return endpoints.size();
    }
}
