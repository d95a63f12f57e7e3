package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.IdleTime.Basis;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdleTimeTest {
    private final IdleTime idle = new IdleTime();
    /** Near the end of the count: it may overflow. */
    private long now = Long.MAX_VALUE - TimeUnit.MINUTES.toNanos(1);

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void pass(long millis) {
        now += millis(millis);
    }

    /** Some time later an idle connection is closed. */
    private void laterClosed(long idleMillis) {
        pass(idleMillis);
        idle.closed(millis(idleMillis), now);
    }

    private void laterStale(long idleMillis) {
        pass(idleMillis);
        idle.stale(millis(idleMillis), now);
    }

    private long limitMillis() {
        long limit = idle.limitNanos(now);
        return limit == IdleTime.UNLIMITED ? -1 : TimeUnit.NANOSECONDS.toMillis(limit);
    }

    @Test
    void knowsNothingAtFirst() {
        assertThat(limitMillis()).isEqualTo(-1);
        assertThat(idle.refutesFromNanos()).isEqualTo(IdleTime.UNLIMITED);
        assertThat(idle.watchNanos()).isZero();
        assertThat(idle.view(now)).isEqualTo(new IdleTime.View(IdleTime.UNLIMITED, IdleTime.UNLIMITED, Basis.NOTHING));
    }

    @Test
    void isNotFooledByOneClose() {
        laterClosed(1000);

        assertThat(limitMillis()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"1000, 800", "100, 80", "5000, 4000", "5001, 4001", "60000, 59000"})
    void staysASecondOrAFifthBelowWhatTwoClosesAgreeOn(long backend, long limit) {
        laterClosed(backend);
        laterClosed(backend);

        assertThat(limitMillis()).isEqualTo(limit);
        assertThat(idle.view(now)).isEqualTo(new IdleTime.View(millis(limit), millis(backend), Basis.CLOSED));
    }

    @ParameterizedTest
    @CsvSource({"1000, 1200, 800", "1200, 1000, 800", "1000, 1201, -1"})
    void agreesUpToAFifth(long first, long second, long limit) {
        laterClosed(first);
        laterClosed(second);

        assertThat(limitMillis()).isEqualTo(limit);
    }

    @Test
    void countsWhatARestartClosesAtOneMomentOnce() {
        pass(3000);
        for (int i = 0; i < 50; i++) {
            idle.closed(millis(3000 + i), now + i);
        }

        assertThat(limitMillis()).isEqualTo(-1);
    }

    @Test
    void takesTheShortestTimeThatTwoAgreeOn() {
        laterClosed(9000);
        laterClosed(9000);
        laterClosed(2000);
        assertThat(limitMillis()).isEqualTo(8000);

        laterClosed(2100);

        assertThat(limitMillis()).isEqualTo(1600);
    }

    @Test
    void forgetsClosesThatThreeLongerReusesRefute() {
        laterClosed(10);
        laterClosed(10);
        assertThat(limitMillis()).isEqualTo(8);
        assertThat(idle.refutesFromNanos()).isEqualTo(millis(11));

        idle.survived(millis(12), now);
        idle.survived(millis(12), now);
        idle.survived(millis(10), now);
        assertThat(limitMillis()).as("two refute it, the third is not longer").isEqualTo(8);
        idle.survived(millis(12), now);

        assertThat(limitMillis()).isEqualTo(-1);
        assertThat(idle.refutesFromNanos()).isEqualTo(IdleTime.UNLIMITED);
    }

    @Test
    void isNotFooledByClosesAfterSoManyRequests() {
        Random random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            laterClosed(1 + random.nextInt(20));
            for (int reuse = 0; reuse < 20; reuse++) {
                pass(5);
                idle.survived(millis(random.nextInt(200)), now);
            }
            assertThat(limitMillis()).as("after %s closes", i).isEqualTo(-1);
        }
    }

    @Test
    void findsTheTimeAmongClosesAfterSoManyRequests() {
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            laterClosed(1 + random.nextInt(20));
            for (int reuse = 0; reuse < 20; reuse++) {
                pass(5);
                idle.survived(millis(random.nextInt(200)), now);
            }
            if (i % 10 == 0) {
                laterClosed(1000);
            }
        }

        assertThat(limitMillis()).isEqualTo(800);
    }

    @Test
    void triesLongerWhenWatchedConnectionsOutliveIt() {
        laterClosed(1000);
        laterClosed(1000);
        assertThat(idle.watchNanos()).isEqualTo(millis(2000));

        for (int i = 0; i < 3; i++) {
            pass(2000);
            idle.outlived(millis(2000), now);
        }

        assertThat(limitMillis()).isEqualTo(-1);
        assertThat(idle.watchNanos()).isZero();
    }

    @Test
    void followsABackendThatKeepsConnectionsLonger() {
        laterClosed(1000);
        laterClosed(1000);

        for (int i = 0; i < 3; i++) {
            laterClosed(1900);
        }

        assertThat(limitMillis()).isEqualTo(1520);
    }

    @Test
    void triesLongerAfterTenMinutes() {
        laterClosed(1000);
        laterClosed(1000);
        pass(TimeUnit.MINUTES.toMillis(10) - 2000);
        assertThat(limitMillis()).isEqualTo(800);

        pass(2000);

        assertThat(limitMillis()).isEqualTo(-1);
    }

    @Test
    void takesAQuarterOfWhatStaleReusesWaited() {
        laterStale(3000);
        assertThat(limitMillis()).isEqualTo(-1);
        laterStale(2600);

        assertThat(limitMillis()).isEqualTo(650);
        assertThat(idle.view(now)).isEqualTo(new IdleTime.View(millis(650), millis(2600), Basis.STALE));
    }

    @ParameterizedTest
    @CsvSource({"600, 150", "163, 40", "162, 650"})
    void believesOneMoreStaleReuseAtOnceUnlessItIsOfAnotherKind(long third, long limit) {
        laterStale(3000);
        laterStale(2600);

        laterStale(third);

        assertThat(limitMillis()).isEqualTo(limit);
    }

    @Test
    void believesASeenCloseThatAgreesWithAStaleReuse() {
        laterStale(1010);
        laterClosed(1000);

        assertThat(limitMillis()).isEqualTo(800);
        assertThat(idle.view(now).basis()).isEqualTo(Basis.CLOSED);
    }

    @Test
    void doesNotTakeAWatchedConnectionForProofAgainstAStaleReuse() {
        laterStale(1000);
        laterStale(1000);

        for (int i = 0; i < 5; i++) {
            idle.outlived(millis(2000), now);
        }

        assertThat(limitMillis()).isEqualTo(250);
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
    void findsAPathThatDropsIdleConnectionsSilently(int seed) {
        Random random = new Random(seed);
        int failedLate = 0;
        int failed = 0;

        // Only a reuse tells that a firewall has forgotten the connection, which it does after a second.
        for (int i = 0; i < 300; i++) {
            long waited = 500 + random.nextInt(2500);
            pass(waited);
            if (millis(waited) > idle.limitNanos(now)) {
                continue;
            }
            if (waited > 1000) {
                idle.stale(millis(waited), now);
                failed++;
                failedLate += i >= 40 ? 1 : 0;
            } else if (millis(waited) >= idle.refutesFromNanos()) {
                idle.survived(millis(waited), now);
            }
        }

        assertThat(failed).as("while it learns").isBetween(2, 8);
        assertThat(failedLate).as("after 40 requests").isZero();
    }

    @Test
    void showsWhatTheBackendSaysWhereThatIsLess() {
        idle.said(TimeUnit.SECONDS.toNanos(5));
        assertThat(idle.view(now)).isEqualTo(new IdleTime.View(millis(4000), millis(5000), Basis.SAID));
        assertThat(limitMillis()).as("it binds only the connection it came over").isEqualTo(-1);

        laterClosed(1000);
        laterClosed(1000);
        assertThat(idle.view(now).basis()).isEqualTo(Basis.CLOSED);

        idle.said(0);
        assertThat(idle.view(now)).isEqualTo(new IdleTime.View(0, 0, Basis.SAID));
    }

    @Test
    void learnsFromManyThreadsAtOnce() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10_000; i++) {
                    long at = i * millis(1000L);
                    idle.closed(millis(1000), at);
                    assertThat(idle.limitNanos(at)).isIn(millis(800), IdleTime.UNLIMITED);
                    idle.survived(millis(500), at);
                    idle.view(at);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(idle.limitNanos(9_999 * millis(1000L))).isEqualTo(millis(800));
    }
}
