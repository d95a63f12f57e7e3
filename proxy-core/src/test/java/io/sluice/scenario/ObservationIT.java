package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of an exchange: its line in the access log, and its counters. */
@BothVersions
final class ObservationIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    @TempDir
    Path folder;

    ObservationIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private String log() {
        return "accessLog: { path: \"" + folder.resolve("access.log") + "\", format: json }\n";
    }

    /** The log's lines once there are so many, without those of {@link ProxyUnderTest#settle}. */
    private List<String> lines(int count) {
        return await("lines of the access log").until(this::lines, lines -> lines.size() >= count);
    }

    private List<String> lines() throws IOException {
        Path file = folder.resolve("access.log");
        return Files.exists(file)
                ? Files.readAllLines(file).stream().filter(line -> !line.contains("\"/settle\"")).toList() : List.of();
    }

    private static void has(String line, String... members) {
        assertThat(line).startsWith("{").endsWith("}").contains(members);
    }

    @Test
    void logsAnExchangeThatEndedWell() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.echoing());
        proxy.start(log(), backend);

        proxy.answerTo(Http.post("/path?query=1", "seventeen bytes!!"));

        List<String> lines = lines(1);
        assertThat(lines).hasSize(1);
        has(lines.getFirst(), "\"listener\":\"web\"", "\"client\":\"127.0.0.1", "\"protocol\":\"HTTP/" + proxy.version() + "\"",
                "\"method\":\"POST\"", "\"host\":\"site.test\"", "\"path\":\"/path?query=1\"", "\"status\":200",
                "\"bytesIn\":17", "\"bytesOut\":17", "\"route\":\"all\"", "\"service\":\"app\"",
                "\"endpoint\":\"" + backend.address() + "\"", "\"attempts\":1", "\"reused\":false", "\"end\":\"ok\"");
    }

    @Test
    void logsWhetherAConnectionWasReused() throws Exception {
        proxy.start(log(), proxy.backend(Script.answering(Http.ok("x"))));

        proxy.answerTo(Http.get("/1"));
        proxy.answerTo(Http.get("/2"));

        assertThat(lines(2)).hasSize(2);
        has(lines(2).get(1), "\"reused\":true", "\"end\":\"ok\"");
    }

    @Test
    void logsARefusal() throws Exception {
        proxy.start(log(), proxy.backend(Script.silent()));

        String why = proxy.refused("/");

        assertThat(lines(1)).hasSize(1);
        has(lines(1).getFirst(), "\"status\":400", "\"attempts\":0", "\"end\":\"" + why + "\"");
        proxy.awaitMetric(1, "sluice_rejected_total", "listener=web", "reason=" + why);
        proxy.awaitCounted(why);
    }

    @Test
    void countsNoErrorOfARoutedRequestAsRejected() throws Exception {
        proxy.start(proxy.backend(Script.answeringOnce("")));

        proxy.answerTo(Http.get("/"));

        proxy.awaitCounted("backend_closed");
        proxy.awaitMetric(0, "sluice_rejected_total");
    }

    @Test
    void logsTheBytesOfAnAnswerThatItMakesItself() throws Exception {
        proxy.start(log() + """
                routes:
                  - { match: { path: /fixed }, respond: { status: 200, body: "seven!!" } }
                  - { match: { path: /moved }, redirect: { location: /new, status: 308 } }
                  - { name: all, service: app }
                """, proxy.backend(Script.answeringOnce("")));

        proxy.answerTo(Http.get("/fixed"));
        try (RawConnection client = proxy.connect()) {
            client.send(Http.request("HEAD /fixed HTTP/1.1"));
            client.head();
        }
        Message moved = proxy.answerTo(Http.get("/moved"));
        Message failed = proxy.answerTo(Http.get("/"));

        List<String> lines = lines(4);
        has(lines.get(0), "\"status\":200", "\"bytesOut\":7");
        has(lines.get(1), "\"method\":\"HEAD\"", "\"status\":200", "\"bytesOut\":0");
        has(lines.get(2), "\"status\":308", "\"bytesOut\":" + moved.text().length());
        has(lines.get(3), "\"status\":502", "\"bytesOut\":" + failed.text().length());
        proxy.awaitMetric(
                7 + moved.text().length() + failed.text().length(), "sluice_bytes_total", "side=client", "direction=out");
    }

    @Test
    void logsABackendThatDied() throws Exception {
        proxy.start(log(), proxy.backend(Script.answeringOnce("")));

        proxy.answerTo(Http.get("/"));

        has(lines(1).getFirst(), "\"status\":502", "\"end\":\"backend_closed\"");
        proxy.awaitMetric(1, "sluice_errors_total", "error=backend_closed", "service=app");
    }

    @Test
    void logsATruncatedResponseWithTheStatusThatWasSent() throws Exception {
        Signal arrived = new Signal();
        proxy.start(log(), proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfour");
            arrived.await();
        }));
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        client.head();
        arrived.raise();
        client.awaitEnd();

        has(lines(1).getFirst(), "\"status\":200", "\"end\":\"response_truncated\"");
    }

    @Test
    void logsAClientThatLeft() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start(log(), backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        proxy.awaitMetric(1, "sluice_requests_active");

        client.close();

        has(lines(1).getFirst(), "\"end\":\"client_gone\"");
    }

    @Test
    void logsARetryAsOneRequest() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(Http.ok("first"));
            connection.request();
        }, Script.answering(Http.ok("again")));
        proxy.start(log(), backend);

        proxy.answerTo(Http.get("/1"));
        proxy.answerTo(Http.get("/2"));

        has(lines(2).get(1), "\"status\":200", "\"attempts\":2", "\"end\":\"ok\"");
        assertThat(proxy.metric("sluice_requests_total", "route=all")).isEqualTo(2);
    }

    @Test
    void writesNothingAClientSendsAsANewLineOrMember() throws Exception {
        proxy.start(log(), proxy.backend(Script.answering(Http.ok("x"))));

        proxy.answerTo("GET /\"quoted\\\" HTTP/1.1\r\nHost: site.test\r\n\r\n");
        proxy.answerTo(Http.get("/second"));

        assertThat(lines(2)).hasSize(2).allSatisfy(line -> assertThat(line).startsWith("{").endsWith("}"));
    }

    @Test
    void countsRequestsByWhatBecameOfThem() throws Exception {
        proxy.start(proxy.backend(Script.answering(Http.ok("12345"))));

        proxy.answerTo(Http.get("/"));
        proxy.answerTo(Http.post("/", "abc"));
        proxy.answerTo("GET / HTTP/1.0\r\nHost: site.test\r\n\r\n");

        proxy.awaitMetric(2, "sluice_requests_total", "route=all", "method=GET", "code=2xx");
        proxy.awaitMetric(1, "sluice_requests_total", "route=all", "method=POST", "code=2xx");
        proxy.awaitMetric(proxy.http2() ? 3 : 2, "sluice_requests_total", "protocol=HTTP/" + proxy.version());
        proxy.awaitMetric(proxy.http2() ? 0 : 1, "sluice_requests_total", "protocol=HTTP/1.0");
        proxy.awaitMetric(3, "sluice_bytes_total", "side=client", "direction=in");
        proxy.awaitMetric(15, "sluice_bytes_total", "side=client", "direction=out");
        proxy.awaitMetric(3, "sluice_request_duration_seconds_count", "route=all");
    }

    @Test
    void showsWhatIsInFlight() throws Exception {
        Signal answer = new Signal();
        proxy.start(proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("x"));
            connection.awaitEnd();
        }));
        RawConnection client = proxy.client();
        client.send(Http.get("/"));

        proxy.awaitMetric(1, "sluice_requests_active", "route=all", "service=app");
        proxy.awaitMetric(1, "sluice_pool_active", "service=app");
        proxy.awaitMetric(1, "sluice_connections", "listener=web");
        answer.raise();
        client.response();

        proxy.awaitMetric(0, "sluice_requests_active");
        proxy.awaitMetric(0, "sluice_pool_active");
        proxy.awaitMetric(1, "sluice_pool_idle", "service=app");
    }
}
