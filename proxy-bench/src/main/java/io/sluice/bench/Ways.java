package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One 100 MB file to a loopback socket in every way that Linux has: what each costs the thread that sends. The other end
 * throws the bytes away on another core. {@code proxy-bench/ways} runs it. <em>Immutable.</em>
 */
final class Ways {
    private static final int FILE_BYTES = 100_000_000;
    private static final int WARM_ROUNDS = 3;
    private static final int SENDING_CORE = 1;
    private static final int DISCARDING_CORE = 0;
    private static final double GIGA = 1e9;
    /** What 10 Gbps carry, the network that the notes' own table was made on. */
    private static final double CHAPTER_GB_PER_SECOND = 1.25;

    private Ways() {}

    /** Exit code 0: done; 2: it couldn't run. */
    public static void main(String[] args) {
        System.exit(outcome(args));
    }

    private static int outcome(String[] args) {
        Path file = null;
        try {
            int rounds = rounds(args);
            file = Files.createTempFile("sluice-ways-", "");
            file.toFile().deleteOnExit();
            byte[] bytes = new byte[FILE_BYTES];
            new SplittableRandom(1).nextBytes(bytes);
            Files.write(file, bytes);
            Map<Way, List<WayCost>> costs = measured(file, rounds);
            print(costs, rounds);
            return 0;
        } catch (IllegalArgumentException | IOException e) {
            System.err.println("ways: " + e.getMessage());
            return 2;
        } finally {
            if (file != null) {
                file.toFile().delete();
            }
        }
    }

    private static int rounds(String[] args) {
        if (args.length == 0) {
            return 15;
        }
        if (args.length == 2 && args[0].equals("--rounds") && args[1].matches("[1-9][0-9]{0,3}")) {
            return Integer.parseInt(args[1]);
        }
        throw new IllegalArgumentException(String.join(" ", args) + ": unknown; expected --rounds N");
    }

    /** All ways in turn, round after round; the first rounds are for the compiler. */
    private static Map<Way, List<WayCost>> measured(Path file, int rounds) throws IOException {
        Map<Way, List<WayCost>> costs = new EnumMap<>(Way.class);
        try (WaySocket socket = new WaySocket(DISCARDING_CORE)) {
            Posix.pin(SENDING_CORE);
            for (int round = -WARM_ROUNDS; round < rounds; round++) {
                for (Way way : Way.values()) {
                    WayCost cost = WayCost.of(way, file, FILE_BYTES, socket);
                    if (round >= 0) {
                        costs.computeIfAbsent(way, unused -> new ArrayList<>()).add(cost);
                    }
                }
            }
        }
        return costs;
    }

    private static void print(Map<Way, List<WayCost>> costs, int rounds) {
        System.out.printf("One file of %,d bytes to a loopback socket; sender on core %d, discarding reader on core %d; "
                + "medians of %d.%n%n", FILE_BYTES, SENDING_CORE, DISCARDING_CORE, rounds);
        System.out.println("| Method | CPU Usage | Throughput | Latency | CPU s/GB | CPU at 10 Gbps | user ms | system ms "
                + "| system calls | copies by the sender | context switches |");
        System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        costs.forEach((way, all) -> {
            double millis = median(all.stream().mapToDouble(cost -> cost.nanos() / 1e6).toArray());
            // The kernel splits user from system by ticks, of which a round has four: only the mean of many says anything.
            double user = all.stream().mapToDouble(cost -> cost.userMicros() / 1e3).average().orElseThrow();
            double system = all.stream().mapToDouble(cost -> cost.systemMicros() / 1e3).average().orElseThrow();
            double used = median(all.stream().mapToDouble(cost -> (cost.userMicros() + cost.systemMicros()) / 1e3).toArray());
            double secondsPerGb = used / 1e3 / (FILE_BYTES / GIGA);
            double switches = median(all.stream().mapToDouble(WayCost::switches).toArray());
            double calls = median(all.stream().mapToDouble(WayCost::calls).toArray());
            System.out.printf("| %s | %.0f%% | %.1f Gbps | %.1fms | %.3f | %.0f%% | %.1f | %.1f | %,.0f | %d | %.0f |%n",
                    way.title(), used * 100 / millis, FILE_BYTES * 8.0 / (millis * 1e6), millis, secondsPerGb,
                    secondsPerGb * CHAPTER_GB_PER_SECOND * 100, user, system, calls, way.copies(), switches);
        });
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
