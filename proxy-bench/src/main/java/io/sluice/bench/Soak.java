package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Many requests of every kind through a real Sluice: sizes from nothing to 1 MiB, uploads, pipelining, clients that leave
 * or read slowly, backends that close and reset. Every body is checked, and afterwards the proxy must hold what it held
 * after a warm-up of the same kind: that is what finds leaks. {@code proxy-bench/soak} runs it.
 *
 * <p><em>Immutable.</em>
 */
final class Soak {
    private static final long PROGRESS_SECONDS = 10;

    private final SoakOptions options;
    private final SluiceProcess proxy;
    private final long deadlineNanos;

    private Soak(SoakOptions options, SluiceProcess proxy) {
        this.options = options;
        this.proxy = proxy;
        this.deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(options.minutesMax());
    }

    /** Exit code 0: all held; 1: something didn't; 2: it couldn't run. */
    public static void main(String[] args) {
        System.exit(outcome(args));
    }

    private static int outcome(String[] args) {
        Path folder = null;
        try {
            SoakOptions options = SoakOptions.of(args);
            folder = Files.createTempDirectory("sluice-soak-");
            try (SoakBackend steady = new SoakBackend();
                    SoakBackend moody = new SoakBackend();
                    SluiceProcess proxy = new SluiceProcess(options, folder, steady, moody)) {
                Thread cut = new Thread(proxy::close, "soak-interrupted");
                Runtime.getRuntime().addShutdownHook(cut);
                boolean held = new Soak(options, proxy).held();
                Runtime.getRuntime().removeShutdownHook(cut);
                return held ? 0 : 1;
            }
        } catch (IllegalArgumentException | IOException e) {
            System.err.println("soak: " + e.getMessage());
            return 2;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 2;
        } finally {
            remove(folder);
        }
    }

    private boolean held() throws IOException, InterruptedException {
        System.out.printf("Soak: %,d requests by %d clients, after a warm-up of %,d; seed %d%n", options.requests(),
                options.clients(), options.warmRequests(), options.seed());
        SoakTally warm = new SoakTally();
        run(options.warmRequests(), options.seed(), warm);
        Vitals before = proxy.atRest(Long.MAX_VALUE);
        String openBefore = proxy.openKinds();

        SoakTally tally = new SoakTally();
        long splicedBefore = proxy.spliced();
        long begun = System.nanoTime();
        run(options.requests(), options.seed() + 1, tally);
        double seconds = (System.nanoTime() - begun) / 1e9;
        Vitals after = proxy.atRest(before.descriptors());
        long spliced = proxy.spliced() - splicedBefore;

        System.out.printf("%n%,d requests in %.0f s, %,d answers spliced, %.1f GB of bodies checked%n%s%n%n%s",
                tally.requests(), seconds, spliced, tally.bodyBytes() / 1e9, tally.endings(), Vitals.table(before, after, tally.requests()));
        List<String> wrong = new ArrayList<>();
        before.notBack(before).forEach(line -> wrong.add("after the warm-up: " + line));
        wrong.addAll(after.notBack(before));
        if (after.descriptors() > before.descriptors()) {
            wrong.add("  descriptors before: " + openBefore);
            wrong.add("  descriptors after: " + proxy.openKinds());
        }
        add(wrong, "warm-up", warm);
        add(wrong, "soak", tally);
        proxy.complaints().forEach(line -> wrong.add("the proxy wrote: " + line));
        if (spliced < tally.requests() * options.mix().splicedPercentMin() / 100) {
            wrong.add("only " + spliced + " of " + tally.requests() + " answers were spliced");
        }
        if (tally.requests() < options.requests()) {
            wrong.add("only " + tally.requests() + " requests were made: time was up, or the proxy ended");
        }
        wrong.forEach(line -> System.out.println("FAIL: " + line));
        if (!wrong.isEmpty() && options.log() != null) {
            proxy.keepLog(options.log());
            System.out.println("All that the proxy wrote is in " + options.log());
        }
        if (wrong.isEmpty()) {
            System.out.println("PASS: every answer was as it must be, and everything is back where it was");
        }
        return wrong.isEmpty();
    }

    /** Lets all clients loose on so many requests, and waits for them; beyond the deadline no new request begins. */
    private void run(long requests, long seed, SoakTally tally) throws InterruptedException {
        AtomicLong left = new AtomicLong(requests);
        SplittableRandom random = new SplittableRandom(seed);
        List<SoakClient> clients = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < options.clients(); i++) {
            SoakClient client = new SoakClient(proxy.port(), options.mix(), random.split(), left, tally);
            clients.add(client);
            threads.add(Thread.ofVirtual().name("soak-client").start(client));
        }
        long told = System.nanoTime();
        for (Thread thread : threads) {
            while (!thread.join(Duration.ofSeconds(1))) {
                long now = System.nanoTime();
                clients.forEach(client -> client.cutIfStuck(now));
                if (now > deadlineNanos || !proxy.running()) {
                    left.set(0);
                }
                if (now - told > TimeUnit.SECONDS.toNanos(PROGRESS_SECONDS)) {
                    told = now;
                    System.err.printf("%,d of %,d requests, %d wrong%n", tally.requests(), requests, tally.failures());
                }
            }
        }
    }

    private static void add(List<String> wrong, String phase, SoakTally tally) {
        if (tally.failures() > 0) {
            wrong.add(phase + ": " + tally.failures() + " requests went wrong; the first of them:");
            tally.firstFailures().forEach(line -> wrong.add("  " + line));
        }
    }

    private static void remove(Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            System.err.println("soak: " + folder + " is left behind: " + e.getMessage());
        }
    }
}
