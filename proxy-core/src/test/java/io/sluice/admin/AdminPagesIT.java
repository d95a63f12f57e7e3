package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdminPagesIT {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
    @AutoClose
    private final AdminUnderTest under = AdminUnderTest.local();

    AdminPagesIT() throws Exception {}

    /** The backend's connection number n, once its request's head has come. */
    private Socket asked(int n) throws IOException {
        await().until(() -> under.backends.size() > n);
        Socket backend = under.backends.get(n);
        backend.setSoTimeout(20_000);
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) backend.getInputStream().read());
        }
        return backend;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> endpoint() throws IOException {
        Map<String, Object> service = ((List<Map<String, Object>>) under.json("/services").get("services")).getFirst();
        assertThat(service).containsEntry("name", "app").containsEntry("policy", "leastRequests");
        return ((List<Map<String, Object>>) service.get("endpoints")).getFirst();
    }

    @Test
    void showsTheConfigurationInForceWithoutItsSecrets() throws IOException {
        String answer = under.ask("GET /config");

        assertThat(under.json("/config")).containsEntry("eventLoops", 2).containsKeys("listeners", "routes", "services");
        assertThat(answer)
                .contains("\"X-Env\":\"prod\"", "\"Authorization\":\"(hidden)\"", "\"responseHeaders\":\"60s\"",
                        "\"requestBody\":\"unlimited\"", "\"kind\":\"forward\"", "\"token\":null")
                .doesNotContain("cGFzcw");
    }

    @Test
    @SuppressWarnings("unchecked")
    void showsTheQueueAndTheCircuitOfAService() throws IOException {
        Map<String, Object> app = ((List<Map<String, Object>>) under.json("/services").get("services")).getFirst();

        assertThat(app).containsEntry("name", "app").containsEntry("waiting", 0).containsEntry("circuit", "closed")
                .containsEntry("circuitOpened", 0).containsEntry("sticky", false);
    }

    @Test
    @SuppressWarnings("unchecked")
    void showsWhatNamesStandForAndNothingOfThemWhereThereAreNone() throws Exception {
        assertThat(((List<Map<String, Object>>) under.json("/services").get("services")).getFirst()).doesNotContainKey("names");
        String port = ":" + under.listening.getLocalPort();
        String named = under.yaml("{ address: \"127.0.0.1:0\" }").replace("[\"127.0.0.1:", "[\"localhost:");

        assertThat(under.proxy.reload(new ConfigReader(Map.of()).read("test.yaml", named)).accepted()).isTrue();

        Map<String, Object> app = ((List<Map<String, Object>>) under.json("/services").get("services")).getFirst();
        Map<String, Object> name = ((List<Map<String, Object>>) app.get("names")).getFirst();
        assertThat(name).containsEntry("name", "localhost" + port).containsEntry("addresses", List.of("127.0.0.1" + port))
                .containsEntry("result", "ok").containsEntry("failingSince", null);
        assertThat((String) name.get("lastGood")).isNotEmpty();
        assertThat(endpoint()).containsEntry("address", "127.0.0.1" + port);
    }

    @Test
    void showsEveryEndpointAndWhatItDoes() throws IOException {
        assertThat(endpoint())
                .containsEntry("address", "127.0.0.1:" + under.listening.getLocalPort())
                .containsEntry("weight", 1).containsEntry("active", 0).containsEntry("connections", 0)
                .containsEntry("idle", 0).containsEntry("splices", true)
                .containsEntry("reusedForMillis", null).containsEntry("learnedFrom", null);

        Socket client = under.client("web", GET);
        Socket backend = asked(0);
        assertThat(endpoint()).containsEntry("active", 1).containsEntry("connections", 1).containsEntry("idle", 0);

        say(backend, "HTTP/1.1 204 x\r\n\r\n");
        assertThat(client.getInputStream().read()).isEqualTo('H');
        await().untilAsserted(() -> assertThat(endpoint())
                .containsEntry("active", 0).containsEntry("connections", 1).containsEntry("idle", 1));
    }

    @Test
    void tellsOfABackendThatHasNotAnswered() throws IOException {
        under.client("web", GET);
        asked(0);

        assertThat(under.only())
                .containsEntry("client", "127.0.0.1").containsEntry("listener", "web").containsEntry("route", "all")
                .containsEntry("service", "app").containsEntry("endpoint", "127.0.0.1:" + under.listening.getLocalPort())
                .containsEntry("state", "waiting").containsEntry("blockedOn", "backend").containsEntry("status", 0)
                .containsEntry("bytesOut", 0).containsEntry("relay", "none");
        assertThat(under.json("/connections").get("live")).isInstanceOf(Map.class).asString()
                .contains("count=1", "blockedOnBackend=1", "blockedOnClient=0", "silentLoops=0");
    }

    @Test
    void tellsOfAClientThatTakesNoMore() throws IOException {
        under.client("web", GET);
        Socket backend = asked(0);
        say(backend, "HTTP/1.1 200 x\r\nContent-Length: 100000000\r\n\r\n");
        Thread.ofVirtual().start(() -> {
            try {
                backend.getOutputStream().write(new byte[100_000_000]);
            } catch (IOException ended) {
                // With the test.
            }
        });

        await().untilAsserted(() -> assertThat(under.only())
                .containsEntry("state", "response").containsEntry("blockedOn", "client").containsEntry("status", 200));
        assertThat((Integer) under.only().get("bytesOut")).isPositive();
        assertThat(under.only().get("relay")).isIn("spliced", "copied");
    }

    @Test
    void tellsOfABackendThatTakesNoMore() throws IOException {
        Socket client = under.client("web", "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
        asked(0);
        Thread.ofVirtual().start(() -> {
            try {
                client.getOutputStream().write(new byte[100_000_000]);
            } catch (IOException ended) {
                // With the test.
            }
        });

        await().untilAsserted(() -> assertThat(under.only())
                .containsEntry("state", "request").containsEntry("blockedOn", "backend"));
        assertThat((Integer) under.only().get("bytesIn")).isPositive();
    }

    @Test
    void tellsOfATunnel() throws IOException {
        Socket client = under.client("raw", "ping");
        await().until(() -> under.backends.size() == 1);
        say(under.backends.getFirst(), "pong!");
        assertThat(client.getInputStream().readNBytes(5)).hasSize(5);

        await().untilAsserted(() -> assertThat(under.only())
                .containsEntry("state", "tunnel").containsEntry("listener", "raw").containsEntry("client", "127.0.0.1")
                .containsEntry("bytesIn", 4).containsEntry("bytesOut", 5).containsEntry("relay", "copied")
                .containsEntry("blockedOn", "nobody"));
    }

    @Test
    void listsTheLongestFirstAndNoMoreThanAskedFor() throws IOException {
        for (int i = 0; i < 3; i++) {
            under.client("web", GET);
            asked(i);
        }

        List<?> two = (List<?>) under.json("/connections?max=2").get("connections");

        assertThat(two).hasSize(2);
        assertThat(under.json("/connections?max=2").get("live")).asString().contains("count=3");
        assertThat(two).extracting(it -> (Integer) ((Map<?, ?>) it).get("ageMillis"))
                .isSortedAccordingTo((a, b) -> b - a);
    }

    @Test
    void sumsUpForTheDashboard() throws IOException {
        Socket client = under.client("web", GET);
        say(asked(0), "HTTP/1.1 500 x\r\nContent-Length: 3\r\n\r\nabc");
        assertThat(client.getInputStream().read()).isEqualTo('H');

        await().untilAsserted(() -> assertThat(under.json("/stats"))
                .containsEntry("requests", 1).containsEntry("active", 0).containsEntry("bytesOut", 3)
                .containsEntry("codes", List.of(0, 0, 0, 0, 0, 1)).containsEntry("ready", true).containsEntry("clients", 1)
                .containsKeys("durations", "durationBoundsMillis", "pools", "services", "live", "connections", "errors"));
    }

    @Test
    void changesALogLevel() throws IOException {
        assertThat(under.ask("GET /loglevel")).contains("{\"levels\":{\"\":\"INFO\"}}");

        String answer = under.ask("POST /loglevel?logger=io.sluice.admin&level=debug", "X-Sluice: 1");

        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"io.sluice.admin\":\"DEBUG\"");
        assertThat(under.levels).containsEntry("io.sluice.admin", "DEBUG");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET /config?x=1 | 400 | found the parameter",
        "GET /services?max=1 | 400 | expected none",
        "GET /stats?%zz | 400 | hexadecimal",
        "GET /connections?max=0 | 400 | a whole number from 1 to 1000",
        "GET /connections?max=1001 | 400 | a whole number from 1 to 1000",
        "GET /connections?max=1&max=2 | 400 | twice",
        "GET /jfr?seconds=0 | 400 | a whole number from 1 to 300",
        "GET /jfr?seconds=301 | 400 | a whole number from 1 to 300",
        "GET /jfr?minutes=1 | 400 | expected only seconds",
        "HEAD /jfr?seconds=1 | 405 | Allow: GET",
        "POST /jfr?seconds=1 | 405 | only GET, HEAD",
        "POST /loglevel | 400 | level: found \"\"; expected one of: trace",
        "POST /loglevel?level=loud | 400 | level: found \"loud\"",
        "POST /loglevel?level=info&logger=a/b | 400 | logger: found",
        "POST /loglevel?level=info&logger=a..b | 400 | logger: found",
        "PUT /loglevel | 405 | Allow: GET, HEAD, POST",
        "POST /config | 405 | Allow: GET, HEAD",
        "DELETE / | 405 | Allow: GET, HEAD",
        "GET /nothing | 404 | there are: /livez  /readyz  /metrics  /  ",
        "POST /reloads | 404 | POST /loglevel",
        "GET /dashboard.html | 404 | not found"
    })
    void saysWhyItRefuses(String line, int status, String why) throws IOException {
        assertThat(under.ask(line, "X-Sluice: 1")).startsWith("HTTP/1.1 " + status + " ").contains(why);
        assertThat(under.levels).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Content-Length: 1 | 413 | found a body of 1 bytes; expected none",
        "Content-Length: 999999999999 | 413 | expected none",
        "Content-Length: -1 | 400 | no number of bytes",
        "Content-Length: 0x1 | 400 | no number of bytes",
        "Content-Length: 99999999999999999999 | 400 | no number of bytes",
        "Transfer-Encoding: chunked | 411 | expected a body with Content-Length",
        "no colon | 400 | a header line that is none",
        "Bad Name: x | 400 | a header line that is none",
        "Origin : x | 400 | a header line that is none",
        "Host: again | 400 | found the header host twice",
        "Origin: http://evil.example | 403 | found the Origin",
        "Sec-Fetch-Site: cross-site | 403 | another site",
        "Via: 1.1 proxy | 403 | that a proxy passed on"
    })
    void saysWhatIsWrongWithARequestsHead(String field, int status, String why) throws IOException {
        assertThat(under.ask("POST /loglevel?level=debug", "X-Sluice: 1", field))
                .startsWith("HTTP/1.1 " + status + " ").contains(why);
        assertThat(under.levels).containsEntry("", "INFO");
    }

    @Test
    void obeysNoFormOfAnotherSite() throws IOException {
        assertThat(under.ask("POST /loglevel?level=debug", "Content-Type: text/plain"))
                .startsWith("HTTP/1.1 415 ").contains("X-Sluice");
        assertThat(under.ask("POST /loglevel?level=debug", "Content-Type: application/json")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void asksForItsTokenEverywhereButWhereProbesAndBrowsersBegin() throws Exception {
        try (AdminUnderTest guarded = AdminUnderTest.guarded()) {
            for (String path : List.of("/", "/dashboard.js", "/dashboard.css", "/livez", "/readyz")) {
                assertThat(guarded.ask("GET " + path)).startsWith("HTTP/1.1 200 ");
            }
            for (String path : List.of("/stats", "/config", "/services", "/connections", "/metrics", "/loglevel", "/jfr")) {
                assertThat(guarded.ask("GET " + path))
                        .startsWith("HTTP/1.1 401 ").contains("WWW-Authenticate: Bearer").contains("admin.token");
            }
            String right = "Authorization: Bearer " + AdminUnderTest.TOKEN;
            assertThat(guarded.ask("GET /config", right))
                    .startsWith("HTTP/1.1 200 ").contains("\"token\":\"(hidden)\"").doesNotContain(AdminUnderTest.TOKEN);
            assertThat(guarded.ask("POST /loglevel?level=debug")).startsWith("HTTP/1.1 401 ");
            assertThat(guarded.ask("POST /loglevel?level=debug", right)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void tellsBrowsersToTrustNothingFromElsewhere() throws IOException {
        assertThat(under.ask("GET /"))
                .contains("Content-Type: text/html; charset=utf-8\r\n", "Content-Security-Policy: default-src 'self'",
                        "X-Content-Type-Options: nosniff", "<title>Sluice</title>");
        for (String file : List.of("/", "/dashboard.js", "/dashboard.css")) {
            String body = under.ask("GET " + file);
            assertThat(body.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://", "https://");
        }
    }

    @Test
    void recordsOneAtATimeAndSendsTheRecording() throws Exception {
        Socket first = under.admin("GET /jfr?seconds=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await().untilAsserted(() -> assertThat(under.ask("GET /jfr?seconds=1")).startsWith("HTTP/1.1 409 "));

        String answer = new String(first.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("filename=\"sluice.jfr\"").contains("\r\n\r\nFLR\0");
    }

    @Test
    void stopsRecordingWhenNobodyWaitsForIt() throws Exception {
        try (Socket leaving = under.admin("GET /jfr?seconds=300 HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
            await().untilAsserted(() -> assertThat(under.ask("GET /jfr?seconds=1")).startsWith("HTTP/1.1 409 "));
            leaving.shutdownOutput();
        }

        await().untilAsserted(() -> assertThat(under.ask("GET /jfr?seconds=1")).startsWith("HTTP/1.1 200 "));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET /config HTTP/1.1\r\nHost: 127.0.0.1:%1$d\r\n\r\n", "GET http://127.0.0.1:%1$d/config HTTP/1.1\r\nHost: 127.0.0.1:%1$d\r\n\r\n",
        "GET //127.0.0.1:%1$d/config HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    })
    void isNotReachedThroughAListenerOfTheProxy(String request) throws IOException {
        Socket client = under.client("web", request.formatted(under.admin.address().getPort()));
        say(asked(0), "HTTP/1.1 200 x\r\nContent-Length: 11\r\n\r\nthe backend");

        byte[] answer = new byte[4096];
        InputStream in = client.getInputStream();
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith("the backend")) {
            int read = in.read(answer);
            assertThat(read).isPositive();
            text.append(new String(answer, 0, read, StandardCharsets.ISO_8859_1));
        }

        assertThat(text.toString()).startsWith("HTTP/1.1 200 ").doesNotContain("listeners", "ok\n");
        assertThat(under.admin.connections()).isZero();
    }
}
