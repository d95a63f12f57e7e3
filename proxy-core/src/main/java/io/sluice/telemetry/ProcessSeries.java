package io.sluice.telemetry;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/**
 * The rows about the process: CPU, context switches, descriptors, memory, collections. What this system doesn't tell is
 * absent, not 0. <em>Loop-confined</em> to the thread that holds the scrape.
 */
final class ProcessSeries {
    private final String version;
    private final LinuxProcess linux;

    ProcessSeries(String version, LinuxProcess linux) {
        this.version = version;
        this.linux = linux;
    }

    /** Reads everything and hands over the rows. */
    void into(MetricSnapshots.Builder snapshots) {
        Family.gauge("build_info", "Which build runs; always 1.", "version").row(1, version).into(snapshots);
        Family.gauge("process_start_time_seconds", "When the process began, since 1970.")
                .row(ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3)
                .into(snapshots);
        kernelRows(snapshots);
        descriptorRows(snapshots);
        collectionRows(snapshots);
    }

    private void kernelRows(MetricSnapshots.Builder snapshots) {
        LinuxProcess.CpuSeconds cpu = linux.cpu();
        if (cpu != null) {
            Family.counter("process_cpu_seconds", "CPU time used.", "mode")
                    .row(cpu.user(), "user")
                    .row(cpu.system(), "system")
                    .into(snapshots);
        }
        LinuxProcess.Switches switches = linux.switches();
        if (switches != null) {
            Family.counter("process_context_switches", "Context switches of all threads.", "kind")
                    .row(switches.voluntary(), "voluntary")
                    .row(switches.involuntary(), "involuntary")
                    .into(snapshots);
        }
        long resident = linux.residentBytes();
        if (resident != LinuxProcess.UNKNOWN) {
            Family.gauge("process_resident_memory_bytes", "Memory in RAM.").row(resident).into(snapshots);
        }
    }

    private static void descriptorRows(MetricSnapshots.Builder snapshots) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            Family.gauge("process_open_descriptors", "File descriptors in use.")
                    .row(unix.getOpenFileDescriptorCount())
                    .into(snapshots);
            Family.gauge("process_max_descriptors", "File descriptors allowed.")
                    .row(unix.getMaxFileDescriptorCount())
                    .into(snapshots);
        }
    }

    private static void collectionRows(MetricSnapshots.Builder snapshots) {
        long heap = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage afterCollection = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            heap += afterCollection == null ? 0 : afterCollection.getUsed();
        }
        Family collections = Family.counter("gc_collections", "Garbage collections.", "collector");
        Family seconds = Family.counter("gc_seconds", "Time spent in garbage collections.", "collector");
        long count = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            // Either is -1 where the collector doesn't tell.
            if (collector.getCollectionCount() >= 0 && collector.getCollectionTime() >= 0) {
                count += collector.getCollectionCount();
                collections.row(collector.getCollectionCount(), collector.getName());
                seconds.row(collector.getCollectionTime() / 1e3, collector.getName());
            }
        }
        collections.into(snapshots);
        seconds.into(snapshots);
        if (count > 0) {
            Family.gauge("heap_after_gc_bytes", "Heap in use when each of its pools was last collected.")
                    .row(heap)
                    .into(snapshots);
        }
    }
}
