package io.sluice.exchange;

import io.sluice.config.ServiceConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.service.EndpointRegistry;
import io.sluice.service.Service;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The services of one snapshot. One whose configuration is as before is the same object under the same number, so that its
 * balancer and all that hangs from it go on; the others get numbers that are free. <em>Immutable.</em>
 *
 * @param byName       in the order of the configuration
 * @param retryBudgets by the service's number; one that has changed goes on with the budget of its name
 */
record ServiceSet(Map<String, Service> byName, RetryBudget[] retryBudgets) {

    /**
     * Makes those of a configuration.
     *
     * @param before null = there was none
     */
    static ServiceSet of(SluiceConfig config, EndpointRegistry endpoints, Snapshot before) {
        Map<String, Service> known = new LinkedHashMap<>();
        if (before != null) {
            before.services().forEach(service -> known.put(service.name(), service));
        }
        BitSet taken = new BitSet();
        for (ServiceConfig service : config.services().values()) {
            Service same = known.get(service.name());
            if (same != null && same.config().equals(service)) {
                taken.set(same.index());
            }
        }
        Map<String, Service> byName = new LinkedHashMap<>();
        for (ServiceConfig service : config.services().values()) {
            Service same = known.get(service.name());
            if (same == null || !same.config().equals(service)) {
                int free = taken.nextClearBit(0);
                taken.set(free);
                same = new Service(free, service, endpoints, same);
            }
            byName.put(service.name(), same);
        }
        RetryBudget[] budgets = new RetryBudget[taken.length()];
        for (Service service : byName.values()) {
            Service earlier = known.get(service.name());
            budgets[service.index()] = earlier == null ? new RetryBudget() : before.retryBudget(earlier);
        }
        return new ServiceSet(byName, budgets);
    }

    List<Service> all() {
        return List.copyOf(byName.values());
    }

    Service named(String name) {
        return byName.get(name);
    }
}
