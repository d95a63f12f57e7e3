package io.sluice.cli;

import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * {@code sluice train}: does for some seconds what the proxy does all day, for the JVM to watch. The launcher runs it with
 * {@code -XX:AOTCacheOutput}; what was loaded, linked and profiled here is there at once in every later start.
 * <em>Loop-confined</em> to the main thread.
 */
@Command(name = "train", hidden = true, description = "Makes the cache that shortens later starts.")
final class TrainCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(TrainCommand.class);
    private static final int CLIENTS = 4;
    private static final Duration AT_MOST = Duration.ofSeconds(8);

    @ParentCommand
    private Sluice sluice;

    @Option(names = "--requests", defaultValue = "12000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        Path folder = Files.createTempDirectory("sluice-train");
        Path log = folder.resolve("access.log");
        Path config = folder.resolve("sluice.yaml");
        try (Demo demo = Demo.start(0, 0, log.toString())) {
            // What every start does before it listens.
            Files.writeString(config, demo.yaml());
            Sluice.commandLine(sluice.machine()).parseArgs("run", "-c", config.toString());
            LOG.info("Training listeners={} admin={}", demo.address(), demo.adminAddress());
            new ConfigReader(sluice.machine().environment()).read(config);
            send(demo.address());
            for (String page : List.of("/livez", "/readyz", "/metrics")) {
                fetch(demo.adminAddress(), page);
            }
        } catch (io.sluice.config.ConfigException e) {
            throw new IllegalStateException("the demo's own configuration is wrong", e);
        } finally {
            Files.deleteIfExists(log);
            Files.deleteIfExists(config);
            Files.deleteIfExists(folder);
        }
        return ExitCode.FINE;
    }

    private void send(InetSocketAddress proxy) throws InterruptedException, ExecutionException {
        long endNanos = System.nanoTime() + AT_MOST.toNanos();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(new TrainingLoad(proxy, requests / CLIENTS, endNanos)));
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
