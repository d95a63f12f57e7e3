package io.sluice.telemetry;

import java.util.concurrent.ScheduledExecutorService;

/** All meters of the process, by Micrometer, read by Prometheus. <em>Thread-safe.</em> */
public final class Metrics implements AutoCloseable {

    /** Creates the registry with the process's own meters (CPU, context switches, descriptors, memory). */
    public Metrics() {}

    /** The meters of a (listener, route, service); the same object for the same names. {@code -} where there is none. */
    public ExchangeMeters exchange(String listener, String route, String service) {
        throw new UnsupportedOperationException(listener + route + service);
    }

    /** The meters of a listener; the same object for the same name. */
    public ListenerMeters listener(String name) {
        throw new UnsupportedOperationException(name);
    }

    /** The meters of a service's connections; the same object for the same name. */
    public PoolMeters pool(String service) {
        throw new UnsupportedOperationException(service);
    }

    /** Begins to measure how late an event loop is, from that loop itself. */
    public void watch(String loopName, ScheduledExecutorService loop) {
        throw new UnsupportedOperationException(loopName + loop);
    }

    /** Everything in Prometheus' text format. */
    public String scrape() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
