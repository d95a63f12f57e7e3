package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.SystemCalls;
import io.sluice.scenario.Message.Ending;
import io.sluice.server.ReloadResult;
import io.sluice.server.SluiceServer;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The proxy, its backends and its clients for one test. Afterwards it asserts what must hold after every test, however
 * it ended: nothing is in flight, no descriptor stays open, no script's assertion failed.
 *
 * <p>Unless a test says otherwise there is one listener {@code web}, one route {@code all} to a service {@code app}, a
 * route that answers {@code /settle} itself, and one event loop: pools belong to a loop, so that with more of them
 * nobody could foresee which connection is reused.
 */
final class ProxyUnderTest implements BeforeEachCallback, AfterEachCallback {
    private static final String SETTLE = "/settle";
    /** What a client of HTTP/2 lets a stream send ahead. */
    private static final int WINDOW = 256 * 1024;
    private static final Map<String, String> DEFAULTS = Map.of(
            "listeners", "listeners: [{ name: web, address: \"127.0.0.1:0\" }]\n",
            "routes", "routes:\n"
                    + "  - { name: settle, match: { path: " + SETTLE + " }, respond: { status: 200, body: settled } }\n"
                    + "  - { name: all, service: app }\n",
            "services", "services: { app: { endpoints: [${endpoints}] } }\n",
            "accessLog", "accessLog: { path: \"off\" }\n",
            "admin", "admin: \"off\"\n",
            "eventLoops", "eventLoops: 1\n");

    private final Relaying relaying;
    private Supplier<SystemCalls> kernel = SystemCalls.ofThisSystem();
    /** Clients of some tests connect from threads of their own. */
    private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
    private final List<ScriptedBackend> backends = new ArrayList<>();
    private Descriptors before;
    private SluiceServer server;
    private RawConnection settling;

    /** A proxy whose bodies cross as they do by default. */
    ProxyUnderTest() {
        this(Relaying.DEFAULT);
    }

    /** A proxy whose bodies are to cross so, unless its YAML says otherwise. */
    ProxyUnderTest(Relaying relaying) {
        this.relaying = relaying;
    }

    /** Has the proxy splice by other system calls than the real ones. */
    void kernel(Supplier<SystemCalls> calls) {
        kernel = calls;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        // What these tests wait for happens within milliseconds.
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(2));
        Descriptors.settle();
        before = Descriptors.now();
        if (relaying.http2()) {
            Stream.of(context.getRequiredTestMethod(), context.getRequiredTestClass())
                    .flatMap(marked -> Stream.ofNullable(marked.getAnnotation(OnlyHttp1.class)))
                    .forEach(why -> Assumptions.abort(why.value()));
        }
    }

    /** Starts a backend whose n-th connection plays the n-th script, and every further one the last. */
    ScriptedBackend backend(Script... scripts) throws IOException {
        return owned(ScriptedBackend.secure(secrets(), scripts));
    }

    /** What a backend of this test speaks. */
    BackendSecrets secrets() {
        return relaying == Relaying.ENCRYPTED_BEHIND ? BackendSecrets.GOOD : BackendSecrets.NONE;
    }

    /** An address where nobody listens, and during this test nobody else will; as written in a configuration. */
    String nobody() throws IOException {
        Socket bound = new Socket();
        opened.add(bound);
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return bound.getLocalAddress().getHostAddress() + ":" + bound.getLocalPort();
    }

    /** Has a backend closed after the test, and its scripts' assertions counted. */
    ScriptedBackend owned(ScriptedBackend backend) {
        backends.add(backend);
        return backend;
    }

    /** Starts the proxy in front of these backends. */
    void start(ScriptedBackend... endpoints) throws Exception {
        start("", endpoints);
    }

    /**
     * Starts the proxy in front of these backends.
     *
     * @param yaml top-level keys besides, or instead of, the default ones; <code>${endpoints}</code> stands for all
     *             backends' addresses and <code>${0}</code>, <code>${1}</code> for each
     */
    void start(String yaml, ScriptedBackend... endpoints) throws Exception {
        start(yaml, java.util.Arrays.stream(endpoints).map(ScriptedBackend::address).toList());
    }

    /** The same with addresses. */
    void start(String yaml, List<String> endpoints) throws IOException, ConfigException {
        server = SluiceServer.start(config(yaml, endpoints), kernel);
        if (Transport.detect() == Transport.EPOLL) {
            // A body that comes before is copied: which relay a scenario meets must not depend on that.
            await().until(server::splices);
        }
    }

    /** Has it go on with another configuration, made as that of {@link #start(String, ScriptedBackend...)}. */
    ReloadResult reload(String yaml, ScriptedBackend... endpoints) throws ConfigException {
        return server.reload(config(yaml, java.util.Arrays.stream(endpoints).map(ScriptedBackend::address).toList()));
    }

    private SluiceConfig config(String yaml, List<String> endpoints) throws ConfigException {
        StringBuilder whole = new StringBuilder();
        DEFAULTS.forEach((key, text) -> {
            if (!Pattern.compile("^" + key + ":", Pattern.MULTILINE).matcher(yaml).find()) {
                whole.append(text);
            }
        });
        if (!yaml.contains("zeroCopy:")) {
            whole.append(relaying.yaml());
        }
        whole.append(yaml);
        String text = (relaying.encrypted() ? whole.toString().replace("name: web,", "name: web, " + TestAuthority.LOCALHOST + ",")
                : whole.toString()).replace("${endpoints}", String.join(", ", endpoints.stream().map(e -> '"' + e + '"').toList()));
        if (relaying == Relaying.ENCRYPTED_BEHIND && !text.contains("tls:")) {
            text = text.replaceAll("(?m)(\\{ *|^ +)(?=endpoints:)", "$1" + BackendSecrets.YAML + "@$1");
            text = text.replaceAll("@\\{ *", ", ").replace("@ ", "\n ");
        }
        for (int i = 0; i < endpoints.size(); i++) {
            text = text.replace("${" + i + "}", '"' + endpoints.get(i) + '"');
        }
        return new ConfigReader(Map.of()).read("test", text);
    }

    /** Whether its clients speak HTTP/2. */
    boolean http2() {
        return relaying.http2();
    }

    /** Which version of HTTP they speak. */
    String version() {
        return http2() ? "2.0" : "1.1";
    }

    /** How a body that has a length or chunks ends for them where the rest of it is missing. */
    Ending cut() {
        return http2() ? Ending.RESET : Ending.CLOSED;
    }

    /** How a backend of HTTP/1.1 is told the name of a client's field: all lower case from HTTP/2 (RFC 9113 §8.2). */
    String said(String name) {
        return http2() ? name.toLowerCase(Locale.ROOT) : name;
    }

    /** How many of so many requests, sent at once on one connection, are on at once: streams don't wait for each other. */
    int atOnce(int requests) {
        return http2() ? requests : 1;
    }

    /** The running proxy. */
    SluiceServer server() {
        return server;
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return server.address("web");
    }

    /** A new client connection. */
    RawConnection client() throws IOException {
        return client(connect());
    }

    /** A new client connection that the caller closes. */
    RawConnection connect() throws IOException {
        return fit(RawConnection.to(address()), WINDOW);
    }

    private RawConnection fit(RawConnection connected, int window) throws IOException {
        return switch (relaying) {
            case ENCRYPTED -> connected.encrypted();
            case HTTP2 -> connected.http2(window);
            case HTTP2_ENCRYPTED -> connected.encrypted("h2").http2(window);
            default -> connected;
        };
    }

    /** A new client connection with a receive buffer of about so many bytes. */
    RawConnection narrowClient(int receiveBuffer) throws IOException {
        return client(fit(RawConnection.narrowTo(address(), receiveBuffer), receiveBuffer));
    }

    /** A new connection of HTTP/2, with these settings: pairs of a number and its value. */
    FrameClient http2Client(int... settings) throws IOException {
        FrameClient client = new FrameClient(address(), settings);
        opened.add(client);
        return client;
    }

    /** A new connection to a listener of this name. */
    RawConnection clientOf(String listener) throws IOException {
        return client(RawConnection.to(server.address(listener)));
    }

    /** The same, over which what this test's clients speak is spoken. */
    RawConnection httpClientOf(String listener) throws IOException {
        return client(fit(RawConnection.to(server.address(listener)), WINDOW));
    }

    private RawConnection client(RawConnection connection) {
        opened.add(connection);
        return connection;
    }

    /** What a client of its own gets for this request. */
    Message answerTo(String request) throws IOException {
        try (RawConnection client = connect()) {
            client.send(request);
            return client.response();
        }
    }

    /**
     * Sends a request among whose fields is one that is none: over HTTP/1.1 it is answered, over HTTP/2 reset (RFC 9113
     * §8.1.1). Returns the word for that.
     */
    String refused(String path, String... fields) throws IOException {
        try (RawConnection client = connect()) {
            client.send(Http.get(path, fields).replace("\r\n\r\n", "\r\nBad Field: x\r\n\r\n"));
            if (http2()) {
                assertThat(client.awaitEnd()).isEqualTo(Ending.RESET);
                return "http2_malformed";
            }
            assertThat(client.response().status()).isEqualTo(400);
            return "malformed_field";
        }
    }

    /**
     * Returns once the one event loop has dealt with everything that had reached it before. Proves that something did
     * not happen, where otherwise only a sleep could.
     */
    synchronized void settle() throws IOException {
        if (settling == null) {
            settling = connect();
            opened.add(settling);
        }
        // Twice: what arrived in the same round of the loop as the first may come behind it.
        for (int i = 0; i < 2; i++) {
            settling.send(Http.get(SETTLE));
            assertThat(settling.response().text()).isEqualTo("settled");
        }
    }

    /**
     * Asserts that this answer, which came before its request had ended, was the connection's last. Over HTTP/2 it is its
     * stream's only (RFC 9113 §8.1): there, asserts that the connection goes on.
     */
    void awaitLast(RawConnection client, Message answer) throws IOException {
        if (client.socket() instanceof Http2Socket connection) {
            connection.abandon();
            client.send(Http.get(SETTLE));
            assertThat(client.response().text()).isEqualTo("settled");
        } else {
            assertThat(answer.value("Connection")).isEqualToIgnoringCase("close");
            client.awaitEnd();
        }
    }

    /** Sends a text in pieces, each read by the proxy before the next is sent. */
    void sendInPieces(RawConnection client, String text, int pieceLength) throws IOException {
        for (int at = 0; at < text.length(); at += pieceLength) {
            client.send(text.substring(at, Math.min(text.length(), at + pieceLength)));
            settle();
        }
    }

    /** A metric's value now: the sum over all samples with these labels, each as {@code name=value}. */
    double metric(String name, String... labels) {
        return Scrape.of(server.metrics().scrape()).sum(name, labels);
    }

    /** Waits for a metric's value. */
    void awaitMetric(double value, String name, String... labels) {
        await(name + List.of(labels)).untilAsserted(() -> assertThat(metric(name, labels)).isEqualTo(value));
    }

    /** Waits until an exchange that ended by this failure was counted. */
    void awaitCounted(String word) {
        awaitMetric(1, "sluice_errors_total", "error=" + word);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
        try {
            if (server != null) {
                awaitMetric(0, "sluice_requests_active");
                awaitMetric(0, "sluice_pool_active");
                awaitMetric(0, "sluice_connections");
                awaitMetric(0, "sluice_pipes", "state=active");
                awaitMetric(0, "sluice_compressions_active");
                if (relaying != Relaying.SPLICED && relaying != Relaying.DEFAULT) {
                    awaitMetric(0, "sluice_zero_copy_bytes_total", "mechanism=splice");
                }
            }
        } finally {
            if (server != null) {
                server.close();
            }
            for (ScriptedBackend backend : backends) {
                backend.close();
            }
        }
        for (ScriptedBackend backend : backends) {
            assertThat(backend.failures()).as("what scripts asserted").isEmpty();
        }
        await("descriptors").untilAsserted(() -> {
            Descriptors now = Descriptors.now();
            assertThat(now.within(before)).as("descriptors before %s, now %s", before, now).isTrue();
        });
    }
}
