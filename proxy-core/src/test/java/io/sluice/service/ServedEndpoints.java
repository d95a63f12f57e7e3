package io.sluice.service;

import io.sluice.config.HealthConfig;
import io.sluice.config.HealthConfig.Check;
import io.sluice.config.HealthConfig.Ejection;
import io.sluice.config.HealthConfig.Protocol;
import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.config.StatusRange;
import io.sluice.http.ProxyError;
import io.sluice.service.EndpointView.State;
import io.sluice.telemetry.HealthMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A service in force, whose endpoints pass and fail as a test says, by a clock moved by hand. <em>Loop-confined.</em> */
final class ServedEndpoints {
    static final Check CHECK = new Check(Protocol.TCP, null, null, List.of(), "", null,
            Duration.ofSeconds(5), Duration.ofSeconds(2), 3, 2);
    static final Ejection EJECTION = new Ejection(5, Duration.ofSeconds(10), Duration.ofSeconds(25), 50,
            List.of(new StatusRange(502, 504)));
    /** Nothing is done about endpoints that fail. */
    static final HealthConfig NO_RULES = new HealthConfig(null, null, Duration.ZERO);

    final HandClock clock = new HandClock();
    final HealthMeters meters = new HealthMeters("app");
    Service service;

    void serve(HealthConfig health, int... weights) {
        service = new Service(0, config(health, weights), roster(weights), List.of(), clock::nanos, null);
        service.begin(meters, clock);
    }

    static ServiceConfig config(HealthConfig health, int... weights) {
        return new ServiceConfigBuilder("app").weights(weights).health(health).build();
    }

    private static Roster roster(int... weights) {
        List<Endpoint> endpoints = BalancerTest.endpoints(weights.length);
        return new Roster(IntStream.range(0, weights.length)
                .mapToObj(i -> new Roster.Entry(endpoints.get(i), weights[i], 0))
                .toList());
    }

    Endpoint endpoint(int index) {
        return service.endpoints().get(index);
    }

    void fails(int index, int times) {
        for (int i = 0; i < times; i++) {
            service.failed(endpoint(index), ProxyError.CONNECT_FAILED);
        }
    }

    void checks(int index, boolean... passed) {
        for (boolean one : passed) {
            service.checked(endpoint(index), one ? Verdict.passed("status 200") : Verdict.failed("status 503"));
        }
    }

    State state(int index) {
        return service.view().get(index).state();
    }

    /** How often each endpoint is chosen. */
    List<Integer> shares(int picks) {
        List<Integer> counts = new ArrayList<>(service.endpoints().stream().map(e -> 0).toList());
        for (int i = 0; i < picks; i++) {
            Endpoint picked = service.pick(null, 0);
            counts.set(service.endpoints().indexOf(picked), counts.get(service.endpoints().indexOf(picked)) + 1);
        }
        return counts;
    }
}
