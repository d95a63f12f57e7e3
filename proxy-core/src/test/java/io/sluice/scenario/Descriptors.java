package io.sluice.scenario;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * This process's open sockets, epolls, event counters, timers and pipes, as Linux lists them. Files are left out: the JVM
 * opens jars when it likes. <em>Immutable.</em>
 *
 * @param byKind how many of each kind
 */
record Descriptors(Map<String, Integer> byKind) {
    private static final Path LIST = Path.of("/proc/self/fd");

    /** Those open now; none where the system has no such list. */
    static Descriptors now() {
        Map<String, Integer> byKind = new TreeMap<>();
        if (Files.isDirectory(LIST)) {
            try (Stream<Path> entries = Files.list(LIST)) {
                entries.map(Descriptors::kind).filter(kind -> !kind.isEmpty())
                        .forEach(kind -> byKind.merge(kind, 1, Integer::sum));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Descriptors(byKind);
    }

    private static String kind(Path entry) {
        try {
            String target = Files.readSymbolicLink(entry).toString();
            return target.startsWith("anon_inode:") ? target
                    : target.startsWith("socket:") ? "socket"
                    : target.startsWith("pipe:") ? "pipe" : "";
        } catch (IOException e) {
            // Closed since it was listed.
            return "";
        }
    }

    /** Whether no kind has grown since. */
    boolean within(Descriptors before) {
        return byKind.entrySet().stream().allMatch(kind -> kind.getValue() <= before.byKind.getOrDefault(kind.getKey(), 0));
    }

    /** Has the JVM open what it opens once for blocking sockets on virtual threads, so that no test is blamed for it. */
    static void settle() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread accepting = Thread.ofVirtual().start(() -> {
                try (Socket accepted = server.accept()) {
                    int unused = accepted.getInputStream().read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            // Only a thread that has to wait makes the JVM open its pollers.
            await().until(() -> accepting.getState() == Thread.State.WAITING);
            new Socket(server.getInetAddress(), server.getLocalPort()).close();
            accepting.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
