package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the Grafana dashboard and the alerts ask for is what a proxy that has seen all kinds of requests tells. */
@EnabledOnOs(OS.LINUX)
final class DashboardIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern NAME = Pattern.compile("\\bsluice_[a-z_]+");
    private static final Pattern ROW = Pattern.compile("(?m)^(sluice_[a-z_]+)(?:\\{(.*)})? [^ ]+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)(=~|=|!=|!~)\"([^\"]*)\"");
    private static final Pattern SELECTOR = Pattern.compile("(sluice_[a-z_]+)\\{([^}]*)}");
    private static final Pattern BY = Pattern.compile("by \\(([^)]*)\\)");

    private static ServerSocket keeping;
    private static DemoBackend backend;
    private static RunningProxy proxy;
    /** By metric, by label, the values. */
    private static Map<String, Map<String, Set<String>>> told;

    @BeforeAll
    static void aProxyThatHasSeenAllKinds(@TempDir Path temp) throws Exception {
        keeping = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        backend = DemoBackend.start("one");
        Thread.ofVirtual().start(DashboardIT::keep);
        proxy = RunningProxy.start(new ConfigReader(Map.of()).read("dashboard.yaml", """
                listeners: [{ name: web, address: 127.0.0.1:0 }]
                routes:
                  - { service: app }
                  - { match: { path: /nobody }, service: nobody }
                  - { match: { path: /often }, service: app, rateLimit: { rate: 1/h } }
                  - { match: { path: /hold }, service: kept }
                  - { match: { path: /kept }, service: kept }
                services:
                  app:
                    endpoints: [%s]
                    healthCheck: { path: /, interval: 100ms }
                    circuitBreaker: { errorPercent: 100 }
                    sticky: { secrets: sixteen-or-longer }
                  nobody: { endpoints: ["127.0.0.1:1"] }
                  kept: { endpoints: ["127.0.0.1:%d"], limits: { requests: 1, queueTime: 10ms } }
                admin: { address: 127.0.0.1:0 }
                accessLog: { path: %s }
                """.formatted(RunningProxy.text(backend.address()), keeping.getLocalPort(), temp.resolve("access.log"))));
        await().atMost(PATIENCE).until(proxy::splices);
        for (String target : List.of("/", "/nobody", "/missing", "/download?bytes=4194304", "/often", "/often", "/kept")) {
            try (Socket client = request("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
                client.getInputStream().readAllBytes();
            }
        }
        try (Socket client = request("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")) {
            client.getInputStream().readAllBytes();
        }
        Socket held = request("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
        // The one place is taken, now or in a moment, and whoever comes then waits.
        await().atMost(PATIENCE).until(() -> {
            try (Socket client = request("GET /kept HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
                client.getInputStream().readAllBytes();
            }
            return parse(scrape()).containsKey("sluice_queue_seconds_bucket");
        });
        held.close();
        await().atMost(PATIENCE).until(() -> {
            slowClient();
            told = parse(scrape());
            return told.containsKey("sluice_blocked_seconds_total") && told.containsKey("sluice_checks_total");
        });
    }

    /** A backend that says how long it keeps connections, and never answers what is to be held. */
    private static void keep() {
        try {
            while (true) {
                Socket connection = keeping.accept();
                Thread.ofVirtual().start(() -> keep(connection));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static void keep(Socket connection) {
        try (connection) {
            byte[] bytes = new byte[8192];
            int read = connection.getInputStream().read(bytes);
            while (read > 0) {
                if (!new String(bytes, 0, read, StandardCharsets.US_ASCII).contains(" /hold ")) {
                    connection.getOutputStream().write(
                            "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
                read = connection.getInputStream().read(bytes);
            }
        } catch (IOException ended) {
            // By the proxy.
        }
    }

    @AfterAll
    static void end() throws IOException {
        proxy.close();
        keeping.close();
        backend.close();
    }

    /** Takes nothing until the proxy holds bytes for it, and then all. */
    private static void slowClient() throws IOException {
        try (Socket client = request("GET /download?bytes=67108864 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
            InputStream in = client.getInputStream();
            in.skipNBytes(1);
            await().atMost(PATIENCE).until(() -> quiet(scrape()));
            in.readAllBytes();
        }
    }

    private static String lastBytes = "";

    /** Whether no body bytes have moved since the last time. */
    private static boolean quiet(String scrape) {
        String now = scrape.lines().filter(line -> line.startsWith("sluice_bytes_total")).toList().toString();
        boolean same = now.equals(lastBytes);
        lastBytes = now;
        return same;
    }

    private static Socket request(String text) throws IOException {
        InetSocketAddress address = proxy.address("web");
        Socket client = new Socket();
        client.setReceiveBufferSize(16 * 1024);
        client.connect(address);
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    private static String scrape() throws IOException {
        URI uri = URI.create("http://" + RunningProxy.text(proxy.adminAddress()) + "/metrics");
        try (InputStream in = uri.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Map<String, Set<String>>> parse(String scrape) {
        Map<String, Map<String, Set<String>>> metrics = new TreeMap<>();
        ROW.matcher(scrape).results().forEach(row -> {
            Map<String, Set<String>> labels = metrics.computeIfAbsent(row.group(1), name -> new TreeMap<>());
            Matcher label = LABEL.matcher(row.group(2) == null ? "" : row.group(2));
            while (label.find()) {
                labels.computeIfAbsent(label.group(1), name -> new TreeSet<>()).add(label.group(3));
            }
        });
        return metrics;
    }

    /** By the panel's or alert's title. */
    private static Map<String, String> expressions() throws IOException {
        Map<String, String> expressions = new LinkedHashMap<>();
        for (YamlFile panel : YamlFile.read("config/grafana/sluice.json").at("panels").list()) {
            for (YamlFile target : panel.has("targets") ? panel.at("targets").list() : List.<YamlFile>of()) {
                expressions.put(panel.at("title").text() + " " + target.at("refId").text(), target.at("expr").text());
            }
        }
        for (YamlFile rule : YamlFile.read("config/prometheus-rules.yml").at("groups", 0, "rules").list()) {
            expressions.put(rule.at("alert").text(), rule.at("expr").text());
        }
        return expressions;
    }

    @Test
    void everyMetricThatIsAskedForIsTold() throws IOException {
        assertThat(expressions()).hasSizeGreaterThan(55).allSatisfy((title, expression) -> {
            List<String> names = NAME.matcher(expression).results().map(MatchResult::group).toList();
            assertThat(told.keySet()).as(title).containsAll(names);
            assertThat(names.isEmpty()).as(title).isEqualTo(title.equals("SluiceDown"));
        });
    }

    @Test
    void everyLabelThatIsAskedForIsToldWithThatValue() throws IOException {
        expressions().forEach((title, expression) -> SELECTOR.matcher(expression).results().forEach(selector ->
                LABEL.matcher(selector.group(2)).results().forEach(label -> {
                    if (!label.group(1).equals("instance")) {
                        Pattern values = Pattern.compile(label.group(3));
                        assertThat(told.get(selector.group(1)).get(label.group(1)))
                                .as(title + ": " + label.group())
                                .isNotNull()
                                .anyMatch(value -> values.matcher(value).matches());
                    }
                })));
    }

    @Test
    void everyLabelThatIsSummedByIsOneOfTheMetrics() throws IOException {
        expressions().forEach((title, expression) -> {
            Set<String> labels = new TreeSet<>(Set.of("instance"));
            NAME.matcher(expression).results().forEach(name -> labels.addAll(told.get(name.group()).keySet()));
            List<String> by = new ArrayList<>();
            BY.matcher(expression).results().forEach(list -> by.addAll(List.of(list.group(1).split(", ?"))));
            assertThat(labels).as(title).containsAll(by);
        });
    }
}
