package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.config.AdminConfig;
import io.sluice.config.HostPort;
import io.sluice.telemetry.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdminServerIT {
    private static final AdminConfig ANY_PORT = new AdminConfig(new HostPort("127.0.0.1", 0), null);

    private final AtomicReference<String> reason = new AtomicReference<>();
    private final AtomicReference<String> figures = new AtomicReference<>("x 1\n");
    private final List<AutoCloseable> opened = new ArrayList<>();

    private AdminServer start(AdminLimits limits) throws IOException {
        AdminServer server = AdminServer.start(ANY_PORT, pages(), limits);
        opened.add(server);
        return server;
    }

    private AdminPages pages() {
        return new AdminPages(AdminTable.probes(figures::get, reason::get));
    }

    private AdminServer start() throws IOException {
        return start(AdminLimits.DEFAULT);
    }

    private Socket connect(AdminServer server) throws IOException {
        Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(20_000);
        opened.add(socket);
        return socket;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private String exchange(AdminServer server, String request) throws IOException {
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String get(AdminServer server, String path) throws IOException {
        return exchange(server, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    @Test
    void answersProbesAndMetricsToAnOrdinaryClient() throws Exception {
        AdminServer server = start();
        figures.set(new Metrics("test").scrape());
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI base = URI.create("http://127.0.0.1:" + server.address().getPort());
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> metrics = client.send(
                        HttpRequest.newBuilder(base.resolve("/metrics?name=x")).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(metrics.statusCode()).isEqualTo(200);
                assertThat(metrics.headers().firstValue("Content-Type")).hasValue(Metrics.CONTENT_TYPE);
                assertThat(metrics.body()).isEqualTo(figures.get()).contains("sluice_build_info");
            }
            reason.set("draining");
            HttpResponse<String> ready = client.send(
                    HttpRequest.newBuilder(base.resolve("/readyz")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).isEqualTo("draining\n");
        }
    }

    @Test
    void sendsNoBodyToHeadButItsLength() throws IOException {
        String response = exchange(start(), "HEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");

        assertThat(response).startsWith("HTTP/1.1 200 ").contains("Content-Length: 3\r\n").endsWith("\r\n\r\n");
    }

    @Test
    void givesARefusedUploaderItsAnswer() throws IOException {
        String request = "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n" + "x".repeat(20_000);

        assertThat(exchange(start(), request)).startsWith("HTTP/1.1 405 ").contains("Allow: GET, HEAD\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET /livez\r\n\r\n", "GET  /livez HTTP/1.1\r\n\r\n", "GET http://a/livez HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\n\r\n", "GET /livez HTTP/1.1 x\r\n\r\n", "GET\t/livez\tHTTP/1.1\r\n\r\n"
    })
    void refusesWhatIsNoRequest(String request) throws IOException {
        assertThat(exchange(start(), request)).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void refusesAHeadThatNeverEnds() throws IOException {
        assertThat(exchange(start(), "GET /livez HTTP/1.1\r\nA: " + "a".repeat(9_000))).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void answersARequestThatComesByteByByte() throws IOException {
        try (Socket socket = connect(start())) {
            socket.setTcpNoDelay(true);
            for (byte octet : "GET /livez HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(octet);
            }

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).endsWith("\r\n\r\nok\n");
        }
    }

    @Test
    void answersAProbeHoweverManyOthersAreSilentOrStall() throws IOException {
        AdminServer server = start(new AdminLimits(8, Duration.ofMinutes(10)));
        figures.set("x".repeat(16 << 20));
        List<Socket> stalled = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Socket socket = connect(server);
            // Silent, stalled within its head, and one that doesn't read its answer.
            String sent = List.of("", "GET /li", "GET /metrics HTTP/1.1\r\n\r\n").get(i % 3);
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            stalled.add(socket);
        }

        for (int i = 0; i < 20; i++) {
            assertThat(get(server, "/livez")).startsWith("HTTP/1.1 200 ");
        }

        assertThat(server.connections()).isLessThanOrEqualTo(8);
        // The oldest was ended to make room.
        assertThat(stalled.get(0).getInputStream().read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /livez HTTP/1.1\r\nHost", "GET /metrics HTTP/1.1\r\n\r\n"})
    void endsAConnectionAtItsDeadlineWhateverItWaitsFor(String sent) throws IOException {
        figures.set("x".repeat(16 << 20));
        AdminServer server = start(new AdminLimits(8, Duration.ofMillis(200)));
        Socket socket = connect(server);
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
        // The answer has begun: who is not answered waits below, until it is closed.
        await().until(() -> !sent.endsWith("\r\n\r\n") || socket.getInputStream().available() > 0);

        await().until(() -> server.connections() == 0);

        int read = 0;
        try {
            read = socket.getInputStream().readAllBytes().length;
        } catch (IOException resetIsAnEndToo) {
            assertThat(resetIsAnEndToo).isNotNull();
        }
        assertThat(read).isLessThan(16 << 20);
        await().until(() -> server.connections() == 0);
    }

    @Test
    void leavesNoConnectionBehindAfterAnAnswer() throws IOException {
        AdminServer server = start();

        get(server, "/livez");

        await().until(() -> server.connections() == 0);
    }

    @Test
    void namesTheAddressItCannotBind() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", taken.getLocalPort());

            assertThatThrownBy(() -> AdminServer.start(new AdminConfig(address, null), pages(), AdminLimits.DEFAULT))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("admin.address: can't listen on " + address + ": ");
        }
        assertThatThrownBy(() -> AdminServer.start(
                        new AdminConfig(new HostPort("nowhere.invalid", 1), null), pages(), AdminLimits.DEFAULT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nowhere.invalid:1");
    }

    @Test
    void warnsWhenOthersCanReachIt() throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            start();
            assertThat(said.toString(StandardCharsets.UTF_8)).doesNotContain("admin address");
            AdminServer open = AdminServer.start(
                    new AdminConfig(new HostPort("0.0.0.0", 0), null), pages(), AdminLimits.DEFAULT);
            open.close();
        } finally {
            System.setErr(before);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("WARN").contains("address=0.0.0.0:0");
    }

    @Test
    void endsItsConnectionsWhenClosedAndForgivesASecondClose() throws IOException {
        AdminServer server = start();
        Socket silent = connect(server);
        await().until(() -> server.connections() == 1);

        server.close();
        server.close();

        assertThat(silent.getInputStream().read()).isEqualTo(-1);
        assertThatThrownBy(() -> connect(server)).isInstanceOf(IOException.class);
    }
}
