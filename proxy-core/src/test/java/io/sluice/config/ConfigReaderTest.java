package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.config.ActionConfig.Forward;
import io.sluice.config.ActionConfig.Redirect;
import io.sluice.config.ActionConfig.Respond;
import io.sluice.config.ActionConfig.WeightedService;
import io.sluice.config.MatchConfig.PathMatch;
import io.sluice.config.ServiceConfig.EndpointConfig;
import io.sluice.config.ServiceConfig.Policy;
import io.sluice.config.ServiceConfig.PoolConfig;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigReaderTest {
    private static final String MINIMAL = """
            listeners:
              - address: 0.0.0.0:8080
            routes:
              - service: app
            services:
              app: { endpoints: [10.0.0.5:8080] }
            """;
    private static final String FULL = """
            listeners: [{ address: 8080, name: web, halfClose: answer, socket: { fastOpen: 256, deferAccept: 5s } }]
            routes:
              - match: { host: "*.Example.COM", path: /v1, methods: [GET, PURGE], headers: { X-A: "1" }, query: { q: "*" } }
                services: [{ name: a, weight: 95 }, { name: b, weight: 5 }]
                filters:
                  - stripPrefix: /v1
                  - rewritePath: { pattern: "^/(?P<n>a)", replacement: '/\\$$1$1$12$${n}' }
                  - requestHeaders: { set: { Host: inner, X-B: "" }, add: { X-C: c d }, remove: [X-D] }
                  - deny: ["::1", 10.0.0.0/8]
              - { match: { path: "~^/x" }, redirect: { location: "https://example.com/?a=b", status: 308 } }
              - { match: { path: /y }, respond: { status: 404, body: "no\\n", contentType: text/html } }
            services:
              a: { endpoints: [{ address: "[::1]:80", weight: 0 }, "b.example.:81"], socket: { fastOpen: true } }
              b: { endpoints: ["b:80"], pool: { maxPerEndpoint: 3, maxAge: 1h }, loadBalancer: { policy: roundRobin } }
            accessLog: off
            admin: off
            eventLoops: 3
            trustedProxies: [192.168.1.1]
            """;
    private static final SocketConfig LISTENER_SOCKET = new SocketConfig(
            4096, true, 0, 0, 128 << 10, true, Duration.ZERO, Duration.ZERO, 0, false);
    private static final ListenerConfig LISTENER = new ListenerConfig(
            "listener-1", new HostPort("0.0.0.0", 8080), LISTENER_SOCKET, ListenerConfig.HalfClose.ABORT,
            ListenerConfig.ProxyProtocol.OFF, true, ListenerConfig.Protocol.HTTP, null, null, null, null);
    private static final LimitConfig LIMITS = new LimitConfig(
            0, Integer.MAX_VALUE, Integer.MAX_VALUE, 4096, 90, 32 << 10, 16 << 10, 128, 64 << 10, Long.MAX_VALUE);
    private static final TimeoutConfig TIMEOUTS = new TimeoutConfig(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(75),
            Duration.ZERO,
            Duration.ofSeconds(3),
            Duration.ofSeconds(60),
            Duration.ZERO,
            Duration.ofSeconds(60),
            Duration.ZERO,
            Duration.ofHours(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));

    @Test
    void fillsInEveryDefaultOfTheDesign() throws ConfigException {
        SluiceConfig config = read(MINIMAL);

        ServiceConfig app = new ServiceConfig(
                "app",
                List.of(new EndpointConfig(new HostPort("10.0.0.5", 8080), null, 1, 0)),
                Policy.LEAST_REQUESTS,
                null,
                new PoolConfig(64, Duration.ofSeconds(30), true, Integer.MAX_VALUE, Duration.ZERO),
                new SocketConfig(0, true, 0, 0, 0, true, Duration.ZERO, Duration.ZERO, 0, false),
                null,
                true,
                new HealthConfig(
                        null,
                        new HealthConfig.Ejection(5, Duration.ofSeconds(10), Duration.ofSeconds(300), 50, List.of()),
                        Duration.ZERO),
                ServiceConfig.ProxyProtocol.OFF, ServiceConfig.Protocol.HTTP1, new Http2Config(100, Duration.ZERO, Duration.ofSeconds(10)),
                new ServiceLimitConfig(Integer.MAX_VALUE, Integer.MAX_VALUE, 1024, Duration.ofSeconds(1)),
                null);
        ZeroCopyConfig zeroCopy = new ZeroCopyConfig(true, 128 << 10, 1 << 20);
        RetryConfig retry = new RetryConfig(2, 20, 10, 65536);
        assertThat(config)
                .isEqualTo(new SluiceConfig(
                        List.of(LISTENER),
                        List.of(new RouteConfig(
                                "route-1",
                                new MatchConfig("*", new PathMatch.Prefix("/"), List.of(), Map.of(), Map.of()),
                                List.of(),
                                new Forward(List.of(new WeightedService("app", 1))),
                                LIMITS,
                                TIMEOUTS,
                                retry,
                                zeroCopy,
                                null,
                                null)),
                        Map.of("app", app),
                        new BufferConfig(16 << 10, 128 << 10, 64 << 10),
                        LIMITS,
                        TIMEOUTS,
                        retry,
                        zeroCopy,
                        null, DnsConfig.DEFAULT,
                        new AccessLogConfig("stdout", AccessLogConfig.Format.JSON, 8192),
                        TracingConfig.OFF,
                        new AdminConfig(new HostPort("127.0.0.1", 9901), null),
                        List.of(),
                        Runtime.getRuntime().availableProcessors()));
    }

    @Test
    void theReferenceFileSaysNothingButDefaultsOutsideItsExamples() throws ConfigException {
        SluiceConfig reference = new ConfigReader(ExampleCertificate.ENVIRONMENT).read(Golden.CONFIG.resolve("reference.yaml"));

        assertThat(reference.limits()).isEqualTo(LIMITS);
        assertThat(reference.timeouts()).isEqualTo(TIMEOUTS);
        assertThat(reference.listeners().getFirst().socket()).isEqualTo(LISTENER_SOCKET);
    }

    @Test
    void laysTheValuesOfARouteOverTheGlobalOnes() throws ConfigException {
        SluiceConfig config = read("""
                listeners: [{ address: 8080 }]
                routes:
                  - service: app
                    timeouts: { responseHeaders: 20s, request: 1h }
                    limits: { requestBody: 10MiB }
                    retry: { attempts: 0, budget: { min: 3 } }
                services: { app: { endpoints: ["app:8080"] } }
                timeouts: { responseHeaders: 5s, connect: 250ms, drain: { accepting: 0s, exchanges: 1m } }
                limits: { requestHead: 8192 }
                retry: { budget: { percent: 50 } }
                """);

        RouteConfig route = config.routes().getFirst();
        assertThat(route.timeouts().responseHeaders()).isEqualTo(Duration.ofSeconds(20));
        assertThat(route.timeouts().request()).isEqualTo(Duration.ofHours(1));
        assertThat(route.timeouts().connect()).isEqualTo(Duration.ofMillis(250));
        assertThat(route.limits().requestBody()).isEqualTo(10L << 20);
        assertThat(route.limits().requestHead()).isEqualTo(8192);
        assertThat(route.retry()).isEqualTo(new RetryConfig(0, 50, 3, 65536));
        assertThat(config.timeouts().responseHeaders()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.timeouts().drainAccepting()).isZero();
        assertThat(config.timeouts().drain()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.limits().requestBody()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void laysTheRetriesOfARouteOverTheGlobalOnes() throws ConfigException {
        SluiceConfig config = read("""
                listeners: [{ address: 8080 }]
                routes:
                  - { service: app, match: { path: /a }, retry: { on: { methods: [POST] } } }
                  - { service: app, match: { path: /b }, retry: { replayBody: 0, on: { statuses: [429], retryAfter: off } } }
                services: { app: { endpoints: ["app:8080"] } }
                retry: { replayBody: 1MiB, on: { statuses: [502-504, 5xx], retryAfter: 60s } }
                """);

        List<StatusRange> global = List.of(new StatusRange(502, 504), new StatusRange(500, 599));
        assertThat(config.retry()).isEqualTo(
                new RetryConfig(2, 20, 10, 1 << 20, global, List.of(), Duration.ofSeconds(60)));
        assertThat(config.routes().get(0).retry()).isEqualTo(
                new RetryConfig(2, 20, 10, 1 << 20, global, List.of("POST"), Duration.ofSeconds(60)));
        assertThat(config.routes().get(1).retry()).isEqualTo(
                new RetryConfig(2, 20, 10, 0, List.of(new StatusRange(429, 429)), List.of(), Duration.ZERO));
    }

    @Test
    void readsWhatARouteMatchesAndDoes() throws ConfigException {
        SluiceConfig config = read(FULL);

        RouteConfig route = config.routes().getFirst();
        assertThat(route.match())
                .isEqualTo(new MatchConfig(
                        "*.example.com",
                        new PathMatch.Exact("/v1"),
                        List.of("GET", "PURGE"),
                        Map.of("x-a", "1"),
                        Map.of("q", "*")));
        assertThat(route.action())
                .isEqualTo(new Forward(List.of(new WeightedService("a", 95), new WeightedService("b", 5))));
        assertThat(route.filters())
                .containsExactly(
                        new FilterConfig.StripPrefix("/v1"),
                        new FilterConfig.RewritePath("^/(?P<n>a)", "/\\$1$1$12${n}"),
                        new FilterConfig.RequestHeaders(
                                Map.of("Host", "inner", "X-B", ""), Map.of("X-C", "c d"), List.of("X-D")),
                        new FilterConfig.Deny(List.of(
                                new Cidr(InetAddress.ofLiteral("::1"), 128),
                                new Cidr(InetAddress.ofLiteral("10.0.0.0"), 8))));
        assertThat(config.routes().get(1).match().path()).isEqualTo(new PathMatch.Regex("^/x"));
        assertThat(config.routes().get(1).action()).isEqualTo(new Redirect("https://example.com/?a=b", 308));
        assertThat(config.routes().get(2).action()).isEqualTo(new Respond(404, "no\n", "text/html"));
    }

    @Test
    void readsServicesListenersAndTheProcess() throws ConfigException {
        SluiceConfig config = read(FULL);

        assertThat(config.services().get("a").endpoints())
                .containsExactly(
                        new EndpointConfig(new HostPort("::1", 80), null, 0, 0),
                        new EndpointConfig(new HostPort("b.example.", 81), null, 1, 0));
        assertThat(config.services().get("a").socket().fastOpen()).isEqualTo(1);
        assertThat(config.services().get("b").pool())
                .isEqualTo(new PoolConfig(64, Duration.ofSeconds(30), true, 3, Duration.ofHours(1)));
        assertThat(config.services().get("b").policy()).isEqualTo(Policy.ROUND_ROBIN);
        assertThat(config.services().keySet()).containsExactly("a", "b");
        assertThat(config.listeners().getFirst().halfClose()).isEqualTo(ListenerConfig.HalfClose.ANSWER);
        assertThat(config.listeners().getFirst().socket().fastOpen()).isEqualTo(256);
        assertThat(config.listeners().getFirst().socket().deferAccept()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.accessLog().enabled()).isFalse();
        assertThat(config.admin().address()).isNull();
        assertThat(config.eventLoops()).isEqualTo(3);
        assertThat(config.trustedProxies()).hasToString("[192.168.1.1/32]");
    }

    @Test
    void aSectionWithoutKeysIsAsIfItWereNotThere() throws ConfigException {
        assertThat(read(MINIMAL + "timeouts:\n  # connect: 1s\nadmin:\n")).isEqualTo(read(MINIMAL));
    }

    @Test
    void putsTheEnvironmentIntoValuesAsText() throws ConfigException {
        Map<String, String> environment = Map.of("BODY", "a: [b] # c", "COST", "$5 ${BODY}", "EMPTY", "");
        String yaml = """
                listeners: [{ address: "${ADDRESS:-127.0.0.1}:${PORT:-8081}" }]
                routes:
                  - { match: { path: /a }, respond: { body: "${BODY}" } }
                  - { match: { path: /b }, respond: { body: "$${BODY} $1 $ ${COST} ${EMPTY}${EMPTY:-x}${NONE:-}" } }
                """;

        SluiceConfig config = new ConfigReader(environment).read("test.yaml", yaml);

        assertThat(config.listeners().getFirst().address()).isEqualTo(new HostPort("127.0.0.1", 8081));
        assertThat(config.routes().get(0).action()).extracting("body").isEqualTo("a: [b] # c");
        assertThat(config.routes().get(1).action()).extracting("body").isEqualTo("${BODY} $1 $ $5 ${BODY} x");
    }

    @Test
    void startsWithoutAFile() throws ConfigException {
        Map<String, String> environment = Map.of("SLUICE_LISTEN", "127.0.0.1:0", "SLUICE_ENDPOINTS", "app:8080, app2:81");

        SluiceConfig config = new ConfigReader(environment).fromEnvironment();

        assertThat(config.listeners().getFirst().address()).isEqualTo(new HostPort("127.0.0.1", 0));
        assertThat(config.routes().getFirst().action())
                .isEqualTo(new Forward(List.of(new WeightedService("app", 1))));
        assertThat(config.services().get("app").endpoints())
                .containsExactly(
                        new EndpointConfig(new HostPort("app", 8080), null, 1, 0),
                        new EndpointConfig(new HostPort("app2", 81), null, 1, 0));
        SluiceConfig onDefaultPort =
                new ConfigReader(Map.of("SLUICE_ENDPOINTS", "app:8080")).fromEnvironment();
        assertThat(onDefaultPort.listeners().getFirst().address()).isEqualTo(new HostPort("0.0.0.0", 8080));
    }

    @Test
    void problemsOfTheStartWithoutAFileNameTheVariable() {
        ConfigReader wrong = new ConfigReader(Map.of("SLUICE_LISTEN", "web", "SLUICE_ENDPOINTS", "app:80,app,${HOME},"));

        ConfigException refusal = catchThrowableOfType(ConfigException.class, wrong::fromEnvironment);

        assertThat(refusal.problems()).extracting(Problem::toString).satisfiesExactly(
                listen -> assertThat(listen).startsWith("SLUICE_LISTEN  found \"web\"; expected an address"),
                second -> assertThat(second).startsWith("SLUICE_ENDPOINTS  found \"app\"; expected an endpoint"),
                third -> assertThat(third).startsWith("SLUICE_ENDPOINTS  found \"${HOME}\"; expected an endpoint"),
                last -> assertThat(last).startsWith("SLUICE_ENDPOINTS  found \"\"; expected an endpoint"));
        assertThatThrownBy(() -> new ConfigReader(Map.of()).fromEnvironment())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("SLUICE_ENDPOINTS  found nothing; expected a list of endpoints");
    }

    @Test
    void reportsFilesThatCanNotBeRead(@TempDir Path directory) {
        ConfigReader reader = new ConfigReader(Map.of());

        assertThatThrownBy(() -> reader.read(directory.resolve("none.yaml")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("none.yaml  found no such file");
        assertThatThrownBy(() -> reader.read(directory))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("found a directory; expected a file");
    }

    @Test
    void ignoresAByteOrderMark(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("bom.yaml"), "\ufeff" + MINIMAL, StandardCharsets.UTF_8);

        assertThat(new ConfigReader(Map.of()).read(file)).isEqualTo(read(MINIMAL));
    }

    @Test
    void warnsOfAServiceThatNoRouteUses() throws ConfigException {
        LoadedConfig loaded = new ConfigReader(Map.of()).load("a.yaml", MINIMAL + "  spare: { endpoints: [a:80] }\n");

        assertThat(loaded.warnings())
                .containsExactly(
                        new Problem("a.yaml", 7, 10, "services.spare", "found a service that no route uses"));
    }

    @ParameterizedTest
    @CsvSource({"optional, '', true", "required, '', false", "optional, 'trustedProxies: [10.0.0.0/8]', false"})
    void warnsWhereAnybodyMayClaimAnyAddress(String proxyProtocol, String trusted, boolean warned) throws ConfigException {
        String yaml = "listeners: [{ address: ':80', proxyProtocol: " + proxyProtocol + " }]\n"
                + "routes: [{ service: app }]\nservices: { app: { endpoints: [a:80] } }\n" + trusted + "\n";

        LoadedConfig loaded = new ConfigReader(Map.of()).load("a.yaml", yaml);

        assertThat(loaded.warnings()).extracting(Problem::where).isEqualTo(warned
                ? List.of("listeners[0].proxyProtocol") : List.of());
    }

    @ParameterizedTest
    @CsvSource({"auto, false, true", "auto, true, false", "http1, false, false"})
    void warnsWhereNoHandshakeCouldSettleTheProtocol(String protocol, boolean tls, boolean warned) throws ConfigException {
        String yaml = "listeners: [{ address: ':80' }]\nroutes: [{ service: app }]\n"
                + "services: { app: { endpoints: [a:80], protocol: " + protocol + ", tls: " + tls + " } }\n";

        LoadedConfig loaded = new ConfigReader(Map.of()).load("a.yaml", yaml);

        assertThat(loaded.warnings()).extracting(Problem::where).isEqualTo(warned
                ? List.of("services.app.protocol") : List.of());
        assertThat(loaded.config().services().get("app").protocol())
                .isEqualTo(tls ? ServiceConfig.Protocol.AUTO : ServiceConfig.Protocol.HTTP1);
    }

    @Test
    void theProblemsOfAFileStandInItsOrder() {
        ConfigException refusal = catchThrowableOfType(
                ConfigException.class,
                () -> read("eventLoops: x\nservices: { a: { endpoints: [b] } }\nroutes: [{}]\nlisteners: [{}]\n"));

        assertThat(refusal.problems()).extracting(Problem::line).containsExactly(1, 2, 3, 4);
    }

    private static SluiceConfig read(String yaml) throws ConfigException {
        return new ConfigReader(Map.of()).read("test.yaml", yaml);
    }
}
