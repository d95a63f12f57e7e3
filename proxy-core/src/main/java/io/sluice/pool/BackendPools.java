package io.sluice.pool;

import io.sluice.config.ServiceConfig.ProxyProtocol;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.telemetry.Metrics;
import io.sluice.transport.DeadlineWheel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/** All pools of one event loop, by endpoint. <em>Loop-confined.</em> */
public final class BackendPools {
    private final Connector connector;
    private final DeadlineWheel wheel;
    private final Metrics metrics;
    private final int loops;
    private final Map<Endpoint, EndpointPool> pools = new IdentityHashMap<>();
    private boolean retired;

    /**
     * Creates it, empty.
     *
     * @param loops the number of event loops that share each service's limits
     */
    public BackendPools(Connector connector, DeadlineWheel wheel, Metrics metrics, int loops) {
        this.connector = connector;
        this.wheel = wheel;
        this.metrics = metrics;
        this.loops = loops;
    }

    /** The pool of an endpoint, made on first use. */
    public EndpointPool of(Service service, Endpoint endpoint) {
        EndpointPool pool = pools.get(endpoint);
        if (pool == null) {
            // What began with a client's address is that client's alone, and nobody's when its exchange has ended.
            boolean kept = !retired && service.config().proxyProtocol() == ProxyProtocol.OFF;
            int idle = kept ? service.config().pool().idlePerEndpoint() : 0;
            pool = new EndpointPool(service, endpoint, this, (idle + loops - 1) / loops);
            pools.put(endpoint, pool);
        }
        return pool;
    }

    /** Tells of every endpoint that has a pool how many idle connections are in it. */
    public void idle(ObjIntConsumer<Endpoint> to) {
        pools.forEach((endpoint, pool) -> to.accept(endpoint, pool.idle()));
    }

    Connector connector() {
        return connector;
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
        for (EndpointPool pool : new ArrayList<>(pools.values())) {
            pool.retire();
        }
    }
}
