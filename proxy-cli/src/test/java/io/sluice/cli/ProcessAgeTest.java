package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessAgeTest {
    @TempDir
    private Path root;

    @Test
    void isTheTimeSinceTheProcessBeganWhateverItsName() {
        FakeMachine fake = new FakeMachine(root)
                .with("proc/self/stat", "4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 100025 20 21\n")
                .with("proc/uptime", "1000.67 55.10\n");

        assertThat(ProcessAge.millis(fake.machine())).isEqualTo(420);
    }

    @Test
    void isThatOfTheJvmWhereTheKernelDoesNotSay() {
        assertThat(ProcessAge.millis(new FakeMachine(root).machine())).isPositive();
    }

    @Test
    void isKnownOnThisMachine() {
        assertThat(ProcessAge.millis(Machine.current())).isBetween(0L, 3_600_000L);
    }
}
