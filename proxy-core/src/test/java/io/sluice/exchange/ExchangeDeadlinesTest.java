package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.ProxyError;
import io.sluice.route.Deadlines;
import io.sluice.transport.HandWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExchangeDeadlinesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final HandWheel time = new HandWheel();
    private final List<ProxyError> missed = new ArrayList<>();
    private final ExchangeDeadlines deadlines = with(new Deadlines(
            SECOND, 30 * SECOND, 20 * SECOND, SECOND, 0, 3 * SECOND, 60 * SECOND, 10 * SECOND, 40 * SECOND, 100 * SECOND, 0));
    private long progress;
    private int asked;

    private ExchangeDeadlines with(Deadlines limits) {
        return new ExchangeDeadlines(time.wheel(), limits, this::progress, missed::add);
    }

    private long progress() {
        asked++;
        return progress;
    }

    private long now() {
        return time.wheel().nowNanos();
    }

    /** In steps of a quarter of what a client has: it is looked at so often. */
    private void pass(long seconds) {
        for (long left = seconds; left > 0; left -= 5) {
            time.pass(Duration.ofSeconds(Math.min(5, left)));
        }
    }

    @Test
    void runsNoneUnlessAskedTo() {
        pass(1000);

        assertThat(missed).isEmpty();
    }

    @Test
    void theEarliestComesFirstWhicheverWasSetLast() {
        deadlines.begun(now(), Deadlines.NONE);
        deadlines.requestExpected();
        deadlines.responseExpected();
        pass(30);
        assertThat(missed).containsExactly(ProxyError.REQUEST_BODY_TIMEOUT);
    }

    @Test
    void theWholeIsLimitedHoweverLongTheStepsMayTake() {
        deadlines.begun(now(), Deadlines.NONE);
        for (int i = 0; i < 9; i++) {
            time.pass(Duration.ofSeconds(11));
            deadlines.responseExpected();
        }
        assertThat(missed).isEmpty();
        pass(1);

        assertThat(missed).containsExactly(ProxyError.REQUEST_TIMEOUT);
    }

    @Test
    void aStepThatEndedHasNoDeadlineAnyMore() {
        deadlines.connecting();
        deadlines.requestExpected();
        pass(29);
        deadlines.backendExpected();
        pass(59);
        deadlines.responseExpected();
        pass(39);
        deadlines.clientExpected();
        pass(24);
        assertThat(missed).isEmpty();

        pass(1);
        assertThat(missed).containsExactly(ProxyError.CLIENT_TOO_SLOW);
    }

    @Test
    void anUploadThatIsOverIsNotWaitedFor() {
        deadlines.requestExpected();
        deadlines.requestOver();
        pass(1000);

        assertThat(missed).isEmpty();
    }

    @Test
    void aSecondAttemptConnectsInItsOwnTime() {
        deadlines.connecting();
        pass(2);
        deadlines.connecting();
        pass(2);
        assertThat(missed).isEmpty();
        pass(1);

        assertThat(missed).containsExactly(ProxyError.CONNECT_TIMEOUT);
    }

    @Test
    void aClientThatTakesSomethingHasNotStalled() {
        deadlines.clientExpected();
        for (int i = 0; i < 10; i++) {
            pass(14);
            progress++;
            pass(5);
        }
        assertThat(missed).isEmpty();

        pass(25);
        assertThat(missed).containsExactly(ProxyError.CLIENT_TOO_SLOW);
    }

    @Test
    void aClientHasAllItsTimeFromTheLastByteOnThatItMayHaveTaken() {
        deadlines.clientExpected();
        // Just before the first look, which therefore sees nothing else than the later ones.
        pass(4);
        progress++;
        pass(1);
        pass(19);
        assertThat(missed).isEmpty();

        pass(1);
        assertThat(missed).containsExactly(ProxyError.CLIENT_TOO_SLOW);
    }

    @Test
    void aClientIsAskedOnlyWhenAQuarterOfItsTimeIsOver() {
        for (int i = 0; i < 100; i++) {
            deadlines.clientExpected();
            pass(4);
            deadlines.responseExpected();
        }
        assertThat(asked).isZero();

        deadlines.clientExpected();
        pass(16);
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void nothingComesOnceCancelledWhateverIsSetAfterwards() {
        deadlines.begun(now(), Deadlines.NONE);
        deadlines.cancel();
        deadlines.begun(now(), Deadlines.NONE);
        deadlines.connecting();
        deadlines.requestExpected();
        deadlines.backendExpected();
        deadlines.responseExpected();
        deadlines.clientExpected();
        pass(1000);

        assertThat(missed).isEmpty();
    }

    @Test
    void tellsOnceThatAnAttemptHasNoAnswerAndWaitsOn() {
        deadlines.answerExpected();
        pass(9);
        assertThat(missed).isEmpty();
        pass(2);
        assertThat(missed).containsExactly(ProxyError.ATTEMPT_TIMEOUT);
        pass(50);

        assertThat(missed).containsExactly(ProxyError.ATTEMPT_TIMEOUT, ProxyError.RESPONSE_HEAD_TIMEOUT);
    }

    @Test
    void allAttemptsTogetherHaveTheTimeForAnAnswerAndEachItsOwn() {
        deadlines.answerExpected();
        pass(9);
        deadlines.connecting();
        pass(2);
        deadlines.answerExpected();
        pass(9);
        assertThat(missed).isEmpty();
        assertThat(deadlines.leaves(39 * SECOND)).isTrue();
        assertThat(deadlines.leaves(40 * SECOND)).isFalse();
        pass(41);

        assertThat(missed).containsExactly(ProxyError.ATTEMPT_TIMEOUT, ProxyError.RESPONSE_HEAD_TIMEOUT);
    }

    @Test
    void anAnswerThatBeganEndsTheAttemptsDeadline() {
        deadlines.answerExpected();
        deadlines.responseExpected();
        pass(39);

        assertThat(missed).isEmpty();
    }

    @Test
    void aLimitOfNoneNeverComes() {
        long none = Deadlines.NONE;
        ExchangeDeadlines unlimited = with(new Deadlines(none, none, none, none, none, none, none, none, none, none, none));
        unlimited.begun(now(), Deadlines.NONE);
        unlimited.connecting();
        pass(100_000);
        unlimited.requestExpected();
        pass(100_000);
        unlimited.backendExpected();
        pass(100_000);
        unlimited.responseExpected();
        pass(100_000);
        unlimited.clientExpected();
        pass(100_000);

        assertThat(missed).isEmpty();
    }

    @Test
    void tellsOfTheWholeOnlyOnce() {
        deadlines.begun(now(), Deadlines.NONE);
        pass(100);
        deadlines.clientExpected();
        pass(24);
        assertThat(missed).containsExactly(ProxyError.REQUEST_TIMEOUT);
        pass(1);

        assertThat(missed).containsExactly(ProxyError.REQUEST_TIMEOUT, ProxyError.CLIENT_TOO_SLOW);
    }
}
