package io.sluice.telemetry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What Linux tells about this process (proc_pid_stat(5), proc_pid_status(5)). Read anew by each call; a file that is
 * missing or unreadable makes its facts unknown, not 0. <em>Loop-confined</em> to the thread that holds the scrape.
 */
final class LinuxProcess {
    /** What is not known, as on other systems. */
    static final long UNKNOWN = -1;
    /** USER_HZ: 100 in what the kernel shows, whatever its own tick, on all architectures Java 25 runs on. */
    private static final double TICKS_PER_SECOND = 100;

    /** CPU time in seconds. <em>Immutable.</em> */
    record CpuSeconds(double user, double system) {}

    /** Context switches since the process began. <em>Immutable.</em> */
    record Switches(long voluntary, long involuntary) {
        private static final Switches NONE = new Switches(0, 0);

        private Switches plus(Switches other) {
            return new Switches(voluntary + other.voluntary, involuntary + other.involuntary);
        }

        private boolean isBefore(Switches earlier) {
            return voluntary < earlier.voluntary || involuntary < earlier.involuntary;
        }
    }

    private final Path self;
    private Map<String, Switches> byThread = Map.of();
    private Switches ofEnded = Switches.NONE;

    /**
     * Reads from a directory.
     *
     * @param self {@code /proc/self}, or what stands in for it
     */
    LinuxProcess(Path self) {
        this.self = self;
    }

    /** CPU time of all threads, ended ones included; null = unknown. */
    CpuSeconds cpu() {
        String stat = read(self.resolve("stat"));
        // The name in brackets may itself hold spaces and brackets: what counts stands behind the last one.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        if (fields.length < 13) {
            return null;
        }
        long user = number(fields[11]);
        long system = number(fields[12]);
        return user == UNKNOWN || system == UNKNOWN
                ? null
                : new CpuSeconds(user / TICKS_PER_SECOND, system / TICKS_PER_SECOND);
    }

    /** Resident memory in bytes, or {@link #UNKNOWN}. */
    long residentBytes() {
        long kibibytes = field(read(self.resolve("status")), "VmRSS:");
        return kibibytes == UNKNOWN ? UNKNOWN : kibibytes * 1024;
    }

    /**
     * Context switches of all threads; null = unknown. The kernel forgets a thread that ends, so what it had when last
     * seen is kept: the sums never fall, as counters must not.
     */
    Switches switches() {
        Map<String, Switches> now = new HashMap<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(self.resolve("task"))) {
            for (Path thread : threads) {
                String status = read(thread.resolve("status"));
                long voluntary = field(status, "voluntary_ctxt_switches:");
                long involuntary = field(status, "nonvoluntary_ctxt_switches:");
                if (voluntary != UNKNOWN && involuntary != UNKNOWN) {
                    now.put(thread.getFileName().toString(), new Switches(voluntary, involuntary));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return null;
        }
        if (now.isEmpty()) {
            return null;
        }
        for (Map.Entry<String, Switches> before : byThread.entrySet()) {
            Switches later = now.get(before.getKey());
            // A smaller figure under the same id is another thread that got the id anew.
            if (later == null || later.isBefore(before.getValue())) {
                ofEnded = ofEnded.plus(before.getValue());
            }
        }
        byThread = now;
        return now.values().stream().reduce(ofEnded, Switches::plus);
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // A thread that has just ended, or no Linux: its facts are unknown.
            return "";
        }
    }

    /** The number behind a name at the beginning of a line. */
    private static long field(String text, String name) {
        for (String line : text.lines().toList()) {
            if (line.startsWith(name)) {
                return number(line.substring(name.length()).strip().split(" ")[0]);
            }
        }
        return UNKNOWN;
    }

    private static long number(String digits) {
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : UNKNOWN;
    }
}
