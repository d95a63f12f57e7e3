package io.sluice.server;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much of its container's memory the process can't do without. <em>Immutable.</em> Knows cgroup v2 only
 * (Documentation/admin-guide/cgroup-v2.rst of the kernel).
 */
record MemoryReading(Path cgroup) {
    /** The cgroup of this process, as a container sees its own. */
    static MemoryReading ofThisProcess() {
        return new MemoryReading(Path.of("/sys/fs/cgroup"));
    }

    /** In percent of the limit: without the file cache, which the kernel takes back, and garbage; 0 where there is no limit. */
    int percent() {
        try {
            long max = number(Files.readString(cgroup.resolve("memory.max")).strip());
            long current = number(Files.readString(cgroup.resolve("memory.current")).strip());
            if (max <= 0) {
                return 0;
            }
            long fileCache = 0;
            for (String line : Files.readAllLines(cgroup.resolve("memory.stat"))) {
                if (line.startsWith("inactive_file ") || line.startsWith("active_file ")) {
                    fileCache += number(line.substring(line.indexOf(' ') + 1));
                }
            }
            return (int) (Math.max(0, current - fileCache - freeHeap()) * 100 / max);
        } catch (IOException none) {
            return 0;
        }
    }

    /** "max", which stands for no limit, is no number. */
    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /**
     * What the last collections left of the heap that the system gave us: it is there for further objects. Measured by what
     * is in use just now, a heap before its next collection would look full.
     */
    private static long freeHeap() {
        long free = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage afterCollection = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            if (afterCollection != null) {
                free += Math.max(0, pool.getUsage().getCommitted() - afterCollection.getUsed());
            }
        }
        return free;
    }
}
