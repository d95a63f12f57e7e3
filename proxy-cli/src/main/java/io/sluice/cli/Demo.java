package io.sluice.cli;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Two backends and a proxy in front of them, in this process. <em>Thread-safe.</em> Ends by {@link #close}. */
final class Demo implements AutoCloseable {
    private static final String CONFIG = """
            listeners:
              - address: 127.0.0.1:%d
            routes:
              - service: demo
            services:
              demo:
                endpoints: [%s]
                loadBalancer: { policy: roundRobin }
            accessLog: %s
            admin: { address: 127.0.0.1:%d }
            """;

    private final List<DemoBackend> backends;
    private final RunningProxy proxy;
    private final String listener;
    private final String accessLog;

    private Demo(List<DemoBackend> backends, RunningProxy proxy, String listener, String accessLog) {
        this.backends = backends;
        this.proxy = proxy;
        this.listener = listener;
        this.accessLog = accessLog;
    }

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
     * @param port      of the proxy; 0 = any
     * @param adminPort of metrics and probes; 0 = any
     * @param accessLog as under {@code accessLog}
     * @throws IOException if a port is taken
     */
    static Demo start(int port, int adminPort, String accessLog) throws IOException {
        DemoBackend one = DemoBackend.start("one");
        DemoBackend two = null;
        try {
            two = DemoBackend.start("two");
            List<DemoBackend> backends = List.of(one, two);
            SluiceConfig config = new ConfigReader(Map.of()).read("demo.yaml", yaml(port, backends, accessLog, adminPort));
            return new Demo(backends, RunningProxy.start(config), config.listeners().getFirst().name(), accessLog);
        } catch (ConfigException e) {
            close(one, two);
            throw new IllegalStateException("the demo's own configuration is wrong", e);
        } catch (IOException | RuntimeException e) {
            close(one, two);
            throw e;
        }
    }

    /** A configuration of a proxy in front of these backends; parameters as for {@link #start}. */
    static String yaml(int port, List<DemoBackend> backends, String accessLog, int adminPort) {
        return CONFIG.formatted(port, endpoints(backends), accessLog, adminPort);
    }

    /** Where these backends are, as a list of endpoints is written. */
    static String endpoints(List<DemoBackend> backends) {
        return backends.stream().map(backend -> RunningProxy.text(backend.address())).collect(Collectors.joining(", "));
    }

    private static void close(DemoBackend one, DemoBackend two) {
        one.close();
        if (two != null) {
            two.close();
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
        return proxy.address(listener);
    }

    /** Where metrics and probes are answered. */
    InetSocketAddress adminAddress() {
        return proxy.adminAddress();
    }

    /** The configuration it runs with, with the ports that the system chose. */
    String yaml() {
        return yaml(address().getPort(), backends, accessLog, adminAddress().getPort());
    }

    /** Five requests worth trying. */
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
                new Example("curl -i " + url + "/missing", "the backend's own 404, passed on"));
    }

    /** Stops all of it at once; idempotent. */
    @Override
    public void close() {
        proxy.close();
        backends.forEach(DemoBackend::close);
    }
}
