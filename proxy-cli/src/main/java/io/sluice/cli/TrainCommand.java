package io.sluice.cli;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.HostPort;
import io.sluice.config.LoadedConfig;
import io.sluice.pem.Pem;
import io.sluice.pem.Signed;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code sluice train}: does for some seconds what {@code run} does all day, for the JVM to watch. The launcher runs it
 * with {@code -XX:AOTCacheOutput}; what was loaded, linked and profiled here is there at once in every later start.
 * <em>Loop-confined</em> to the main thread.
 */
@Command(name = "train", hidden = true, description = "Makes the cache that shortens later starts.")
final class TrainCommand implements Callable<Integer> {
    private static final int CLIENTS = 4;
    private static final Duration AT_MOST = Duration.ofSeconds(8);
    private static final int SPLICED = 200;
    private static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(1);
    private static final String NAME = "train.example";

    /**
     * Some requests pass this proxy twice, the second time over TLS, once as HTTP/1.1 and once as HTTP/2: so both ways of
     * speaking each are trained, the client's and the backend's.
     */
    private static final String CONFIG = """
            listeners:
              - address: 127.0.0.1:0
              - address: 127.0.0.1:%1$d
                tls: { certificates: [{ cert: %2$s, key: %2$s }] }
            routes:
              - service: demo
              - match: { path: /tls/ }
                filters: [{ stripPrefix: /tls }]
                service: tls
              - match: { path: /h2/ }
                filters: [{ stripPrefix: /h2 }]
                service: h2
            services:
              demo:
                endpoints: [%3$s]
                loadBalancer: { policy: roundRobin }
              tls:
                endpoints: [127.0.0.1:%1$d]
                tls: { ca: %2$s, serverName: %4$s }
              h2:
                endpoints: [127.0.0.1:%1$d]
                protocol: h2
                tls: { ca: %2$s, serverName: %4$s }
            accessLog: { path: %5$s }
            admin: { address: 127.0.0.1:0 }
            timeouts: { drain: { accepting: 0s, exchanges: 1s } }
            """;

    @ParentCommand
    private Sluice sluice;

    @Spec
    private CommandSpec spec;

    @Option(names = "--requests", defaultValue = "12000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        Path folder = Files.createTempDirectory("sluice-train");
        Path log = folder.resolve("access.log");
        Path config = folder.resolve("sluice.yaml");
        Path certificate = folder.resolve("certificate.pem");
        try (DemoBackend one = DemoBackend.start("one"); DemoBackend two = DemoBackend.start("two")) {
            Files.writeString(certificate, Pem.text(Signed.certificate(List.of(NAME), Instant.now(), CERTIFICATE_LIFETIME)));
            Files.writeString(
                    config, CONFIG.formatted(freePort(), certificate, Demo.endpoints(List.of(one, two)), NAME, log));
            return train(config);
        } finally {
            Files.deleteIfExists(log);
            Files.deleteIfExists(config);
            Files.deleteIfExists(certificate);
            Files.deleteIfExists(folder);
        }
    }

    /** The endpoints of the second pass are written before there is a listener. */
    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private int train(Path config) throws InterruptedException, ExecutionException {
        Sluice.commandLine(sluice.machine(), "run").parseArgs("run", "-c", config.toString());
        Sluice.commandLine(sluice.machine(), "health").parseArgs("health", "--live");
        LoadedConfig loaded;
        try {
            loaded = new ConfigReader(sluice.machine().environment()).load(config);
        } catch (ConfigException e) {
            throw new IllegalStateException("the training's own configuration is wrong", e);
        }
        List<FutureTask<Void>> load = new ArrayList<>();
        PrintWriter err = spec.commandLine().getErr();
        int exit = RunCommand.serve(RunningProxy::start, loaded, sluice.machine(), err, (proxy, shutdown) -> {
            FutureTask<Void> task = new FutureTask<>(() -> drive(proxy, shutdown));
            load.add(task);
            Thread.ofPlatform().name("sluice-train").start(task);
        });
        for (FutureTask<Void> task : load) {
            task.get();
        }
        return exit;
    }

    private Void drive(RunningProxy proxy, Shutdown shutdown) throws InterruptedException, ExecutionException, IOException {
        try {
            long endNanos = System.nanoTime() + AT_MOST.toNanos();
            send(proxy.address("listener-1"), endNanos);
            spliced(proxy, endNanos);
            for (String page : List.of("/livez", "/readyz", "/metrics")) {
                fetch(proxy.adminAddress(), page);
            }
            // A container runs this every few seconds: it should cost little.
            InetSocketAddress admin = proxy.adminAddress();
            HealthAnswer.ask(new HostPort(admin.getAddress().getHostAddress(), admin.getPort()), "/livez", AT_MOST);
            return null;
        } finally {
            shutdown.signal(() -> {});
        }
    }

    /** Bodies that cross inside the kernel; until it is ready for that, which is made so aside, they are copied. */
    private static void spliced(RunningProxy proxy, long endNanos) {
        InetSocketAddress address = proxy.address("listener-1");
        boolean may = Transport.detect() == Transport.EPOLL;
        while (may && !proxy.splices() && System.nanoTime() - endNanos < 0) {
            new TrainingLoad(address, TrainingLoad.LARGE_KINDS, 1, endNanos).run();
        }
        if (may && proxy.splices()) {
            new TrainingLoad(address, TrainingLoad.LARGE_KINDS, SPLICED, endNanos).run();
        }
    }

    private void send(InetSocketAddress proxy, long endNanos) throws InterruptedException, ExecutionException {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(new TrainingLoad(proxy, TrainingLoad.KINDS, requests / CLIENTS, endNanos)));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
    }

    private static void fetch(InetSocketAddress admin, String page) throws IOException {
        try (InputStream in = URI.create("http://" + RunningProxy.text(admin) + page).toURL().openStream()) {
            in.readAllBytes();
        }
    }
}
