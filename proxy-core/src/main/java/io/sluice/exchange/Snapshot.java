package io.sluice.exchange;

import io.sluice.config.ListenerConfig;
import io.sluice.config.ListenerConfig.Protocol;
import io.sluice.config.SluiceConfig;
import io.sluice.filter.Forwarding;
import io.sluice.filter.Hsts;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.Peer;
import io.sluice.http.RequestHead;
import io.sluice.route.Action;
import io.sluice.route.ChallengeAnswers;
import io.sluice.route.Deadlines;
import io.sluice.route.Route;
import io.sluice.route.Router;
import io.sluice.service.EndpointRegistry;
import io.sluice.service.Service;
import io.sluice.telemetry.CompressionMeters;
import io.sluice.telemetry.ExchangeMeters;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.OverloadMeters;
import io.sluice.tracing.Tracing;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Everything that configuration decides, compiled; an exchange ends on the one it began with. <em>Immutable.</em> */
public final class Snapshot {
    private final SluiceConfig config;
    private final List<Service> services;
    private final Router router;
    /** The same for the life of the process: an order goes on while configurations change. */
    private final ChallengeAnswers challenges;
    private final Forwarding forwarding;
    /** Null = nothing is traced. */
    private final Tracing tracing;
    private final HeadLimits requestLimits;
    private final HeadLimits responseLimits;
    private final HeadParser requestParser;
    private final Deadlines deadlines;
    /** By listener; null where requests are routes'. */
    private final Route[] away;
    /** By listener; null where backends' is passed on. */
    private final Hsts[] hsts;
    /** Null where no route compresses. */
    private final CompressionMeters compression;
    /** By service. */
    private final RetryBudget[] retryBudgets;
    /** By service; null where it has neither a queue nor a breaker. */
    private final OverloadMeters[] overload;
    /** By listener, then route, then service (0 = none, else its index + 1); numbers that nobody has are null. */
    private final ExchangeMeters[][][] meters;
    /** By listener; null for one that speaks HTTP. */
    private final TcpTarget[] tcp;

    private Snapshot(
            SluiceConfig config, int[] listenerIndexes, ServiceSet services, Router router, ChallengeAnswers challenges,
            Metrics metrics) {
        this.config = config;
        this.services = services.all();
        this.router = router;
        this.challenges = challenges;
        this.forwarding = new Forwarding(config.trustedProxies());
        this.tracing = Tracing.of(config.tracing());
        this.requestLimits = new HeadLimits(
                config.limits().requestHead(), config.limits().requestLine(), config.limits().headers());
        this.requestParser = new HeadParser(requestLimits);
        this.responseLimits = new HeadLimits(
                config.limits().responseHead(), config.limits().responseHead(), config.limits().headers());
        this.retryBudgets = services.retryBudgets();
        this.overload = new OverloadMeters[retryBudgets.length];
        for (Service service : this.services) {
            boolean watched = service.limit() != null || service.breaker() != null;
            overload[service.index()] = watched ? metrics.overload(service.name()) : null;
            if (service.sticky() != null) {
                service.sticky().meters(metrics.sticky(service.name()));
            }
        }
        this.deadlines = Deadlines.of(config.timeouts());
        boolean compresses = router.routes().stream().anyMatch(route -> route.compression() != null);
        this.compression = compresses ? metrics.compression() : null;
        int indexes = Arrays.stream(listenerIndexes).max().orElse(-1) + 1;
        this.meters = new ExchangeMeters[indexes][][];
        this.tcp = new TcpTarget[indexes];
        this.away = new Route[indexes];
        this.hsts = new Hsts[indexes];
        for (int l = 0; l < listenerIndexes.length; l++) {
            ListenerConfig listener = config.listeners().get(l);
            if (listener.protocol() == Protocol.HTTP) {
                meters[listenerIndexes[l]] = meters(listener.name(), router, metrics);
                away[listenerIndexes[l]] = Https.away(listener.redirectToHttps(), router.refused(), deadlines);
                hsts[listenerIndexes[l]] = Hsts.of(listener.hsts());
            } else {
                Service service = services.named(listener.service());
                tcp[listenerIndexes[l]] = new TcpTarget(service, metrics.exchange(listener.name(), "-", service.name()),
                        retryBudget(service), config.retry());
            }
        }
    }

    /** Compiles a configuration that is the only one, and in force; its listeners are numbered as they are written. */
    public static Snapshot of(SluiceConfig config, Metrics metrics) {
        int[] indexes = IntStream.range(0, config.listeners().size()).toArray();
        Snapshot snapshot = of(config, indexes, new EndpointRegistry(), null, metrics);
        snapshot.report(metrics);
        return snapshot;
    }

    /**
     * Compiles a configuration.
     *
     * @param listenerIndexes for each of its listeners the number by which exchanges ask
     * @param endpoints       where those are found that were known before
     * @param before          the one in force, whose unchanged services and rate limits are kept with their counts; null =
     *                        none is
     * @throws IllegalArgumentException if the configuration holds what its reader should have refused
     */
    public static Snapshot of(
            SluiceConfig config, int[] listenerIndexes, EndpointRegistry endpoints, Snapshot before, Metrics metrics) {
        ServiceSet services = ServiceSet.of(config, endpoints, before);
        Router router = Router.of(config, services.byName(), before == null ? null : before.router);
        ChallengeAnswers challenges = before == null ? new ChallengeAnswers() : before.challenges;
        return new Snapshot(config, listenerIndexes, services, router, challenges, metrics);
    }

    private ExchangeMeters[][] meters(String listener, Router router, Metrics metrics) {
        List<Route> routes = router.routes();
        ExchangeMeters[][] meters = new ExchangeMeters[routes.size()][];
        for (Route route : routes) {
            List<Service> services =
                    route.action() instanceof Action.Forward forward ? forward.split().services() : List.of();
            ExchangeMeters[] row = new ExchangeMeters[retryBudgets.length + 1];
            row[0] = metrics.exchange(listener, route.name(), "-");
            for (Service service : services) {
                row[service.index() + 1] = metrics.exchange(listener, route.name(), service.name());
            }
            meters[route.index()] = row;
        }
        return meters;
    }

    /** It is in force, or stays so: what it uses are the series, and what it has is what they tell. */
    public void report(Metrics metrics) {
        for (Service service : services) {
            OverloadMeters meters = overload(service);
            if (meters != null) {
                tell(service, meters);
            }
        }
        metrics.retain(
                allMeters(),
                config.listeners().stream().map(ListenerConfig::name).collect(Collectors.toSet()),
                config.services().keySet(),
                services.stream()
                        .filter(service -> overload(service) != null)
                        .map(Service::name)
                        .collect(Collectors.toSet()));
    }

    private static void tell(Service service, OverloadMeters meters) {
        if (service.limit() == null) {
            meters.withoutQueue();
        } else {
            meters.queue(service.limit()::waiting);
        }
        if (service.breaker() == null) {
            meters.withoutCircuit();
        } else {
            meters.circuit(service.breaker()::state, service.breaker()::opened);
        }
    }

    /** Every meters an exchange may ask for. */
    private Set<ExchangeMeters> allMeters() {
        Set<ExchangeMeters> all = new HashSet<>();
        Stream.of(meters).filter(Objects::nonNull).flatMap(Stream::of).flatMap(Stream::of).forEach(all::add);
        Stream.of(tcp).filter(Objects::nonNull).map(TcpTarget::meters).forEach(all::add);
        all.remove(null);
        return all;
    }

    /** What it was compiled from. */
    public SluiceConfig config() {
        return config;
    }

    /** All services, in the order of the configuration. */
    public List<Service> services() {
        return services;
    }

    /** Finds routes. */
    public Router router() {
        return router;
    }

    /** Who answers a request: an authority that looks whether a name is ours takes none of the routes configured. */
    Route route(ListenerFacts listener, RequestHead head, Peer peer) {
        Action.Answer proof = challenges.match(head);
        // It asks without encryption (RFC 8555 §8.3), and nothing else is answered in front of routes.
        if (proof != null && !peer.secure()) {
            return router.answering(proof);
        }
        Route elsewhere = away[listener.index()];
        return elsewhere == null || Https.stays(head, peer) ? router.match(head) : elsewhere;
    }

    /** What authorities are answered that look whether names are ours. */
    public ChallengeAnswers challenges() {
        return challenges;
    }

    /** What a response says if it goes over TLS; null = nothing of ours. */
    Hsts hsts(ListenerFacts listener, Route route) {
        return route.hsts() != null ? route.hsts() : hsts[listener.index()];
    }

    /** Whether forwarding fields from this address are believed. */
    public boolean trusts(InetAddress address) {
        return forwarding.trusts(address);
    }

    /** Writes the forwarding fields. */
    Forwarding forwarding() {
        return forwarding;
    }

    /** Begins the trace of an exchange, and notes it, where anything is traced. */
    void trace(RequestHead head, Peer peer, ExchangeRecord record) {
        if (tracing != null) {
            record.trace(tracing.begin(head, peer, it -> forwarding.client(it, peer)));
        }
    }

    /** How large a request's head may be. */
    public HeadLimits requestLimits() {
        return requestLimits;
    }

    /** How large a response's head may be. */
    public HeadLimits responseLimits() {
        return responseLimits;
    }

    /** Reads requests' heads. */
    public HeadParser requestParser() {
        return requestParser;
    }

    /** The global deadlines. */
    public Deadlines deadlines() {
        return deadlines;
    }

    /** How many requests a client's connection takes. */
    public int requestsPerConnection() {
        return config.limits().requestsPerConnection();
    }

    /** What keeps the retries to a service few. */
    RetryBudget retryBudget(Service service) {
        return retryBudgets[service.index()];
    }

    /** The meters of a service's queue and breaker; null where it has neither. */
    OverloadMeters overload(Service service) {
        return overload[service.index()];
    }

    /** The meters of bodies that are compressed; null where no route does. */
    CompressionMeters compression() {
        return compression;
    }

    /** Where the connections of a raw TCP listener go. */
    TcpTarget tcp(ListenerFacts listener) {
        return tcp[listener.index()];
    }

    /** The meters of an exchange; the service is null where there is none. */
    ExchangeMeters meters(int listener, Route route, Service service) {
        return meters[listener][route.index()][service == null ? 0 : service.index() + 1];
    }
}
