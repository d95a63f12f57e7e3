package io.sluice.cli;

import java.lang.management.ManagementFactory;
import java.util.List;

/** How long this process has run, what the launcher did before it became Java included. <em>Immutable.</em> */
final class ProcessAge {
    // Ticks a second in /proc: fixed at 100 in Linux's interface, whatever the kernel counts in itself (time(7)).
    private static final long MILLIS_PER_TICK = 10;
    // Behind the name, which ends in the last parenthesis: starttime is field 22, the first there is field 3 (proc(5)).
    private static final int START_FIELD = 22 - 3;

    private ProcessAge() {}

    /** In milliseconds; on Linux to the next 10, from the process's first moment; elsewhere from that of the JVM. */
    static long millis(Machine machine) {
        List<String> stat = machine.lines("proc/self/stat");
        List<String> uptime = machine.lines("proc/uptime");
        if (stat.isEmpty() || uptime.isEmpty()) {
            return ManagementFactory.getRuntimeMXBean().getUptime();
        }
        String line = stat.getFirst();
        String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ");
        // 4711.25 seconds since the machine started, always with two decimals: ticks without the point.
        String upTicks = uptime.getFirst().split(" ")[0].replace(".", "");
        return (Machine.figure(upTicks) - Machine.figure(fields[START_FIELD])) * MILLIS_PER_TICK;
    }
}
