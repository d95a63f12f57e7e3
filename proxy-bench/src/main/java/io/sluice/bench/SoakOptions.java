package io.sluice.bench;

import java.nio.file.Path;

/**
 * What the soak was asked for. <em>Immutable.</em>
 *
 * @param mix        what clients and backends do
 * @param launcher   starts Sluice
 * @param log        where the proxy's log is kept if something went wrong; null = nowhere
 * @param requests   in all, after the warm-up
 * @param clients    at a time
 * @param seed       the same seed makes the same clients
 * @param minutesMax beyond them no request begins
 */
record SoakOptions(
        SoakMix mix, Path launcher, Path log, long requests, int clients, long seed, long minutesMax) {
    private static final long WARM_REQUESTS_MIN = 5_000;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException if it can't be understood; the message says what was expected
     */
    static SoakOptions of(String[] args) {
        Path launcher = Path.of("sluice");
        Path log = null;
        SoakMix mix = SoakMix.EVERYTHING;
        long requests = 0;
        long clients = 64;
        long seed = System.nanoTime() & 0xffff;
        long minutes = 60;
        for (int i = 0; i < args.length; i += 2) {
            if (args[i].equals("--splice")) {
                mix = SoakMix.SPLICED;
                // It has no value: the next option is one place nearer.
                i--;
                continue;
            }
            String value = i + 1 < args.length ? args[i + 1] : "";
            switch (args[i]) {
                case "--launcher" -> launcher = Path.of(value);
                case "--log" -> log = Path.of(value);
                case "--requests" -> requests = number(args[i], value, 1_000, 1_000_000_000);
                case "--clients" -> clients = number(args[i], value, 1, 4_000);
                case "--seed" -> seed = number(args[i], value, 0, Long.MAX_VALUE);
                case "--minutes" -> minutes = number(args[i], value, 1, 100_000);
                default -> throw new IllegalArgumentException(args[i]
                        + ": unknown; expected --splice, --requests N, --clients N, --seed N, --minutes N, --launcher PATH or"
                        + " --log PATH");
            }
        }
        return new SoakOptions(
                mix, launcher.toAbsolutePath(), log, requests > 0 ? requests : mix.requests(), (int) clients, seed, minutes);
    }

    /** Enough for buffers, pools and compiled code to be there when the first figures are taken. */
    long warmRequests() {
        return Math.max(WARM_REQUESTS_MIN, requests / 20);
    }

    private static long number(String option, String text, long least, long most) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with the numbers out of range.
        }
        throw new IllegalArgumentException(option + ": found \"" + text + "\"; expected a whole number from " + least
                + " to " + most);
    }
}
