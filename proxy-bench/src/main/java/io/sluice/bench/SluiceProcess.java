package io.sluice.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Sluice of its own process, started by the launcher, and what can be seen of it from outside.
 *
 * <p><em>Loop-confined</em> to the thread that starts it. <em>Ends</em> by {@link #close()}: SIGTERM, and SIGKILL if that
 * doesn't help.
 */
final class SluiceProcess implements AutoCloseable {
    private static final long START_SECONDS_MAX = 60;
    /**
     * Once the last client has left only pooled connections are to end, after 2 s. Less than any deadline of an exchange,
     * so that one that goes on without its client is seen.
     */
    private static final long REST_SECONDS_MAX = 15;

    private final Process process;
    private final Path log;
    private final int port;
    private final int adminPort;

    /**
     * @param folder where its configuration and its log go
     */
    SluiceProcess(SoakOptions options, Path folder, SoakBackend steady, SoakBackend moody)
            throws IOException, InterruptedException {
        int[] ports = freePorts();
        port = ports[0];
        adminPort = ports[1];
        Path config = folder.resolve("soak.yaml");
        Files.writeString(config, """
                listeners:
                  - address: 127.0.0.1:%d
                routes:
                  - match: { path: /steady/ }
                    service: steady
                  - match: { path: /moody/ }
                    service: moody
                services:
                  steady: { endpoints: ["127.0.0.1:%d"], pool: { idleTimeout: 2s } }
                  moody: { endpoints: ["127.0.0.1:%d"], pool: { idleTimeout: 2s } }
                eventLoops: 2
                accessLog: { path: /dev/null }
                admin: { address: 127.0.0.1:%d }
                timeouts: { drain: { accepting: 0s, exchanges: 2s } }
                %s
                """.formatted(port, steady.port(), moody.port(), adminPort, options.mix().proxyLines()));
        log = folder.resolve("sluice.log");
        process = new ProcessBuilder(options.launcher().toString(), "run", "-c", config.toString())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        process.getOutputStream().close();
        awaitListening();
    }

    int port() {
        return port;
    }

    boolean running() {
        return process.isAlive();
    }

    /** What it wrote that it shouldn't have, errors, warnings and leaks, each kind once with its number. */
    List<String> complaints() throws IOException {
        Map<String, Integer> kinds = new TreeMap<>();
        try (Stream<String> lines = Files.lines(log)) {
            lines.filter(line -> line.contains(" ERROR ") || line.contains(" WARN ") || line.contains("LEAK")
                            || line.contains("Exception"))
                    // What differs from line to line of one kind: the time in front.
                    .map(line -> line.replaceFirst("^\\S+Z ", ""))
                    .forEach(line -> kinds.merge(line, 1, Integer::sum));
        }
        return kinds.entrySet().stream().limit(20).map(kind -> kind.getKey() + " (" + kind.getValue() + " times)").toList();
    }

    /** Answers so far that crossed by splice. */
    long spliced() throws IOException {
        return metrics().lines().filter(line -> line.startsWith("sluice_relays_total{") && line.contains("kind=\"spliced\""))
                .mapToLong(SluiceProcess::value).sum();
    }

    /** What its descriptors are, each kind with its number. */
    String openKinds() throws IOException {
        Map<String, Integer> kinds = new TreeMap<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            for (Path descriptor : open.toList()) {
                try {
                    // socket:[12345] is one socket as good as another.
                    String kind = Files.readSymbolicLink(descriptor).toString().replaceFirst(":\\[[0-9]+]$", "");
                    kinds.merge(kind, 1, Integer::sum);
                } catch (NoSuchFileException closed) {
                    kinds.merge("closed meanwhile", 1, Integer::sum);
                }
            }
        }
        return kinds.toString();
    }

    /** Keeps all that it wrote; replaces what is there. */
    void keepLog(Path target) throws IOException {
        Files.copy(log, target, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * What it holds once it is at rest: nothing under way, idle connections closed, and no more descriptors than asked
     * for, or no fewer than half a second earlier.
     *
     * @param descriptorsWanted waited for; {@link Long#MAX_VALUE} = any number that stays
     */
    Vitals atRest(long descriptorsWanted) throws IOException, InterruptedException {
        // The first visit of jcmd opens a socket in the process for good: before descriptors are counted. And what a
        // collection finds unreachable may own more of them.
        liveHeapBytes();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REST_SECONDS_MAX);
        Vitals last = vitals(0);
        while (System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(500);
            Vitals now = vitals(0);
            boolean enough = now.descriptors() <= descriptorsWanted && now.descriptors() >= last.descriptors();
            last = now;
            if (now.quiet() && enough) {
                break;
            }
        }
        // Counted before jcmd's next visit, whose connection may still be open when it is over.
        return last.withHeap(liveHeapBytes());
    }

    private Vitals vitals(long heapBytes) throws IOException {
        String metrics = metrics();
        long descriptors;
        try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            descriptors = open.count();
        }
        long backends = sum(metrics, "sluice_pool_active") + sum(metrics, "sluice_pool_idle");
        return new Vitals(
                descriptors, known(metrics, "sluice_direct_memory_bytes"), heapBytes,
                sum(metrics, "sluice_requests_active"), sum(metrics, "sluice_connections"), backends,
                known(metrics, "sluice_buffered_bytes"), sum(metrics, "sluice_pipes"),
                sum(metrics, "sluice_splice_mismatch_total"));
    }

    /** Bytes of all objects that a full collection leaves; counting them makes it happen. */
    private long liveHeapBytes() throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process counting = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.class_histogram")
                .redirectErrorStream(true).start();
        String text = new String(counting.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!counting.waitFor(30, TimeUnit.SECONDS) || counting.exitValue() != 0) {
            counting.destroyForcibly();
            throw new IOException("jcmd failed: " + text.strip());
        }
        String total = text.lines().filter(line -> line.startsWith("Total")).reduce((first, second) -> second)
                .orElseThrow(() -> new IOException("jcmd counted nothing: " + text.strip()));
        String[] words = total.split("\\s+");
        return Long.parseLong(words[2]);
    }

    private String metrics() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), adminPort)) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(10));
            socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new IOException("no metrics: " + answer.lines().findFirst().orElse("no answer"));
            }
            return answer;
        }
    }

    /** The sum of a metric's rows; none = 0. */
    private static long sum(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name) && (line.charAt(name.length()) == '{' || line.charAt(name.length()) == ' '))
                .mapToLong(SluiceProcess::value)
                .sum();
    }

    private static long value(String line) {
        return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static long known(String metrics, String name) {
        return metrics.contains("\n" + name) ? sum(metrics, name) : -1;
    }

    private void awaitListening() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (SocketException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    close();
                    throw new IOException("Sluice doesn't listen: " + Files.readString(log).strip(), e);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private static int[] freePorts() throws IOException {
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new int[] {first.getLocalPort(), second.getLocalPort()};
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
