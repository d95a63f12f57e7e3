package io.sluice.service;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig.Protocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address that answers, with what is counted about it in all event loops together. <em>Thread-safe.</em>
 */
public final class Endpoint {
    private static final int MISMATCHES_MAX = 3;

    private final HostPort configured;
    private final HostPort named;
    private final InetSocketAddress address;
    private final String text;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger mismatches = new AtomicInteger();
    private final EndpointHealth health = new EndpointHealth();
    private final Latency latency = new Latency();
    private final IdleTime idleTime = new IdleTime();
    private volatile Protocol chosen;

    /** Creates one that is configured by its address. */
    public Endpoint(HostPort configured) {
        this(configured, configured);
    }

    /**
     * Creates one that was found by a name.
     *
     * @param configured a literal address
     * @param named      the same as the name says it
     */
    Endpoint(HostPort configured, HostPort named) {
        this.configured = configured;
        this.named = named;
        this.address = new InetSocketAddress(InetAddress.ofLiteral(configured.host()), configured.port());
        this.text = configured.toString();
    }

    /** The host and port by which it was found: what it may know itself by. Its address, if it was configured by that. */
    public HostPort named() {
        return named;
    }

    /** Its address, as configured or found. */
    public HostPort configured() {
        return configured;
    }

    /** Where to connect. */
    public InetSocketAddress address() {
        return address;
    }

    /** The address as text, for logs and metrics. */
    public String text() {
        return text;
    }

    /** What is known of its fitness. */
    EndpointHealth health() {
        return health;
    }

    /** Whether an operator wants it to get no new requests. */
    public boolean drained() {
        return health.drained();
    }

    /** Requests in flight to it. */
    public int active() {
        return active.get();
    }

    /** Counts a request that goes to it; {@link #ended} must follow exactly once. */
    public void begun() {
        active.incrementAndGet();
    }

    /** Counts the end of a request that went to it. */
    public void ended() {
        active.decrementAndGet();
    }

    /** How long it takes to answer; told only where a service is {@link Service#timed}. */
    public Latency latency() {
        return latency;
    }

    /** Connections to it, open or being opened. */
    public int connections() {
        return connections.get();
    }

    /**
     * Takes one of {@code max} connections.
     *
     * @return false if all are taken; true obliges to {@link #disconnected} exactly once
     */
    public boolean connecting(int max) {
        if (max == Integer.MAX_VALUE) {
            connections.incrementAndGet();
            return true;
        }
        int now;
        do {
            now = connections.get();
            if (now >= max) {
                return false;
            }
        } while (!connections.compareAndSet(now, now + 1));
        return true;
    }

    /** Gives a connection back. */
    public void disconnected() {
        connections.decrementAndGet();
    }

    /** How long its backend keeps idle connections, as far as that is learned. */
    public IdleTime idleTime() {
        return idleTime;
    }

    /** What it chose for the connection opened last whose protocol was left to it; null = there was none. */
    public Protocol chosen() {
        return chosen;
    }

    /** Notes what it chose; it may change its mind. */
    public void chose(Protocol protocol) {
        if (chosen != protocol) {
            chosen = protocol;
        }
    }

    /** Whether bodies from and to it may cross inside the kernel: not after too many that lost bytes there. */
    public boolean splices() {
        return mismatches.get() < MISMATCHES_MAX;
    }

    /** Counts a spliced body whose bytes did not add up; returns whether it is the one that ends {@link #splices}. */
    public boolean mismatched() {
        return mismatches.incrementAndGet() == MISMATCHES_MAX;
    }

    @Override
    public String toString() {
        return text;
    }
}
