package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryReadingTest {
    private static final long GIB = 1L << 30;

    @TempDir
    Path cgroup;

    /** Limits of terabytes, beside which this test's own heap is nothing. */
    private int percent(String max, long current, String stat) throws IOException {
        Files.writeString(cgroup.resolve("memory.max"), max + "\n");
        Files.writeString(cgroup.resolve("memory.current"), current + "\n");
        Files.writeString(cgroup.resolve("memory.stat"), stat);
        return new MemoryReading(cgroup).percent();
    }

    @Test
    void saysHowMuchOfTheLimitIsTaken() throws IOException {
        assertThat(percent(Long.toString(100_000 * GIB), 95_000 * GIB, "anon 5\n")).isBetween(93, 95);
    }

    @Test
    void leavesOutTheFileCache() throws IOException {
        String stat = "anon 5\ninactive_file " + 30_000 * GIB + "\nactive_file " + 20_000 * GIB + "\nfile 7\n";

        assertThat(percent(Long.toString(100_000 * GIB), 95_000 * GIB, stat)).isBetween(43, 45);
    }

    @Test
    void saysNothingWhereThereIsNoLimitOrNoCgroup() throws IOException {
        assertThat(percent("max", 95, "")).isZero();
        assertThat(percent("0", 95, "")).isZero();
        assertThat(new MemoryReading(cgroup.resolve("absent")).percent()).isZero();
    }
}
