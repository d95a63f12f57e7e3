package io.sluice.service;

import io.sluice.config.BreakerConfig;
import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfig.Rule;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.telemetry.DnsMeters;
import io.sluice.telemetry.HealthMeters;
import io.sluice.telemetry.StickyMeters;
import io.sluice.tls.BackendTls;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A set of interchangeable endpoints and the choice among those that are fit for it. <em>Thread-safe.</em>
 *
 * <p>Who may be chosen is worked out whenever that changes, and put in force by one volatile write: a request reads it and
 * nothing else.
 */
public final class Service {
    private final int index;
    private final ServiceConfig config;
    private volatile Roster roster;
    private final List<EndpointName> names;
    private final Availability availability;
    private final Balancing balancing;
    /** Null for a policy that goes by no key. */
    private final HashKey key;
    private final boolean timed;
    /** Null where clients keep no endpoint. */
    private volatile StickyCookie sticky;
    /** Null where there is none. */
    private final RequestLimit limit;
    /** Null where there is none. */
    private final CircuitBreaker breaker;
    /** The same. */
    private final BackendTls tls;
    private volatile Choice choice;

    /**
     * Who chooses, and whether among all because none is fit. <em>Immutable.</em>
     *
     * @param first those of the lowest priority
     */
    private record Choice(Balancer balancer, List<Endpoint> first, boolean failingOpen) {}

    /** Creates it with endpoints of its own. */
    public Service(int index, ServiceConfig config) {
        this(index, config, new EndpointRegistry(), null);
    }

    /**
     * Creates it.
     *
     * @param index     its number, from 0; no other service of the same snapshot has it
     * @param endpoints where those are found that were known before
     * @param before    the service whose place it takes, and whose requests and failures go on to count; null = none
     */
    public Service(int index, ServiceConfig config, EndpointRegistry endpoints, Service before) {
        this(index, config, endpoints.of(config), endpoints.names(config), System::nanoTime, before);
    }

    /**
     * Creates it over these endpoints.
     *
     * @param roster   the endpoints
     * @param names    by which some of them are found
     * @param nanoTime the clock of ejections and slow starts, always the same for the same endpoints
     * @param before   as above
     */
    Service(int index, ServiceConfig config, Roster roster, List<EndpointName> names, LongSupplier nanoTime, Service before) {
        this.index = index;
        this.config = config;
        this.roster = roster;
        this.names = names;
        this.balancing = new Balancing(config.policy());
        this.key = config.policy().rule() == Rule.HASH ? HashKey.of(config.policy().key()) : null;
        this.timed = config.policy().rule() == Rule.PEAK_EWMA;
        this.sticky = StickyCookie.of(config, roster.endpoints(), new StickyMeters(config.name()));
        this.limit = config.limits().limited()
                ? new RequestLimit(config.limits(), this, before == null ? null : before.limit) : null;
        this.breaker = breaker(config.breaker(), before);
        this.tls = tls(config, before);
        this.availability = new Availability(config, roster, nanoTime, this::use);
        availability.rebuild();
    }

    private static CircuitBreaker breaker(BreakerConfig config, Service before) {
        if (before != null && Objects.equals(config, before.config.breaker())) {
            return before.breaker;
        }
        return config == null ? null : new CircuitBreaker(config, System.nanoTime());
    }

    private static BackendTls tls(ServiceConfig config, Service before) {
        if (before != null && Objects.equals(config.tls(), before.config.tls())
                && config.protocol() == before.config.protocol()) {
            return before.tls;
        }
        return config.tls() == null ? null : BackendTls.of(config.tls(), config.protocol());
    }

    private void use(Usable usable) {
        List<Candidate> candidates = usable.candidates();
        int lowest = candidates.stream().mapToInt(Candidate::priority).min().orElse(0);
        choice = new Choice(
                balancing.of(candidates),
                candidates.stream().filter(it -> it.priority() == lowest).map(Candidate::endpoint).toList(),
                usable.failingOpen());
        if (limit != null) {
            // One that came back has places.
            limit.admit();
        }
    }

    /** Its number, from 0; no other service of the same snapshot has it. */
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

    /** All its endpoints of the moment: where it is configured by names, these may change at any time. */
    public List<Endpoint> endpoints() {
        return roster.endpoints();
    }

    /** The same with their terms. */
    Roster roster() {
        return roster;
    }

    /** Its names, in the order of the configuration. */
    List<EndpointName> endpointNames() {
        return names;
    }

    /** What is known of its names, in the order of the configuration. */
    public List<NameView> names() {
        return names.stream().map(EndpointName::view).toList();
    }

    List<DnsMeters.Row> nameRows() {
        return names.stream().map(EndpointName::row).toList();
    }

    /** Whether there is nobody to ask because none of its names was ever resolved. */
    public boolean unresolved() {
        return roster.entries().isEmpty();
    }

    /** Why {@link #pick} finds nobody. */
    public ProxyError nobody() {
        return unresolved() ? ProxyError.NAME_NOT_RESOLVED : ProxyError.NO_ENDPOINT;
    }

    /** Whether it is one of its endpoints of the moment. */
    public boolean has(Endpoint endpoint) {
        return roster.has(endpoint);
    }

    /**
     * Takes the endpoints that its names stand for now. Those that stay notice nothing; requests to those that go end
     * undisturbed.
     *
     * @return whether they, or their terms, are others than before
     */
    boolean adopt(EndpointRegistry endpoints) {
        if (names.isEmpty()) {
            return false;
        }
        synchronized (availability) {
            Roster before = roster;
            Roster after = endpoints.of(config);
            if (after.same(before)) {
                return false;
            }
            roster = after;
            sticky = sticky == null ? null : StickyCookie.of(config, after.endpoints(), sticky.meters());
            availability.adopt(after);
            endpoints.replaced(name(), before, after);
            return true;
        }
    }

    /**
     * Chooses an endpoint among those that are fit; among all that are not drained if none is. Allocates nothing.
     *
     * @param avoid an endpoint that has just failed, chosen only if there is no other; or null
     * @param key   see {@link #key}
     * @return null if no endpoint has a weight, or all are drained
     */
    public Endpoint pick(Endpoint avoid, long key) {
        Choice now = choice;
        if (now.failingOpen) {
            availability.meters().failedOpen();
        }
        return now.balancer.pick(avoid, key);
    }

    /**
     * One with a place at its {@link #limit}, among {@value RequestLimit#CHOICES_MAX} of the first ones, beginning anywhere.
     *
     * @param avoid as for {@link #pick}
     * @return null if there is none
     */
    Endpoint search(Endpoint avoid) {
        List<Endpoint> first = choice.first;
        int start = ThreadLocalRandom.current().nextInt(Math.max(1, first.size()));
        boolean avoided = false;
        for (int i = 0; i < Math.min(first.size(), RequestLimit.CHOICES_MAX); i++) {
            Endpoint endpoint = first.get((start + i) % first.size());
            if (endpoint == avoid) {
                avoided = true;
            } else if (!limit.full(endpoint)) {
                return endpoint;
            }
        }
        return avoided && !limit.full(avoid) ? avoid : null;
    }

    /**
     * What of a request its choice goes by; 0 where it goes by nothing.
     *
     * @param head   the request; null for a connection that is only passed on
     * @param client who asks
     */
    public long key(RequestHead head, InetAddress client) {
        return key == null ? 0 : key.of(head, client);
    }

    /**
     * Its snapshot comes into force: what is learned of its endpoints from now on is counted here, ejections end and slow
     * starts go on by themselves. A second call replaces meters and alarm.
     */
    public void begin(HealthMeters meters, Alarm alarm) {
        availability.begin(meters, alarm);
    }

    /** Says who is told of an endpoint that is drained, when it gets no new requests any more; a second call replaces it. */
    public void onDrained(Consumer<Endpoint> told) {
        availability.onDrained(told);
    }

    /** An endpoint sent the head of a final response. Allocates nothing, unless that is a failure. */
    public void answered(Endpoint endpoint, int status) {
        availability.answered(endpoint, status);
    }

    /** An attempt at an endpoint failed; whether that speaks against the endpoint is decided here. */
    public void failed(Endpoint endpoint, ProxyError why) {
        availability.failed(endpoint, why);
    }

    /** An endpoint was checked; only while the configuration has a check. */
    public void checked(Endpoint endpoint, Verdict verdict) {
        availability.checked(endpoint, verdict);
    }

    /** Gives an endpoint no new requests, those in flight go on. Without effect if it is so already. */
    public void drain(Endpoint endpoint) {
        availability.drained(endpoint, true);
    }

    /** Ends {@link #drain}. Without effect if it is not drained. */
    public void undrain(Endpoint endpoint) {
        availability.drained(endpoint, false);
    }

    /**
     * Gives an endpoint another weight than the configured one, through reloads, until told otherwise.
     *
     * @param weight 0 to 1000; 0 = no new requests
     */
    public void weight(Endpoint endpoint, int weight) {
        if (weight < 0 || weight > 1000) {
            throw new IllegalArgumentException("found weight " + weight + "; expected 0 to 1000");
        }
        availability.weight(endpoint, weight);
    }

    /** Ends {@link #weight}: the configured one is in force again. */
    public void configuredWeight(Endpoint endpoint) {
        availability.weight(endpoint, -1);
    }

    /** What is known of all endpoints now, in the order of the configuration. */
    public List<EndpointView> view() {
        return availability.view();
    }

    /** What is known of an endpoint now. */
    public EndpointView view(Endpoint endpoint) {
        return availability.view(endpoint);
    }

    /** Whether its choice goes by what {@link Endpoint#latency} was told. */
    public boolean timed() {
        return timed;
    }

    /** What keeps clients at their endpoint; null = nothing does. */
    public StickyCookie sticky() {
        return sticky;
    }

    /**
     * The endpoint that a client has already, if that one may go on with it; else one chosen as by {@link #pick}.
     *
     * @param wanted see {@link Session#wanted}; null = any
     */
    public Endpoint pick(Endpoint avoid, long key, Endpoint wanted) {
        if (wanted == null || !keeps(wanted)) {
            return pick(avoid, key);
        }
        if (choice.failingOpen) {
            availability.meters().failedOpen();
        }
        return wanted;
    }

    /**
     * Whether an endpoint may go on with the clients it has: also while it is drained, or has no weight; and where nobody is
     * well, unless it is drained.
     */
    boolean keeps(Endpoint endpoint) {
        EndpointHealth health = endpoint.health();
        return health.well() || choice.failingOpen && !health.drained();
    }

    /** The same for who has no endpoint yet. */
    public Endpoint enter(Endpoint avoid, long key) {
        return enter(avoid, key, null);
    }

    /**
     * Chooses an endpoint, as {@link #pick}, and counts a request to it: {@link #left} must follow exactly once.
     *
     * @param wanted the one its client has already; null = any
     * @return null also if there is no place for one more request; then it may wait at the {@link #limit}
     */
    public Endpoint enter(Endpoint avoid, long key, Endpoint wanted) {
        if (limit != null) {
            return limit.enter(avoid, key, wanted);
        }
        Endpoint endpoint = pick(avoid, key, wanted);
        if (endpoint != null) {
            endpoint.begun();
        }
        return endpoint;
    }

    /** Counts the end of a request. */
    public void left(Endpoint endpoint) {
        if (limit == null) {
            endpoint.ended();
        } else {
            limit.left(endpoint);
        }
    }

    /** How many requests it gets at once; null = as many as come. */
    public RequestLimit limit() {
        return limit;
    }

    /** What leaves it alone when too much fails; null = nothing does. */
    public CircuitBreaker breaker() {
        return breaker;
    }

    /** How its endpoints are spoken to; null = in clear. */
    public BackendTls tls() {
        return tls;
    }
}
