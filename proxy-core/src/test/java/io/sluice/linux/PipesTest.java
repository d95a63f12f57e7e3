package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.HandWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
        private int pipeError;
        private int sizeError;

        @Override
        public long splice(int from, int to, long bytes) {
            return moves < 0 ? moves : Math.min(moves, bytes);
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

    @Test
    void aPipeThatLosesBytesIsCounted() {
        Pipe pipe = pipes.take();
        pipes.fill(pipe, 5, 1000);
        kernel.moves = 0;
        assertThat(pipes.drain(pipe, 6)).isZero();
        assertThat(splicing.mismatches()).isEqualTo(1);
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
        kernel.pipeError = 0;
        for (int i = 0; i < 3; i++) {
            assertThat(pipes.take()).as("a failed one takes no place").isNotNull();
        }
        assertThat(told).isEmpty();
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
        pipes.refused(-38);
        pipes.refused(-22);
        assertThat(pipes.works()).isFalse();
        assertThat(told).hasSize(1).first().asString().contains("errno 38");
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
