package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.HandWheel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipesTest {
    private final HandWheel time = new HandWheel();
    private final Kernel kernel = new Kernel();
    private final List<String> told = new ArrayList<>();
    private final Splicing splicing = new Splicing(3, 4096, told::add, () -> kernel);
    private final Pipes pipes = splicing.pipes(time.wheel());

    /** A kernel that remembers what is open, and fails when told to. */
    private static final class Kernel implements SystemCalls {
        private final Set<Integer> open = new HashSet<>();
        private int next = 10;
        private long moves = 100;
        private boolean unbounded;
        private int held;
        private int writes = Integer.MAX_VALUE;
        private int written;
        private int pipeError;
        private int sizeError;

        @Override
        public long splice(int from, int to, long bytes) {
            return moves < 0 || unbounded ? moves : Math.min(moves, bytes);
        }

        @Override
        public long pipe() {
            if (pipeError != 0) {
                return pipeError;
            }
            open.add(next);
            open.add(next + 1);
            next += 2;
            return (long) (next - 2) << 32 | next - 1;
        }

        @Override
        public int pipeSize(int pipe, int bytes) {
            assertThat(open).contains(pipe);
            return sizeError != 0 ? sizeError : bytes;
        }

        @Override
        public int bytesIn(int pipe) {
            return held;
        }

        @Override
        public int read(int pipe, ByteBuffer to) {
            int count = Math.min(held, to.remaining());
            to.position(to.position() + count);
            held -= count;
            return count == 0 ? -EAGAIN : count;
        }

        @Override
        public int write(int socket, ByteBuffer from) {
            if (writes < 0) {
                return writes;
            }
            int count = Math.min(writes, from.remaining());
            from.position(from.position() + count);
            written += count;
            return count == 0 ? -EAGAIN : count;
        }

        @Override
        public void close(int descriptor) {
            assertThat(open.remove(descriptor)).isTrue();
        }
    }

    @Test
    void anEmptyPipeServesTheNextBody() {
        Pipe first = pipes.take();
        assertThat(splicing.activePipes()).isEqualTo(1);
        pipes.give(first);
        assertThat(splicing.activePipes()).isZero();
        assertThat(splicing.idlePipes()).isEqualTo(1);
        assertThat(pipes.take()).isSameAs(first);
    }

    @Test
    void aPipeWithBytesLeftInItServesNobodyElse() {
        Pipe pipe = pipes.take();
        assertThat(pipes.fill(pipe, 5, 1000)).isEqualTo(100);
        kernel.moves = 60;
        assertThat(pipes.drain(pipe, 6)).isEqualTo(60);
        assertThat(pipe.bytes()).isEqualTo(40);
        pipes.give(pipe);
        assertThat(kernel.open).isEmpty();
        assertThat(splicing.idlePipes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 101})
    void aPipeThatGivesOutOtherBytesThanItGotIsCountedAndClosed(long moves) {
        Pipe pipe = pipes.take();
        pipes.fill(pipe, 5, 1000);
        kernel.moves = moves;
        kernel.unbounded = true;
        assertThat(pipes.drain(pipe, 6)).isEqualTo(Pipes.MISMATCH);
        assertThat(pipes.give(pipe)).as("told already").isTrue();
        assertThat(splicing.mismatches()).isEqualTo(1);
        assertThat(kernel.open).isEmpty();
    }

    @Test
    void aPipeThatGetsMoreThanWasAskedForIsCountedAndClosed() {
        Pipe pipe = pipes.take();
        kernel.unbounded = true;
        assertThat(pipes.fill(pipe, 5, 99)).isEqualTo(Pipes.MISMATCH);
        pipes.give(pipe);
        assertThat(splicing.mismatches()).isEqualTo(1);
        assertThat(kernel.open).isEmpty();
    }

    @Test
    void aPipeThatIsNotAsEmptyAsItSeemsServesNobodyElse() {
        Pipe pipe = pipes.take();
        pipes.fill(pipe, 5, 100);
        pipes.drain(pipe, 6);
        kernel.held = 1;
        assertThat(pipes.give(pipe)).isFalse();
        assertThat(splicing.mismatches()).isEqualTo(1);
        assertThat(kernel.open).isEmpty();
    }

    @Test
    void aPipeIsLookedIntoOnceAfterItWasUsed() {
        Pipe pipe = pipes.take();
        pipes.fill(pipe, 5, 100);
        assertThat(pipes.exact(pipe)).as("it should hold 100").isFalse();
        pipes.give(pipe);

        Pipe other = pipes.take();
        pipes.fill(other, 5, 100);
        pipes.drain(other, 6);
        assertThat(pipes.exact(other)).isTrue();
        kernel.held = 1;
        assertThat(pipes.give(other)).as("nothing went through since").isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {-22, -38, -1, -12, -105})
    void whatTheKernelWontSpliceOnIsCopiedOnToTheLastByte(long error) {
        splicing.prepare();
        await().until(pipes::works);
        Pipe pipe = pipes.take();
        pipes.fill(pipe, 5, 100);
        kernel.held = 100;
        kernel.moves = error;
        kernel.writes = 70;
        assertThat(pipes.drain(pipe, 6)).isEqualTo(70);
        kernel.writes = 0;
        assertThat(pipes.drain(pipe, 6)).isEqualTo(-SystemCalls.EAGAIN);
        assertThat(pipes.exact(pipe)).isTrue();
        kernel.writes = 70;
        assertThat(pipes.drain(pipe, 6)).isEqualTo(30);
        assertThat(kernel.written).isEqualTo(100);
        assertThat(pipe.bytes()).isZero();
        assertThat(pipes.give(pipe)).isTrue();
        assertThat(splicing.mismatches()).isZero();
        boolean shortage = error == -12 || error == -105;
        assertThat(pipes.works()).isEqualTo(shortage);
        assertThat(told).hasSize(shortage ? 0 : 1);
    }

    @Test
    void aPipeThatGivesNothingToReadEitherIsCounted() {
        Pipe pipe = pipes.take();
        pipes.fill(pipe, 5, 100);
        kernel.moves = -22;
        assertThat(pipes.drain(pipe, 6)).isEqualTo(Pipes.MISMATCH);
    }

    @Test
    void aSocketThatFailsTheCopyFailsAsASocket() {
        Pipe pipe = pipes.take();
        pipes.fill(pipe, 5, 100);
        kernel.held = 100;
        kernel.moves = -22;
        kernel.writes = -32;
        assertThat(pipes.drain(pipe, 6)).isEqualTo(-32);
    }

    @ParameterizedTest
    @CsvSource({"32, SOCKET", "104, SOCKET", "110, SOCKET", "107, SOCKET", "12, SHORTAGE", "105, SHORTAGE", "23, SHORTAGE",
        "24, SHORTAGE", "22, REFUSAL", "38, REFUSAL", "1, REFUSAL", "95, REFUSAL"})
    void everyErrorIsAboutSomething(long error, SystemCalls.Failure failure) {
        assertThat(SystemCalls.Failure.of(-error)).isEqualTo(failure);
    }

    @Test
    void pipesOfAllLoopsTogetherAreBounded() {
        Pipes other = splicing.pipes(time.wheel());
        Pipe mine = pipes.take();
        other.take();
        pipes.take();
        assertThat(pipes.take()).isNull();
        assertThat(other.take()).isNull();
        pipes.fill(mine, 5, 1);
        pipes.give(mine);
        assertThat(other.take()).isNotNull();
    }

    @Test
    void noDescriptorIsNoPipeAndNoMore() {
        kernel.pipeError = -SystemCalls.EMFILE;
        assertThat(pipes.take()).isNull();
        assertThat(pipes.take()).isNull();
        kernel.pipeError = 0;
        for (int i = 0; i < 3; i++) {
            assertThat(pipes.take()).as("a failed one takes no place").isNotNull();
        }
        assertThat(told).hasSize(1).first().asString().contains("errno 24");
    }

    @Test
    void aRefusedSizeIsToldOnceAndTheSmallerPipeUsed() {
        kernel.sizeError = -1;
        assertThat(pipes.take()).isNotNull();
        assertThat(pipes.take()).isNotNull();
        assertThat(told).hasSize(1).first().asString().contains("4096 bytes").contains("errno 1");
    }

    @Test
    void aRefusalEndsSplicingForGoodAndIsToldOnce() {
        splicing.prepare();
        await().until(pipes::works);
        Pipe pipe = pipes.take();
        kernel.moves = -38;
        assertThat(pipes.fill(pipe, 5, 100)).isEqualTo(-38);
        kernel.moves = -22;
        assertThat(pipes.fill(pipe, 5, 100)).isEqualTo(-22);
        assertThat(pipes.works()).isFalse();
        assertThat(told).hasSize(1).first().asString().contains("errno 38");
    }

    @ParameterizedTest
    @ValueSource(longs = {-11, -12, -105, -104, -32})
    void whatOnlyOneBodyMeetsDoesNotEndSplicingForTheOthers(long error) {
        splicing.prepare();
        await().until(pipes::works);
        kernel.moves = error;
        assertThat(pipes.fill(pipes.take(), 5, 100)).isEqualTo(error);
        assertThat(pipes.works()).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void whatNobodyNeedsIsClosedAfterAWhile() {
        Pipe first = pipes.take();
        Pipe second = pipes.take();
        pipes.give(first);
        pipes.give(second);
        time.pass(Duration.ofSeconds(5));
        // Both may have been needed up to now.
        assertThat(kernel.open).hasSize(4);

        pipes.give(pipes.take());
        time.pass(Duration.ofSeconds(5));
        assertThat(kernel.open).as("one was enough").hasSize(2);
        time.pass(Duration.ofSeconds(5));
        assertThat(kernel.open).isEmpty();

        pipes.give(pipes.take());
        time.pass(Duration.ofSeconds(5));
        time.pass(Duration.ofSeconds(5));
        assertThat(kernel.open).as("tidied again after a rest").isEmpty();
    }

    @Test
    void closingEndsTheIdleOnesNowAndTheOthersWhenTheyComeBack() {
        Pipe used = pipes.take();
        pipes.give(pipes.take());
        pipes.close();
        assertThat(kernel.open).hasSize(2);
        pipes.give(used);
        assertThat(kernel.open).isEmpty();
        assertThat(splicing.activePipes() + splicing.idlePipes()).isZero();
    }
}
