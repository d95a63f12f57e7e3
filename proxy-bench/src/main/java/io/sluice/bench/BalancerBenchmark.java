package io.sluice.bench;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig.Policy;
import io.sluice.config.ServiceConfig.Rule;
import io.sluice.service.Balancer;
import io.sluice.service.Balancing;
import io.sluice.service.Candidate;
import io.sluice.service.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What choosing an endpoint costs among few and among 10,000, whose weights differ and of which all have answered; and what
 * it costs to make the balancer. Run with {@code -prof gc} to see that a pick allocates nothing. <em>Loop-confined.</em>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 2, time = 1)
public class BalancerBenchmark {
    /** By what. */
    @Param({"ROUND_ROBIN", "LEAST_REQUESTS", "RANDOM", "HASH", "PEAK_EWMA"})
    public Rule rule;

    /** Among how many. */
    @Param({"31", "10000"})
    public int endpoints;

    private final List<Candidate> candidates = new ArrayList<>();
    private Balancing balancing;
    private Balancer balancer;
    private long key;

    /** Makes endpoints with weights from 1 to 7, a few requests in flight, and a latency. */
    @Setup
    public void prepare() {
        for (int i = 0; i < endpoints; i++) {
            Endpoint endpoint = new Endpoint(new HostPort("10.0." + (i >> 8) + "." + (i & 255), 8080));
            for (int active = 0; active < i % 5; active++) {
                endpoint.begun();
            }
            endpoint.latency().add(TimeUnit.MICROSECONDS.toNanos(100 + i), System.nanoTime());
            candidates.add(new Candidate(endpoint, 1 + i % 7, 0));
        }
        balancing = new Balancing(Policy.of(rule));
        balancer = balancing.of(candidates);
    }

    /** A pick for another key each time. */
    @Benchmark
    public Endpoint pick() {
        key += 0x9e3779b97f4a7c15L;
        return balancer.pick(null, key);
    }

    /** A balancer, as made when anything about the endpoints changes. */
    @Benchmark
    public Balancer make() {
        return balancing.of(candidates);
    }
}
