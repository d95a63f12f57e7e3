package io.sluice.transport;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineWheelTest {
    private static final long TICK = MILLISECONDS.toNanos(DeadlineWheel.TICK_MILLIS);
    /** A whole turn of the ring. */
    private static final long TURN = 1024 * TICK;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> ran = new ArrayList<>();
    private long now = 5_000_000_017L;
    private DeadlineWheel wheel;

    DeadlineWheelTest() {
        channel.freezeTime();
        wheel = new DeadlineWheel(channel.eventLoop(), new LoopClock(() -> now));
    }

    @AfterEach
    void closes() {
        channel.finishAndReleaseAll();
    }

    /** Lets time pass, the loop running what is due every so often. */
    private void pass(long nanos, long step) {
        for (long left = nanos; left > 0; left -= step) {
            long moved = Math.min(step, left);
            now += moved;
            channel.advanceTimeBy(moved, NANOSECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private void pass(long nanos) {
        pass(nanos, MILLISECONDS.toNanos(1));
    }

    private Deadline deadline(String name) {
        return new Deadline(wheel, () -> ran.add(name));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 19_999_999, 20_000_000, 20_000_001, 1_000_000_000, 20_460_000_000L, 20_480_000_001L,
        60_000_000_000L})
    void runsNotBeforeItsTimeAndAtMostTwoTicksAfter(long nanos) {
        deadline("a").at(now + nanos);

        pass(nanos - 1);
        assertThat(ran).isEmpty();
        pass(2 * TICK + 1);

        assertThat(ran).containsExactly("a");
    }

    @Test
    void runsOnce() {
        deadline("a").at(now + SECONDS.toNanos(1));

        pass(SECONDS.toNanos(50));

        assertThat(ran).containsExactly("a");
    }

    @Test
    void runsSoonWhatIsOverdueAlready() {
        deadline("a").at(now - SECONDS.toNanos(3));

        assertThat(ran).isEmpty();
        pass(2 * TICK);

        assertThat(ran).containsExactly("a");
    }

    @Test
    void canBeMovedLater() {
        Deadline deadline = deadline("a");
        deadline.at(now + SECONDS.toNanos(1));
        deadline.at(now + SECONDS.toNanos(3));

        pass(SECONDS.toNanos(3) - 1);
        assertThat(ran).isEmpty();
        pass(2 * TICK);

        assertThat(ran).containsExactly("a");
    }

    @Test
    void canBeMovedLaterAgainAndAgainAsBytesArrive() {
        Deadline deadline = deadline("a");
        for (int i = 0; i < 100; i++) {
            deadline.at(now + SECONDS.toNanos(1));
            pass(MILLISECONDS.toNanos(990));
        }
        assertThat(ran).isEmpty();

        pass(MILLISECONDS.toNanos(10) + 2 * TICK);

        assertThat(ran).containsExactly("a");
    }

    @Test
    void canBeMovedEarlier() {
        Deadline deadline = deadline("a");
        deadline.at(now + SECONDS.toNanos(30));
        pass(SECONDS.toNanos(1));
        deadline.at(now + SECONDS.toNanos(1));

        pass(SECONDS.toNanos(1) + 2 * TICK);
        assertThat(ran).containsExactly("a");
        pass(SECONDS.toNanos(40));

        assertThat(ran).containsExactly("a");
    }

    @Test
    void doesNotComeOnceDisarmedOrCancelled() {
        Deadline disarmed = deadline("disarmed");
        Deadline cancelled = deadline("cancelled");
        Deadline unset = deadline("unset");
        disarmed.at(now + SECONDS.toNanos(1));
        cancelled.at(now + SECONDS.toNanos(1));
        unset.at(now + SECONDS.toNanos(1));

        disarmed.disarm();
        cancelled.cancel();
        cancelled.cancel();
        unset.at(Deadline.NEVER);
        pass(SECONDS.toNanos(30));

        assertThat(ran).isEmpty();
    }

    @Test
    void canBeSetAgainAfterItWasDisarmedOrCancelledOrRan() {
        Deadline disarmed = deadline("disarmed");
        Deadline cancelled = deadline("cancelled");
        Deadline over = deadline("over");
        for (Deadline each : List.of(disarmed, cancelled, over)) {
            each.at(now + SECONDS.toNanos(1));
        }
        disarmed.disarm();
        cancelled.cancel();
        pass(SECONDS.toNanos(2));
        ran.clear();

        for (Deadline each : List.of(disarmed, cancelled, over)) {
            each.at(now + SECONDS.toNanos(1));
        }
        pass(SECONDS.toNanos(1) + 2 * TICK);

        assertThat(ran).containsExactlyInAnyOrder("disarmed", "cancelled", "over");
    }

    @Test
    void cancellingOneLeavesItsNeighboursInTheSlot() {
        long at = now + SECONDS.toNanos(1);
        Deadline first = deadline("first");
        Deadline middle = deadline("middle");
        Deadline last = deadline("last");
        for (Deadline each : List.of(first, middle, last)) {
            each.at(at);
        }

        middle.cancel();
        pass(SECONDS.toNanos(1) + 2 * TICK);

        assertThat(ran).containsExactlyInAnyOrder("first", "last");
    }

    @Test
    void anActionMaySetItsOwnDeadlineAgain() {
        List<Long> times = new ArrayList<>();
        Deadline[] own = new Deadline[1];
        own[0] = new Deadline(wheel, () -> {
            times.add(now);
            if (times.size() < 3) {
                own[0].at(now + SECONDS.toNanos(1));
            }
        });
        own[0].at(now + SECONDS.toNanos(1));

        pass(SECONDS.toNanos(10));

        assertThat(times).hasSize(3);
        assertThat(times.get(1) - times.get(0)).isBetween(SECONDS.toNanos(1), SECONDS.toNanos(1) + 2 * TICK);
        assertThat(times.get(2) - times.get(1)).isBetween(SECONDS.toNanos(1), SECONDS.toNanos(1) + 2 * TICK);
    }

    @Test
    void anActionThatWantsToRunAtOnceAgainDoesNotHoldTheLoop() {
        Deadline[] own = new Deadline[1];
        own[0] = new Deadline(wheel, () -> {
            ran.add("again");
            own[0].at(now);
        });
        own[0].at(now);

        pass(10 * TICK);

        assertThat(ran).hasSizeBetween(4, 10);
    }

    @Test
    void anActionMayCancelOrMoveOthersThatAreDueWithIt() {
        long at = now + SECONDS.toNanos(1);
        Deadline[] all = new Deadline[3];
        for (int i = 0; i < all.length; i++) {
            int self = i;
            all[i] = new Deadline(wheel, () -> {
                ran.add("deadline " + self);
                if (ran.size() == 1) {
                    all[(self + 1) % 3].cancel();
                    all[(self + 2) % 3].at(at + SECONDS.toNanos(2));
                }
            });
            all[i].at(at);
        }

        pass(SECONDS.toNanos(1) + 2 * TICK);
        assertThat(ran).as("whichever runs first silences the two others").hasSize(1);
        pass(SECONDS.toNanos(2));

        assertThat(ran).as("the one that was moved").hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void whatAnActionThrowsCostsNoOtherDeadline() {
        long at = now + SECONDS.toNanos(1);
        Deadline before = deadline("before");
        Deadline defect = new Deadline(wheel, () -> {
            throw new IllegalStateException("thrown by a test");
        });
        Deadline after = deadline("after");
        Deadline later = deadline("later");
        before.at(at);
        defect.at(at);
        after.at(at);
        later.at(at + SECONDS.toNanos(1));

        pass(SECONDS.toNanos(3));

        assertThat(ran).containsExactlyInAnyOrder("before", "after", "later");
    }

    @Test
    void keepsDeadlinesThatAreManyTurnsAway() {
        deadline("far").at(now + 5 * TURN + 7);

        pass(5 * TURN + 6, TICK);
        assertThat(ran).isEmpty();
        pass(2 * TICK + 1, TICK);

        assertThat(ran).containsExactly("far");
    }

    @Test
    void takesNoDeadlineForOneThatIsHalfOfAllTimeAway() {
        Deadline none = deadline("none");
        none.at(now + Long.MAX_VALUE / 2);

        pass(2 * TURN, TICK);
        assertThat(ran).isEmpty();
        none.at(now + TICK);
        pass(3 * TICK);

        assertThat(ran).containsExactly("none");
    }

    @Test
    void worksAfterALongTimeWithoutADeadline() {
        now += DAYS.toNanos(30);
        channel.advanceTimeBy(DAYS.toNanos(30), NANOSECONDS);
        deadline("a").at(now + SECONDS.toNanos(1));

        pass(SECONDS.toNanos(1) - 1);
        assertThat(ran).isEmpty();
        pass(2 * TICK + 1);

        assertThat(ran).containsExactly("a");
    }

    @Test
    void runsAllThatIsDueWhenTheLoopWasHeldForManyTurns() {
        for (int i = 0; i < 3000; i++) {
            deadline("due").at(now + i * TICK);
        }
        deadline("not yet").at(now + 4500 * TICK);

        pass(4000 * TICK, 4000 * TICK);
        assertThat(ran).hasSize(3000).containsOnly("due");
        pass(502 * TICK, TICK);

        assertThat(ran).hasSize(3001).endsWith("not yet");
    }

    @Test
    void wakesTheLoopOnlyWhileThereIsADeadline() {
        assertThat(channel.runScheduledPendingTasks()).as("no task of the loop").isEqualTo(-1);

        Deadline deadline = deadline("a");
        deadline.at(now + SECONDS.toNanos(1));
        assertThat(channel.runScheduledPendingTasks()).isPositive();
        deadline.cancel();
        pass(2 * TICK);

        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }

    @Test
    void forgetsADisarmedOneWhenItsSlotComesUp() {
        Deadline deadline = deadline("a");
        deadline.at(now + SECONDS.toNanos(1));
        deadline.disarm();

        pass(SECONDS.toNanos(1) + 2 * TICK);

        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void keepsToAModelWhateverIsDoneToThousands(int seed) {
        Random random = new Random(seed);
        int count = 2000;
        Deadline[] deadlines = new Deadline[count];
        long[] due = new long[count];
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int self = i;
            due[i] = Deadline.NEVER;
            deadlines[i] = new Deadline(wheel, () -> {
                if (due[self] == Deadline.NEVER || due[self] > now) {
                    wrong.add(self + " ran early or for nothing");
                }
                due[self] = Deadline.NEVER;
            });
        }
        for (int round = 0; round < 3000; round++) {
            for (int k = 0; k < 20; k++) {
                int i = random.nextInt(count);
                switch (random.nextInt(8)) {
                    case 0 -> {
                        deadlines[i].cancel();
                        due[i] = Deadline.NEVER;
                    }
                    case 1 -> {
                        deadlines[i].disarm();
                        due[i] = Deadline.NEVER;
                    }
                    default -> {
                        due[i] = now + (long) (random.nextDouble() * (random.nextInt(9) == 0 ? 3 * TURN : TURN / 8));
                        deadlines[i].at(due[i]);
                    }
                }
            }
            pass(MILLISECONDS.toNanos(1 + random.nextInt(20)), TICK);
            for (int i = 0; i < count; i++) {
                if (due[i] != Deadline.NEVER && now - due[i] > 2 * TICK) {
                    wrong.add(i + " is late");
                }
            }
            assertThat(wrong).isEmpty();
        }
        pass(4 * TURN, TICK);

        assertThat(due).containsOnly(Deadline.NEVER);
        assertThat(channel.runScheduledPendingTasks()).as("nothing is linked any more").isEqualTo(-1);
        assertThat(wrong).isEmpty();
    }
}
