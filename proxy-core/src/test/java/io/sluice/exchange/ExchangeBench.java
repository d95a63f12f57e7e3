package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.config.AccessLogConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.config.ServiceConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.http.HeadParser;
import io.sluice.http.ParseStatus;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.pool.BackendPools;
import io.sluice.pool.EndpointPool;
import io.sluice.pool.FakeConnector;
import io.sluice.pool.Lease;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.FakeBackend;
import io.sluice.stream.FakeClient;
import io.sluice.telemetry.AccessLog;
import io.sluice.telemetry.ExchangeMeters;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.PoolMeters;
import io.sluice.telemetry.Readings;
import io.sluice.transport.HandWheel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Exchanges between a client and backends of no protocol, with a clock moved by hand; everything else is real.
 * <em>Loop-confined.</em> Its last call is {@link #nothingIsLeft}.
 */
final class ExchangeBench {
    /** Two endpoints, a route to them, and some that answer or refuse. */
    static final String YAML = """
            listeners: [{ name: web, address: 127.0.0.1:8080 }]
            routes:
              - { name: app, match: { path: / }, service: app }
              - { name: limited, match: { path: /limited }, service: app, limits: { requestBody: 10B } }
              - { name: hello, match: { path: /hello }, respond: { status: 200, body: hello, contentType: text/x } }
              - { name: empty, match: { path: /empty }, respond: { status: 204 } }
              - { name: old, match: { path: /old }, redirect: { location: /new, status: 302 } }
              - { name: denied, match: { path: /denied }, service: app, filters: [ { deny: [192.0.2.0/24] } ] }
              - { name: single, match: { path: /single }, service: single }
              - { name: none, match: { path: /none }, service: none }
              - { name: told, match: { path: /told }, service: told }
              - { name: other, match: { host: other.example, path: / }, service: app }
            services:
              app:
                endpoints: ["127.0.0.1:9001", "127.0.0.1:9002"]
                loadBalancer: { policy: roundRobin }
                pool: { maxPerEndpoint: 3 }
              single: { endpoints: ["127.0.0.1:9003"] }
              none: { endpoints: ["127.0.0.1:9004"] }
              told: { endpoints: ["127.0.0.1:9005", "127.0.0.1:9006"], proxyProtocol: v2 }
            timeouts:
              requestBodyIdle: 30s
              responseWriteIdle: 20s
              connect: 3s
              responseHeaders: 60s
              responseBodyIdle: 40s
              request: none
            retry: { attempts: 2 }
            accessLog: { path: off }
            """;

    final HandWheel time = new HandWheel();
    final Metrics metrics = new Metrics("test");
    final FakeConnector connector = new FakeConnector();
    final Snapshot snapshot;
    final BackendPools pools;
    final Worker worker;
    final FakeClient client = new FakeClient();
    private final List<ByteBuf> slices = new ArrayList<>();
    private final List<FakeBackend> backends = new ArrayList<>();
    Exchange exchange;

    ExchangeBench() {
        this(YAML);
    }

    ExchangeBench(String yaml) {
        try {
            snapshot = Snapshot.of(withoutWeight(new ConfigReader(Map.of()).read("test.yaml", yaml), "none"), metrics);
            pools = new BackendPools(connector, FakeConnector.UNSHARED, time.wheel(), metrics, 1);
            AccessLog off = AccessLog.open(new AccessLogConfig("off", AccessLogConfig.Format.JSON, 1), metrics);
            worker = new Worker(time.loop(), time.wheel(), pools, () -> snapshot, new Observers(off, null), null);
        } catch (ConfigException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The configuration's reader refuses a service that never answers; later, health checks may leave one. */
    private static SluiceConfig withoutWeight(SluiceConfig config, String name) {
        Map<String, ServiceConfig> services = new LinkedHashMap<>(config.services());
        services.computeIfPresent(name, (key, service) -> new ServiceConfig(
                name,
                service.endpoints().stream().map(e -> new ServiceConfig.EndpointConfig(e.address(), null, 0, 0)).toList(),
                service.policy(), service.sticky(), service.pool(), service.socket(), service.tls(), service.zeroCopy(),
                service.health(), service.proxyProtocol(), service.protocol(),
                service.http2(), service.limits(), service.breaker()));
        return new SluiceConfig(config.listeners(), config.routes(), services, config.buffers(), config.limits(),
                config.timeouts(), config.retry(), config.zeroCopy(), config.acme(), config.dns(),
                config.accessLog(), config.tracing(), config.admin(), config.trustedProxies(), config.eventLoops());
    }

    // ---- what the client does ----

    /** A request arrives that has no body, or whose body is to come. */
    Exchange requests(String line, String... fields) {
        begins(line, fields);
        if (exchange.state.request() == ExchangeState.Request.READING) {
            exchange.onRequestBatchEnd();
        }
        return exchange;
    }

    /** The same, the batch of bytes that brought it going on. */
    void begins(String line, String... fields) {
        make(line, fields);
        exchange.begin();
    }

    void make(String line, String... fields) {
        RequestHead head = new RequestHead();
        ByteBuf bytes = Unpooled.copiedBuffer(
                line + " HTTP/1.1\r\nHost: a.example\r\n" + String.join("\r\n", fields)
                        + (fields.length == 0 ? "\r\n" : "\r\n\r\n"),
                StandardCharsets.ISO_8859_1);
        assertThat(new HeadParser(snapshot.requestLimits()).parseRequest(head, bytes))
                .as("%s", head.error()).isEqualTo(ParseStatus.COMPLETE);
        exchange = exchange(head);
    }

    Exchange exchange(RequestHead head) {
        ListenerFacts facts = new ListenerFacts(0, "web", HalfClose.ABORT, metrics.listener("web"));
        Exchange made = worker.exchange(client, head, facts, System.nanoTime());
        client.listener = made;
        return made;
    }

    /** A slice of the request body arrives, as one read brings it. */
    void uploads(String text) {
        arrives(text);
        exchange.onRequestBatchEnd();
    }

    void arrives(String text) {
        ByteBuf slice = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
        slices.add(slice);
        exchange.onRequestBody(slice);
    }

    void uploadEnds() {
        exchange.onRequestEnd(Trailers.NONE);
    }

    // ---- what backends do ----

    /** The connection that was asked for last opens. */
    FakeBackend opens() {
        FakeBackend backend = connector.last().opens();
        backends.add(backend);
        return backend;
    }

    /** The same, prepared before anything is sent over it. */
    FakeBackend opensAnd(Consumer<FakeBackend> prepare) {
        FakeBackend backend = connector.last().opensAnd(prepare);
        backends.add(backend);
        return backend;
    }

    /** Leaves an idle connection in the pool of each endpoint of the service. */
    List<FakeBackend> idle(String service) {
        List<FakeBackend> idle = new ArrayList<>();
        for (Endpoint endpoint : service(service).endpoints()) {
            pools.of(service(service), endpoint).connect(new EndpointPool.Listener() {
                @Override
                public void onLeased(Lease lease) {
                    ((FakeBackend) lease.stream()).reusable = true;
                    lease.release();
                }

                @Override
                public void onNotLeased(ProxyError why) {
                    throw new AssertionError(why);
                }
            });
            idle.add(opens());
        }
        connector.openings.clear();
        return idle;
    }

    Service service(String name) {
        return snapshot.services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }

    /** What was left for a later turn of the loop runs. */
    void runsTasks() {
        time.runTasks();
    }

    /** In steps of a quarter of what a client has: it is looked at so often. */
    void pass(long seconds) {
        for (long left = seconds; left > 0; left -= 5) {
            time.pass(Duration.ofSeconds(Math.min(5, left)));
        }
    }

    // ---- what is to be seen ----

    ExchangeRecord record() {
        return exchange.record;
    }

    ExchangeMeters meters() {
        return metrics.exchange("web", record().route(), record().service());
    }

    /** The exchange is over, and everything it had was given back. */
    void nothingIsLeft() {
        assertThat(exchange.state.phase()).isEqualTo(ExchangeState.Phase.DONE);
        assertThat(worker.active()).as("exchanges in flight").isZero();
        assertThat(record().totalNanos()).as("the record is complete").isPositive();
        assertThat(client.aborts).as("aborted").isLessThanOrEqualTo(1);
        long begun = 0;
        for (Service service : snapshot.services()) {
            long open = backends.stream().filter(b -> !b.closed).count();
            PoolMeters meters = metrics.pool(service.name());
            Readings.Pool pool = Readings.of(meters);
            assertThat(pool.active()).as("connections in use").isZero();
            int connections = service.endpoints().stream().mapToInt(Endpoint::connections).sum();
            assertThat(connections).as("connections counted and idle").isEqualTo((int) pool.idle());
            assertThat(pool.idle()).as("idle ones are open").isLessThanOrEqualTo(open);
            assertThat(service.endpoints()).allSatisfy(e -> assertThat(e.active()).as("requests at %s", e).isZero());
        }
        for (var route : snapshot.router().routes()) {
            for (Service service : snapshot.services()) {
                begun += ended(snapshot.meters(0, route, service));
            }
            begun += ended(snapshot.meters(0, route, null));
        }
        assertThat(begun).as("exchanges counted").isPositive();
        assertThat(slices).allSatisfy(slice -> assertThat(slice.refCnt()).as("held bytes").isZero());
        assertThat(backends.stream().flatMap(b -> b.slices.stream())).allSatisfy(s -> assertThat(s.refCnt()).isZero());
        // Whatever was armed must not come: it would end a later exchange of the same client.
        int aborts = client.aborts;
        time.pass(Duration.ofHours(1));
        assertThat(client.aborts).as("aborted by a deadline that was left").isEqualTo(aborts);
        assertThat(worker.active()).isZero();
    }

    private static long ended(ExchangeMeters meters) {
        if (meters == null) {
            return 0;
        }
        assertThat(Readings.active(meters)).as("requests counted as active").isZero();
        return Readings.begun(meters);
    }
}
