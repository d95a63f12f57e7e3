package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That the soak would notice what is left over. */
class VitalsTest {
    private static final Vitals BEFORE = new Vitals(50, 4 << 20, 8 << 20, 0, 0, 0, 0, 0, 0);

    @Test
    void isContentWithWhatWasThereBefore() {
        assertThat(BEFORE.notBack(BEFORE)).isEmpty();
        assertThat(BEFORE.quiet()).isTrue();
    }

    @Test
    void noticesOneDescriptorMore() {
        Vitals after = new Vitals(51, 4 << 20, 8 << 20, 0, 0, 0, 0, 0, 0);

        assertThat(after.notBack(BEFORE)).containsExactly("descriptors: found 51; expected at most 50");
    }

    @Test
    void noticesMemoryBeyondTheSlack() {
        Vitals after = new Vitals(50, (8 << 20) + 1, (10 << 20) + 1, 0, 0, 0, 0, 0, 0);

        assertThat(after.notBack(BEFORE)).hasSize(2);
        assertThat(new Vitals(50, 8 << 20, 10 << 20, 0, 0, 0, 0, 0, 0).notBack(BEFORE)).isEmpty();
    }

    @Test
    void noticesWhatNeverEnded() {
        Vitals after = new Vitals(50, 4 << 20, 8 << 20, 1, 2, 3, 4, 0, 0);

        assertThat(after.notBack(BEFORE)).hasSize(4);
        assertThat(after.quiet()).isFalse();
    }

    @Test
    void noticesAPipeAndAMismatch() {
        Vitals after = new Vitals(50, 4 << 20, 8 << 20, 0, 0, 0, 0, 1, 2);

        assertThat(after.notBack(BEFORE)).containsExactly(
                "pipes: found 1; expected at most 0", "splice mismatches: found 2; expected at most 0");
        assertThat(after.quiet()).isFalse();
    }
}
