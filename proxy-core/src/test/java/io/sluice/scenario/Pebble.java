package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * A real ACME server, made for tests (Debian's package pebble), and the name server that it asks: every name is this machine.
 * It refuses a fifth of all nonces. <em>Ends</em> by {@link #close}.
 */
final class Pebble implements AutoCloseable {
    private final List<Process> processes = new ArrayList<>();
    private final Path directory;
    private final int port;
    private final int management;
    private final int names;
    private final int book;
    private final X509Bundle root;

    private Pebble(Path directory) throws Exception {
        this.directory = directory;
        this.port = freePort();
        this.management = freePort();
        this.names = freePort();
        this.book = freePort();
        this.root = new CertificateBuilder().ecp256().subject("CN=Pebble's own root").setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    /** Whether both programs are installed here. */
    static boolean installed() {
        return List.of("pebble", "pebble-challtestsrv").stream().allMatch(program -> Arrays
                .stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program))));
    }

    /** A port that was free a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * Starts it.
     *
     * @param directory for its files
     * @param httpPort  where it asks by HTTP
     * @param tlsPort   where it asks by a handshake
     * @param lifetime  of its certificates
     */
    static Pebble start(Path directory, int httpPort, int tlsPort, Duration lifetime) throws Exception {
        Pebble pebble = new Pebble(directory);
        X509Bundle own = new CertificateBuilder().ecp256().subject("CN=pebble").addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1").buildIssuedBy(pebble.root);
        Files.writeString(pebble.ca(), pebble.root.getRootCertificatePEM());
        Files.writeString(directory.resolve("pebble.crt"), own.getCertificatePathPEM());
        Files.writeString(directory.resolve("pebble.key"), own.getPrivateKeyPEM());
        Files.writeString(directory.resolve("pebble.json"), """
                {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d",
                "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": %d, "ocspResponderURL": "",
                "externalAccountBindingRequired": false, "certificateValidityPeriod": %d}}
                """.formatted(pebble.port, pebble.management, directory.resolve("pebble.crt"), directory.resolve("pebble.key"),
                httpPort, tlsPort, lifetime.toSeconds()));
        pebble.run(Map.of(), "pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01",
                "127.0.0.1:" + pebble.names, "-http01", "", "-https01", "", "-tlsalpn01", "", "-management",
                "127.0.0.1:" + pebble.book);
        pebble.run(Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_WFE_NONCEREJECT", "20", "PEBBLE_AUTHZREUSE", "0"),
                "pebble", "-strict", "-config", directory.resolve("pebble.json").toString(), "-dnsserver",
                "127.0.0.1:" + pebble.names);
        await("pebble").atMost(Duration.ofSeconds(10)).ignoreExceptions().untilAsserted(() ->
                assertThat(pebble.get(pebble.port, "/dir")).contains("newOrder"));
        return pebble;
    }

    private void run(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(command[0] + ".log").toFile());
        builder.environment().putAll(environment);
        processes.add(builder.start());
    }

    private String get(int at, String path) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, Handshake.trust(root.getRootCertificatePEM()), null);
        try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
            return client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + at + path)).build(),
                    BodyHandlers.ofString()).body();
        }
    }

    /** Has a name lead elsewhere. */
    void lead(String name, String address) throws Exception {
        String text = "{\"host\": \"" + name + ".\", \"addresses\": [\"" + address + "\"]}";
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + book + "/add-a"))
                    .POST(BodyPublishers.ofString(text)).build(), BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
    }

    /** Whom the directory's certificate comes from. */
    Path ca() {
        return directory.resolve("pebble-ca.pem");
    }

    /** What acme says to use it. */
    String yaml() {
        return "directory: \"https://localhost:" + port + "/dir\", ca: \"" + ca() + "\"";
    }

    /** Whom its certificates come from; another at each start. */
    String rootPem() throws Exception {
        return get(management, "/roots/0");
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        processes.forEach(process -> process.onExit().join());
    }
}
