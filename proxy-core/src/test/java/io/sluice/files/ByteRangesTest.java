package io.sluice.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.files.ByteRanges.Slice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §14.1.2, §14.2. */
final class ByteRangesTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1", "bytes=0-99, 0, 100", "bytes=5-9, 5, 5", "bytes=5-, 5, 95", "bytes=-5, 95, 5", "bytes=-100, 0, 100",
        "bytes=-101, 0, 100", "bytes=99-, 99, 1", "bytes=99-99999999999999999999, 99, 1", "bytes=-99999999999999999999, 0, 100",
        "BYTES=5-9, 5, 5", "bytes= 5-9 , 5, 5"})
    void readsOne(String field, long start, long count) {
        assertThat(ByteRanges.of(field, 100).slices()).containsExactly(new Slice(start, count));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-", "bytes=200-,-0"})
    void findsNothingBehindTheEnd(String field) {
        assertThat(ByteRanges.of(field, 100).slices()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "bytes=a-5", "bytes=5-a", "bytes=+5-6", "bytes=5-6-7", "bytes=--5",
        "bytes=0-1,", "bytes=0-1,x", "bytes =0-1", "lines=0-1", "bytes=0x1-2", "bytes=0 -1", "bytes=٣-4"})
    void ignoresWhatIsNoRange(String field) {
        assertThat(ByteRanges.of(field, 100)).isNull();
    }

    @Test
    void keepsTheOrderAndLeavesOutWhatIsBehindTheEnd() {
        assertThat(ByteRanges.of("bytes=50-59, 0-9,500-,-1", 100).slices())
                .containsExactly(new Slice(50, 10), new Slice(0, 10), new Slice(99, 1));
    }

    @Test
    void ignoresMoreRangesThanAnyoneNeeds() {
        assertThat(ByteRanges.of("bytes=0-0" + ",1-1".repeat(15), 100).slices()).hasSize(16);
        assertThat(ByteRanges.of("bytes=0-0" + ",1-1".repeat(16), 100)).isNull();
    }

    @Test
    void ignoresRangesThatTogetherAreMoreThanTheFile() {
        assertThat(ByteRanges.of("bytes=0-49,50-99", 100).slices()).hasSize(2);
        assertThat(ByteRanges.of("bytes=0-49,49-99", 100)).isNull();
        assertThat(ByteRanges.of("bytes=0-,0-,0-", 100)).isNull();
    }

    @Test
    void hasNothingToDivideInAnEmptyFile() {
        assertThat(ByteRanges.of("bytes=0-", 0)).isNull();
        assertThat(ByteRanges.of("bytes=-1", 0)).isNull();
    }
}
