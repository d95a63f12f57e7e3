package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.telemetry.LinuxProcess.CpuSeconds;
import io.sluice.telemetry.LinuxProcess.Switches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxProcessTest {
    @TempDir
    Path self;

    private void write(String file, String text) throws IOException {
        Path path = self.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void thread(int id, long voluntary, long involuntary) throws IOException {
        write("task/" + id + "/status",
                "Name:\tx\nvoluntary_ctxt_switches:\t" + voluntary + "\nnonvoluntary_ctxt_switches:\t" + involuntary + "\n");
    }

    private void threadEnds(int id) throws IOException {
        Files.delete(self.resolve("task/" + id + "/status"));
        Files.delete(self.resolve("task/" + id));
    }

    @Test
    void readsCpuTimeBehindANameThatHoldsBracketsAndSpaces() throws IOException {
        write("stat", "42 (a) b (c)) S 1 42 42 0 -1 4194560 1 2 3 4 1234 567 8 9 20 0 30 0 100 200 300\n");

        assertThat(new LinuxProcess(self).cpu()).isEqualTo(new CpuSeconds(12.34, 5.67));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "42 (x", "42 (x) S 1 2", "42 (x) S 1 42 42 0 -1 4194560 1 2 3 4 -7 x 8 9"})
    void knowsNoCpuTimeFromAFileItCannotRead(String stat) throws IOException {
        write("stat", stat);

        assertThat(new LinuxProcess(self).cpu()).isNull();
    }

    @Test
    void readsResidentMemory() throws IOException {
        write("status", "VmPeak:\t  999 kB\nVmRSS:\t   2048 kB\n");

        assertThat(new LinuxProcess(self).residentBytes()).isEqualTo(2048 * 1024);
    }

    @Test
    void knowsNothingWhereThereIsNoSuchDirectory() {
        LinuxProcess process = new LinuxProcess(self.resolve("none"));

        assertThat(process.cpu()).isNull();
        assertThat(process.switches()).isNull();
        assertThat(process.residentBytes()).isEqualTo(LinuxProcess.UNKNOWN);
    }

    @Test
    void addsUpContextSwitchesOfAllThreads() throws IOException {
        thread(1, 10, 1);
        thread(2, 20, 2);

        assertThat(new LinuxProcess(self).switches()).isEqualTo(new Switches(30, 3));
    }

    @Test
    void keepsWhatAnEndedThreadHadAndWhatTheFormerOwnerOfAnIdHad() throws IOException {
        LinuxProcess process = new LinuxProcess(self);
        thread(1, 10, 1);
        thread(2, 20, 2);
        process.switches();

        threadEnds(2);
        thread(1, 11, 1);
        assertThat(process.switches()).isEqualTo(new Switches(31, 3));

        thread(1, 5, 0);
        assertThat(process.switches()).isEqualTo(new Switches(11 + 20 + 5, 1 + 2));

        assertThat(process.switches()).isEqualTo(new Switches(36, 3));
    }

    @Test
    void leavesOutAThreadThatEndsWhileItIsRead() throws IOException {
        thread(1, 10, 1);
        Files.createDirectories(self.resolve("task/2"));

        assertThat(new LinuxProcess(self).switches()).isEqualTo(new Switches(10, 1));
    }
}
