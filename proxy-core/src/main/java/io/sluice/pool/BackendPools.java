package io.sluice.pool;

import io.sluice.config.ServiceConfig.ProxyProtocol;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.telemetry.Metrics;
import io.sluice.transport.DeadlineWheel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.Set;

/** All pools of one event loop, by endpoint. <em>Loop-confined.</em> */
public final class BackendPools {
    private final Connector connector;
    private final SharedConnector shared;
    private final DeadlineWheel wheel;
    private final Metrics metrics;
    private final int loops;
    private final Map<Endpoint, StreamPool> pools = new IdentityHashMap<>();
    /** Those of the configuration in force; null before the first reload. */
    private Set<Service> inForce;
    private boolean retired;

    /**
     * Creates it, empty.
     *
     * @param connector opens connections that carry one request at a time
     * @param shared    opens connections that carry many
     * @param loops     the number of event loops that share each service's limits
     */
    public BackendPools(
            Connector connector, SharedConnector shared, DeadlineWheel wheel, Metrics metrics, int loops) {
        this.connector = connector;
        this.shared = shared;
        this.wheel = wheel;
        this.metrics = metrics;
        this.loops = loops;
    }

    /** The pool of an endpoint, made on first use. */
    public StreamPool of(Service service, Endpoint endpoint) {
        StreamPool known = pools.get(endpoint);
        if (known != null && known.serves(service)) {
            return known;
        }
        // An exchange that ends on an older configuration, or at an address that its name no longer stands for, gets what it needs, and nothing of it is kept.
        boolean kept = known == null && (inForce == null || inForce.contains(service)) && service.has(endpoint);
        // What began with a client's address is that client's alone, and nobody's when its exchange has ended.
        boolean reusable = kept && !retired && service.config().proxyProtocol() == ProxyProtocol.OFF;
        int idle = reusable ? service.config().pool().idlePerEndpoint() : 0;
        int share = (idle + loops - 1) / loops;
        StreamPool pool = service.config().protocol().shared()
                ? new SharedPool(service, endpoint, this, share) : new EndpointPool(service, endpoint, this, share);
        if (kept) {
            pools.put(endpoint, pool);
        }
        return pool;
    }

    /** Tells of every endpoint that has a pool how many idle connections are in it. */
    public void idle(ObjIntConsumer<Endpoint> to) {
        pools.forEach((endpoint, pool) -> to.accept(endpoint, pool.idle()));
    }

    /**
     * Goes on with these services alone: the pools of endpoints that none of them has, or that one has on other terms, close
     * what is idle now, and the rest when it comes back.
     */
    public void retain(Collection<Service> services) {
        Map<Endpoint, Service> users = new IdentityHashMap<>();
        for (Service service : services) {
            service.endpoints().forEach(endpoint -> users.put(endpoint, service));
        }
        for (StreamPool pool : new ArrayList<>(pools.values())) {
            Service user = users.get(pool.endpoint());
            if (user == null || !pool.adopt(user)) {
                pools.remove(pool.endpoint());
                pool.retire();
            }
        }
        inForce = Collections.newSetFromMap(new IdentityHashMap<>());
        inForce.addAll(services);
    }

    /** Closes what is idle of an endpoint's, which is going to get fewer requests or none. */
    public void closeIdle(Endpoint endpoint) {
        StreamPool pool = pools.get(endpoint);
        if (pool != null) {
            pool.closeIdle();
        }
    }

    Connector connector() {
        return connector;
    }

    SharedConnector shared() {
        return shared;
    }

    DeadlineWheel wheel() {
        return wheel;
    }

    Metrics metrics() {
        return metrics;
    }

    /** Closes all idle connections, and keeps none from now on. */
    public void retire() {
        retired = true;
        for (StreamPool pool : new ArrayList<>(pools.values())) {
            pool.retire();
        }
    }
}
