package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryLimitTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private Path root;

    private FakeMachine fake;

    @BeforeEach
    void machineWithEightGib() {
        fake = new FakeMachine(root).with("proc/meminfo", "MemTotal:        8388608 kB\nMemFree:          100000 kB\n");
    }

    @Test
    void isTheMachinesMemoryWithoutAContainer() {
        assertThat(MemoryLimit.find(fake.machine())).isEqualTo(new MemoryLimit(8 * GIB, "this machine's memory"));
    }

    @Test
    void isTheContainersLimitInVersionTwo() {
        fake.with("proc/self/cgroup", "0::/\n").with("sys/fs/cgroup/memory.max", "536870912\n");

        assertThat(MemoryLimit.find(fake.machine())).isEqualTo(new MemoryLimit(GIB / 2, "/sys/fs/cgroup/memory.max"));
    }

    @Test
    void isTheMachinesMemoryIfTheContainerHasNoLimit() {
        fake.with("proc/self/cgroup", "0::/\n").with("sys/fs/cgroup/memory.max", "max\n");

        assertThat(MemoryLimit.find(fake.machine()).bytes()).isEqualTo(8 * GIB);
    }

    @Test
    void isTheLeastOfAllGroupsAround() {
        fake.with("proc/self/cgroup", "0::/system.slice/sluice.service\n")
                .with("sys/fs/cgroup/system.slice/sluice.service/memory.max", "2147483648\n")
                .with("sys/fs/cgroup/system.slice/memory.max", "1073741824\n");

        assertThat(MemoryLimit.find(fake.machine()))
                .isEqualTo(new MemoryLimit(GIB, "/sys/fs/cgroup/system.slice/memory.max"));
    }

    @Test
    void isTheContainersLimitInVersionOne() {
        fake.with("proc/self/cgroup", "9:cpu,memory:/docker/abc\n0::/\n")
                .with("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");

        assertThat(MemoryLimit.find(fake.machine()))
                .isEqualTo(new MemoryLimit(GIB, "/sys/fs/cgroup/memory/memory.limit_in_bytes"));
    }

    @Test
    void isTheMachinesMemoryIfVersionOneSaysUnlimited() {
        fake.with("proc/self/cgroup", "4:memory:/\n")
                .with("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");

        assertThat(MemoryLimit.find(fake.machine()).bytes()).isEqualTo(8 * GIB);
    }

    @Test
    void isUnknownWhereTheKernelSaysNothing(@TempDir Path empty) {
        assertThat(MemoryLimit.find(new FakeMachine(empty).machine()).bytes()).isEqualTo(-1);
    }
}
