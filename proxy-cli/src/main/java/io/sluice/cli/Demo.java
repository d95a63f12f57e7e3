package io.sluice.cli;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.ListenerConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.pem.Pem;
import io.sluice.pem.Signed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Two backends and a proxy in front of them, in this process. <em>Thread-safe.</em> Ends by {@link #close}. */
final class Demo implements AutoCloseable {
    private static final String CONFIG = """
            listeners:
              - address: 127.0.0.1:%1$d
              - address: 127.0.0.1:%2$d
                tls: { certificates: [{ cert: %3$s, key: %3$s }] }
            routes:
              - service: demo
            services:
              demo:
                endpoints: [%4$s]
                loadBalancer: { policy: roundRobin }
            accessLog: %5$s
            admin: { address: 127.0.0.1:%6$d }
            """;

    private static final List<String> NAMES = List.of("localhost");
    private static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(365);

    private final List<DemoBackend> backends;
    private final Path certificate;
    private final RunningProxy proxy;
    private final List<String> listeners;
    private final String accessLog;

    private Demo(List<DemoBackend> backends, Path certificate, RunningProxy proxy, SluiceConfig config, String accessLog) {
        this.backends = backends;
        this.certificate = certificate;
        this.proxy = proxy;
        this.listeners = config.listeners().stream().map(ListenerConfig::name).toList();
        this.accessLog = accessLog;
    }

    /**
     * Where it listens; of each 0 = any port.
     *
     * @param plain without TLS
     * @param tls   with TLS
     * @param admin metrics and probes
     */
    record Ports(int plain, int tls, int admin) {}

    /**
     * Something to try.
     *
     * @param command for a shell
     * @param lookFor what is worth looking at
     */
    record Example(String command, String lookFor) {}

    /**
     * Starts it; when this returns, all of it accepts.
     *
     * @param accessLog as under {@code accessLog}
     * @throws IOException if a port is taken
     */
    static Demo start(Ports ports, String accessLog) throws IOException {
        List<DemoBackend> backends = new ArrayList<>();
        Path certificate = Files.createTempFile("sluice-demo-", ".pem");
        try {
            Files.writeString(certificate, Pem.text(Signed.certificate(NAMES, Instant.now(), CERTIFICATE_LIFETIME)));
            backends.add(DemoBackend.start("one"));
            backends.add(DemoBackend.start("two"));
            SluiceConfig config =
                    new ConfigReader(Map.of()).read("demo.yaml", yaml(ports, certificate, backends, accessLog));
            return new Demo(backends, certificate, RunningProxy.start(config), config, accessLog);
        } catch (ConfigException e) {
            end(backends, certificate);
            throw new IllegalStateException("the demo's own configuration is wrong", e);
        } catch (IOException | RuntimeException e) {
            end(backends, certificate);
            throw e;
        }
    }

    private static String yaml(Ports ports, Path certificate, List<DemoBackend> backends, String accessLog) {
        return CONFIG.formatted(
                ports.plain(), ports.tls(), certificate, endpoints(backends), accessLog, ports.admin());
    }

    /** Where these backends are, as a list of endpoints is written. */
    static String endpoints(List<DemoBackend> backends) {
        return backends.stream().map(backend -> RunningProxy.text(backend.address())).collect(Collectors.joining(", "));
    }

    private static void end(List<DemoBackend> backends, Path certificate) {
        backends.forEach(DemoBackend::close);
        try {
            Files.deleteIfExists(certificate);
        } catch (IOException e) {
            // It stays among the temporary files; nobody trusts it.
            return;
        }
    }

    /** Whether nobody listens at this port of the loopback address; true for 0. */
    static boolean free(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Where the proxy accepts. */
    InetSocketAddress address() {
        return proxy.address(listeners.getFirst());
    }

    private InetSocketAddress tlsAddress() {
        return proxy.address(listeners.getLast());
    }

    /** Where metrics and probes are answered. */
    InetSocketAddress adminAddress() {
        return proxy.adminAddress();
    }

    /** The configuration it runs with, with the ports that the system chose. */
    String yaml() {
        Ports ports = new Ports(address().getPort(), tlsAddress().getPort(), adminAddress().getPort());
        return yaml(ports, certificate, backends, accessLog);
    }

    /** Six requests worth trying. */
    List<Example> examples() {
        String url = "http://" + RunningProxy.text(address());
        return List.of(
                new Example("curl " + url + "/", "which backend answered; do it again, they take turns"),
                new Example(
                        "curl -o /dev/null " + url + "/download",
                        (DemoBackend.DOWNLOAD_BYTES >> 20) + " MiB pass through, and are never in memory as a whole"),
                new Example(
                        "curl -d 'some text' " + url + "/echo",
                        "the request as the backend got it, with X-Forwarded-For and Via added"),
                new Example(
                        "curl -w '%{time_total} s\\n' '" + url + "/slow?ms=1500'",
                        "a backend that takes its time; others are answered meanwhile"),
                new Example("curl -i " + url + "/missing", "the backend's own 404, passed on"),
                new Example(
                        "curl -k -w 'HTTP/%{http_version}\\n' https://" + RunningProxy.text(tlsAddress()) + "/",
                        "the same over TLS, by HTTP/2; -k, since the certificate is signed by nobody else"));
    }

    /** Stops all of it at once; idempotent. */
    @Override
    public void close() {
        proxy.close();
        end(backends, certificate);
    }
}
