package io.sluice.cli;

import io.sluice.config.SluiceConfig;

/**
 * How many clients may be connected at once. <em>Immutable.</em>
 *
 * @param connections at least 1
 * @param source      where the figure comes from
 */
record ConnectionLimit(int connections, String source) {
    // One to the client, one to the backend.
    private static final int DESCRIPTORS_PER_CONNECTION = 2;
    private static final int SHARE_PERCENT = 80;
    private static final long DESCRIPTORS_ELSE = 1024;

    /** The configured limit, or the one that follows from the limit of open files. */
    static ConnectionLimit of(SluiceConfig config, Machine machine) {
        int configured = config.limits().connections();
        if (configured > 0) {
            return new ConnectionLimit(configured, "limits.connections");
        }
        long descriptors = descriptors(machine);
        long connections = descriptors * SHARE_PERCENT / 100 / DESCRIPTORS_PER_CONNECTION;
        return new ConnectionLimit(
                Math.clamp(connections, 1, Integer.MAX_VALUE),
                SHARE_PERCENT + " % of the limit of " + descriptors + " open files, " + DESCRIPTORS_PER_CONNECTION
                        + " a connection");
    }

    private static long descriptors(Machine machine) {
        for (String line : machine.lines("proc/self/limits")) {
            if (line.startsWith("Max open files")) {
                String[] words = line.substring("Max open files".length()).strip().split("\\s+");
                long soft = words[0].equals("unlimited") ? Integer.MAX_VALUE : Machine.figure(words[0]);
                if (soft > 0) {
                    return soft;
                }
            }
        }
        return DESCRIPTORS_ELSE;
    }
}
