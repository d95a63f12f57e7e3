package io.sluice.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * How much memory this process may use. <em>Immutable.</em>
 *
 * @param bytes  the least of the limits that hold; -1 = none was found
 * @param source who says so
 */
record MemoryLimit(long bytes, String source) {

    /** Looks at the container's limit (cgroup v2, then v1), and at the machine's memory. */
    static MemoryLimit find(Machine machine) {
        MemoryLimit least = total(machine);
        for (String file : cgroupFiles(machine)) {
            // "max" in v2 is no figure; "unlimited" in v1 is one larger than any memory.
            long bytes = machine.figure(file, 0);
            if (bytes > 0 && (least.bytes < 0 || bytes < least.bytes)) {
                least = new MemoryLimit(bytes, "/" + file);
            }
        }
        return least;
    }

    private static MemoryLimit total(Machine machine) {
        for (String line : machine.lines("proc/meminfo")) {
            if (line.startsWith("MemTotal:")) {
                long kib = Machine.figure(line.substring("MemTotal:".length()).replace("kB", "").strip());
                if (kib > 0) {
                    return new MemoryLimit(kib * 1024, "this machine's memory");
                }
            }
        }
        return new MemoryLimit(-1, "nothing here says how much memory there is");
    }

    /** The files of this process's group and of all groups around it: each of them may set a limit. */
    private static List<String> cgroupFiles(Machine machine) {
        List<String> files = new ArrayList<>();
        for (String line : machine.lines("proc/self/cgroup")) {
            // 0::/path in v2, 9:memory:/path in v1 (cgroups(7)).
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            if (parts[0].equals("0") && parts[1].isEmpty()) {
                around(files, "sys/fs/cgroup", parts[2], "memory.max");
            } else if (List.of(parts[1].split(",")).contains("memory")) {
                around(files, "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes");
            }
        }
        return files;
    }

    private static void around(List<String> files, String mount, String group, String file) {
        String path = group.equals("/") ? "" : group;
        // Inside a container the group's path may be the host's; then the mount's own root is the group.
        while (!path.isEmpty()) {
            files.add(mount + path + "/" + file);
            path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        }
        files.add(mount + "/" + file);
    }
}
