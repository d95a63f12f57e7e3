package io.sluice.route;

import io.sluice.service.Service;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A choice among services by weight, at random for each request. <em>Immutable</em>, so any thread may ask.
 *
 * <p>Random and not in turn: a turn would be state that all event loops write, and it would beat in step with the turns
 * of the balancers behind it and with clients that send requests in pairs, so that one kind of request always met the same
 * service.
 */
public final class ServiceSplit {
    private final Service[] services;
    private final int[] weightsUpTo;

    /** A split with one target. */
    public ServiceSplit(Service only) {
        this(List.of(new Share(only, 1)));
    }

    /**
     * A split.
     *
     * @throws IllegalArgumentException if no share has a weight
     */
    public ServiceSplit(List<Share> shares) {
        List<Share> weighted = shares.stream().filter(share -> share.weight > 0).toList();
        if (weighted.isEmpty()) {
            throw new IllegalArgumentException("services: found no weight above 0; expected at least one");
        }
        this.services = weighted.stream().map(Share::service).toArray(Service[]::new);
        this.weightsUpTo = new int[services.length];
        int sum = 0;
        for (int i = 0; i < services.length; i++) {
            sum += weighted.get(i).weight;
            weightsUpTo[i] = sum;
        }
    }

    /**
     * One target.
     *
     * @param weight 0 to 1000; 0 = never chosen
     */
    public record Share(Service service, int weight) {}

    /** All services it may choose. */
    public List<Service> services() {
        return List.of(services);
    }

    /** Chooses a service. Allocates nothing. */
    public Service pick() {
        if (services.length == 1) {
            return services[0];
        }
        int point = ThreadLocalRandom.current().nextInt(weightsUpTo[weightsUpTo.length - 1]);
        int i = 0;
        while (point >= weightsUpTo[i]) {
            i++;
        }
        return services[i];
    }
}
