package io.sluice.bench;

import io.netty.buffer.Unpooled;
import io.sluice.config.ActionConfig;
import io.sluice.config.LimitConfig;
import io.sluice.config.MatchConfig;
import io.sluice.config.MatchConfig.PathMatch;
import io.sluice.config.RetryConfig;
import io.sluice.config.RouteConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.config.TimeoutConfig;
import io.sluice.config.ZeroCopyConfig;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ParseStatus;
import io.sluice.http.RequestHead;
import io.sluice.route.Route;
import io.sluice.route.Router;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * What finding a route costs: with the one route of the six-line configuration, and with hundreds. Run with {@code -prof
 * gc} to see that a plain path allocates nothing. <em>Loop-confined.</em>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouterBenchmark {
    private static final LimitConfig LIMITS = new LimitConfig(
            0, Integer.MAX_VALUE, Integer.MAX_VALUE, 4096, 0, 32_768, 16_384, 128, 65_536, Long.MAX_VALUE);
    private static final ZeroCopyConfig ZERO_COPY = new ZeroCopyConfig(true, 64 << 10, 256 << 10);
    private static final TimeoutConfig TIMEOUTS = new TimeoutConfig(
            Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO,
            Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** Prefixes, exact paths and hosts of each kind, beside the route for everything. */
    @Param({"0", "10", "300"})
    public int routesOfEachKind;

    private Router router;
    private Router patterns;
    private RequestHead small;
    private RequestHead plain;
    private RequestHead exact;
    private RequestHead encoded;

    /** Compiles the routes and reads the heads. */
    @Setup
    public void prepare() {
        List<RouteConfig> routes = new ArrayList<>();
        for (int i = 0; i < routesOfEachKind; i++) {
            routes.add(route("*", new PathMatch.Prefix("/api/v" + i + "/")));
            routes.add(route("*", new PathMatch.Exact("/exact/" + i)));
            routes.add(route("host" + i + ".example.com", new PathMatch.Prefix("/")));
            routes.add(route("*.zone" + i + ".example.com", new PathMatch.Prefix("/")));
        }
        routes.add(route("*", new PathMatch.Prefix("/")));
        router = router(routes);
        patterns = router(List.of(
                route("*", new PathMatch.Regex("^/static/")), route("*", new PathMatch.Regex("^/api/v[0-9]+/users/"))));
        small = head("/");
        plain = head("/api/v7/users/4711/orders?page=3");
        exact = head("/exact/7");
        encoded = head("/api/v7/users/a%20b/orders");
    }

    private static Router router(List<RouteConfig> routes) {
        return Router.of(
                new SluiceConfig(
                        List.of(), routes, Map.of(), null, LIMITS, TIMEOUTS, new RetryConfig(0, 0, 0, 0), ZERO_COPY, null, null,
                        null, null, null, List.of(), 1),
                Map.of(), null);
    }

    private static RouteConfig route(String host, PathMatch path) {
        return new RouteConfig(
                host + path, new MatchConfig(host, path, List.of(), Map.of(), Map.of()), List.of(),
                new ActionConfig.Respond(200, "", "text/plain"), LIMITS, TIMEOUTS, new RetryConfig(0, 0, 0, 0), ZERO_COPY,
                null, null);
    }

    private static RequestHead head(String target) {
        RequestHead head = new RequestHead();
        byte[] text = ("GET " + target + " HTTP/1.1\r\nHost: www.example.com:8080\r\nAccept: */*\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        ParseStatus status = new HeadParser(new HeadLimits(32_768, 16_384, 128))
                .parseRequest(head, Unpooled.wrappedBuffer(text));
        if (status != ParseStatus.COMPLETE) {
            throw new IllegalStateException("head of " + target + ": found " + status + "; expected COMPLETE");
        }
        return head;
    }

    /** The shortest path there is. */
    @Benchmark
    public Route root() {
        return router.match(small);
    }

    /** A path of usual length, found by its prefix. */
    @Benchmark
    public Route prefix() {
        return router.match(plain);
    }

    /** A path that is configured as it stands. */
    @Benchmark
    public Route exactPath() {
        return router.match(exact);
    }

    /** A path with a percent sign: matched in every reading that differs. */
    @Benchmark
    public Route encodedPath() {
        return router.match(encoded);
    }

    /** A path that only a second pattern takes. */
    @Benchmark
    public Route pattern() {
        return patterns.match(plain);
    }
}
