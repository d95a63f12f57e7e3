package io.sluice.exchange;

import io.sluice.config.ListenerConfig;
import io.sluice.config.ListenerConfig.Protocol;
import io.sluice.config.SluiceConfig;
import io.sluice.filter.Forwarding;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.route.Action;
import io.sluice.route.Deadlines;
import io.sluice.route.Route;
import io.sluice.route.Router;
import io.sluice.service.Service;
import io.sluice.telemetry.ExchangeMeters;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.OverloadMeters;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that configuration decides, compiled; an exchange ends on the one it began with. <em>Immutable.</em> */
public final class Snapshot {
    private final SluiceConfig config;
    private final List<Service> services;
    private final Router router;
    private final Forwarding forwarding;
    private final HeadLimits requestLimits;
    private final HeadParser requestParser;
    private final Deadlines deadlines;
    /** By service. */
    private final RetryBudget[] retryBudgets;
    /** By service; null where it has neither a queue nor a breaker. */
    private final OverloadMeters[] overload;
    /** By listener, then route, then service (0 = none, else its index + 1). */
    private final ExchangeMeters[][][] meters;
    /** By listener; null for one that speaks HTTP. */
    private final TcpTarget[] tcp;

    private Snapshot(SluiceConfig config, List<Service> services, Router router, Metrics metrics) {
        this.config = config;
        this.services = services;
        this.router = router;
        this.forwarding = new Forwarding(config.trustedProxies());
        this.requestLimits = new HeadLimits(
                config.limits().requestHead(), config.limits().requestLine(), config.limits().headers());
        this.requestParser = new HeadParser(requestLimits);
        this.retryBudgets = new RetryBudget[services.size()];
        Arrays.setAll(retryBudgets, service -> new RetryBudget());
        this.overload = services.stream().map(service -> overload(service, metrics)).toArray(OverloadMeters[]::new);
        this.deadlines = Deadlines.of(config.timeouts());
        this.meters = meters(config, services, router, metrics);
        this.tcp = new TcpTarget[meters.length];
        for (int l = 0; l < tcp.length; l++) {
            ListenerConfig listener = config.listeners().get(l);
            if (listener.protocol() == Protocol.TCP) {
                Service service = services.stream().filter(s -> s.name().equals(listener.service())).findFirst().orElseThrow();
                tcp[l] = new TcpTarget(service, metrics.exchange(listener.name(), "-", service.name()),
                        retryBudget(service), config.retry());
            }
        }
    }

    /** Compiles a configuration. */
    public static Snapshot of(SluiceConfig config, Metrics metrics) {
        List<Service> services = new ArrayList<>();
        Map<String, Service> byName = new LinkedHashMap<>();
        for (var entry : config.services().entrySet()) {
            Service service = new Service(services.size(), entry.getValue());
            services.add(service);
            byName.put(entry.getKey(), service);
        }
        return new Snapshot(config, List.copyOf(services), Router.of(config, byName), metrics);
    }

    private static OverloadMeters overload(Service service, Metrics metrics) {
        if (service.limit() == null && service.breaker() == null) {
            return null;
        }
        OverloadMeters meters = metrics.overload(service.name());
        if (service.limit() != null) {
            meters.queue(service.limit()::waiting);
        }
        if (service.breaker() != null) {
            meters.circuit(service.breaker()::state, service.breaker()::opened);
        }
        return meters;
    }

    private static ExchangeMeters[][][] meters(
            SluiceConfig config, List<Service> services, Router router, Metrics metrics) {
        List<Route> routes = router.routes();
        ExchangeMeters[][][] meters = new ExchangeMeters[config.listeners().size()][routes.size()][services.size() + 1];
        for (int l = 0; l < meters.length; l++) {
            if (config.listeners().get(l).protocol() == Protocol.TCP) {
                continue;
            }
            String listener = config.listeners().get(l).name();
            for (Route route : routes) {
                ExchangeMeters[] row = meters[l][route.index()];
                row[0] = metrics.exchange(listener, route.name(), "-");
                if (route.action() instanceof Action.Forward forward) {
                    for (Service service : forward.split().services()) {
                        row[service.index() + 1] = metrics.exchange(listener, route.name(), service.name());
                    }
                }
            }
        }
        return meters;
    }

    /** What it was compiled from. */
    public SluiceConfig config() {
        return config;
    }

    /** All services by index. */
    public List<Service> services() {
        return services;
    }

    /** Finds routes. */
    public Router router() {
        return router;
    }

    /** Whether forwarding fields from this address are believed. */
    public boolean trusts(InetAddress address) {
        return forwarding.trusts(address);
    }

    /** Writes the forwarding fields. */
    Forwarding forwarding() {
        return forwarding;
    }

    /** How large a request's head may be. */
    public HeadLimits requestLimits() {
        return requestLimits;
    }

    /** Reads requests' heads. */
    public HeadParser requestParser() {
        return requestParser;
    }

    /** The global deadlines. */
    public Deadlines deadlines() {
        return deadlines;
    }

    /** What keeps the retries to a service few. */
    RetryBudget retryBudget(Service service) {
        return retryBudgets[service.index()];
    }

    /** The meters of a service's queue and breaker; null where it has neither. */
    OverloadMeters overload(Service service) {
        return overload[service.index()];
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
