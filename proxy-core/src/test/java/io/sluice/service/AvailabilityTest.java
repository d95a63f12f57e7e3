package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.config.HealthConfig;
import io.sluice.http.ProxyError;
import io.sluice.service.EndpointView.State;
import io.sluice.telemetry.Readings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which endpoints of a service get requests while some fail, by a clock moved by hand. */
class AvailabilityTest {
    private final ServedEndpoints app = new ServedEndpoints();

    // ---- checks ----

    @Test
    void takesOutAfterThreeFailedChecksAndBringsBackAfterTwoThatPassed() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, null, Duration.ZERO), 1, 1);

        app.checks(0, false, false, true, false, false);
        assertThat(app.shares(4)).as("never three in a row").containsExactly(2, 2);
        app.checks(0, false);
        assertThat(app.shares(4)).containsExactly(0, 4);
        assertThat(app.service.view().getFirst().why()).isEqualTo("status 503");
        app.checks(0, true, false, true);
        assertThat(app.state(0)).isEqualTo(State.DOWN);
        app.checks(0, true);

        assertThat(app.shares(4)).containsExactly(2, 2);
        assertThat(app.state(0)).isEqualTo(State.UP);
        assertThat(app.service.view().getFirst().why()).isEqualTo("passed 2 checks in a row");
    }

    @Test
    void tellsTheLatestReasonWhileItIsDown() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, null, Duration.ZERO), 1, 1);
        app.checks(0, false, false, false);

        app.service.checked(app.endpoint(0), new Verdict(Verdict.Outcome.TIMED_OUT, "no verdict within 2000 ms"));

        assertThat(app.service.view().getFirst().why()).isEqualTo("no verdict within 2000 ms");
        assertThat(Readings.of(app.meters)).isEqualTo(new Readings.Health(0, 3, 1, 0, 0));
    }

    @Test
    void usesAllWhenNoneIsWellAndCountsThoseRequests() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, null, Duration.ZERO), 1, 1, 0);
        app.checks(0, false, false, false);
        app.checks(1, false, false, false);

        assertThat(app.shares(6)).containsExactly(3, 3, 0);
        assertThat(Readings.of(app.meters).failedOpen()).isEqualTo(6);
        app.checks(1, true, true);
        assertThat(app.shares(6)).containsExactly(0, 6, 0);
        assertThat(Readings.of(app.meters).failedOpen()).isEqualTo(6);
    }

    @Test
    void forgetsWhatChecksSaidWhereTheConfigurationHasNoneAnyMore() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, null, Duration.ZERO), 1, 1);
        app.checks(0, false, false, false);

        app.service = new Service(
                0, ServedEndpoints.config(ServedEndpoints.NO_RULES, 1, 1), app.service.roster(), List.of(), app.clock::nanos,
                null);
        assertThat(app.shares(2)).as("not yet in force").containsExactly(0, 2);
        app.service.begin(app.meters, app.clock);

        assertThat(app.shares(2)).containsExactly(1, 1);
        assertThat(app.state(0)).isEqualTo(State.UP);
    }

    // ---- ejection ----

    @Test
    void ejectsAfterFiveFailuresInARowAndReturnsByItself() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1);

        app.fails(0, 4);
        app.service.answered(app.endpoint(0), 500);
        app.fails(0, 4);
        assertThat(app.shares(4)).as("a success in between").containsExactly(2, 2);
        app.fails(0, 1);
        assertThat(app.shares(4)).containsExactly(0, 4);
        assertThat(app.service.view().getFirst().why()).isEqualTo("5 failures in a row, the last: connect_failed");
        app.clock.pass(Duration.ofMillis(9_990));
        assertThat(app.state(0)).isEqualTo(State.EJECTED);
        app.clock.pass(Duration.ofMillis(20));

        assertThat(app.shares(4)).containsExactly(2, 2);
        assertThat(app.state(0)).isEqualTo(State.UP);
        assertThat(Readings.of(app.meters).ejections()).isEqualTo(1);
    }

    @Test
    void ejectsForLongerEachTimeInARowUpToALimit() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1);
        app.fails(0, 5);
        app.clock.pass(Duration.ofSeconds(10));

        // Without a success since, the next failure is the sixth in a row.
        for (int seconds : new int[] {20, 25, 25}) {
            app.fails(0, 1);
            app.clock.pass(Duration.ofMillis(seconds * 1000L - 10));
            assertThat(app.state(0)).as("%d s", seconds).isEqualTo(State.EJECTED);
            app.clock.pass(Duration.ofMillis(20));
            assertThat(app.state(0)).as("%d s", seconds).isEqualTo(State.UP);
        }
    }

    @Test
    void beginsAnewWithTheShortestTimeOnceItWasInUseForAsLong() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1);
        app.fails(0, 5);
        app.clock.pass(Duration.ofSeconds(10));
        app.service.answered(app.endpoint(0), 200);
        app.clock.pass(Duration.ofSeconds(10));

        app.fails(0, 5);
        app.clock.pass(Duration.ofSeconds(10));

        assertThat(app.state(0)).isEqualTo(State.UP);
    }

    @ParameterizedTest
    @EnumSource(ProxyError.class)
    void countsOnlyWhatSpeaksOfTheEndpoint(ProxyError error) {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1);

        for (int i = 0; i < 5; i++) {
            app.service.failed(app.endpoint(0), error);
        }

        assertThat(app.state(0)).isEqualTo(switch (error) {
            case CONNECT_FAILED, CONNECT_TIMEOUT, BACKEND_CLOSED, BACKEND_RESET, RESPONSE_HEAD_TIMEOUT, ATTEMPT_TIMEOUT,
                    STREAM_RESET, BACKEND_UNRESPONSIVE, NOT_HTTP2,
                    RESPONSE_TRUNCATED, MALFORMED_RESPONSE, INVALID_RESPONSE_FRAMING -> State.EJECTED;
            default -> State.UP;
        });
    }

    @Test
    void countsStatusesOnlyWhereAskedTo() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1);

        IntStream.range(0, 5).forEach(i -> app.service.answered(app.endpoint(0), 501));
        assertThat(app.state(0)).isEqualTo(State.UP);
        IntStream.range(0, 5).forEach(i -> app.service.answered(app.endpoint(0), 503));

        assertThat(app.state(0)).isEqualTo(State.EJECTED);
        assertThat(app.service.view().getFirst().why()).isEqualTo("5 failures in a row, the last: status 503");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8})
    void ejectsAtMostHalf(int count) {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO),
                IntStream.range(0, count).map(i -> 1).toArray());

        IntStream.range(0, count).forEach(i -> app.fails(i, 20));

        assertThat(IntStream.range(0, count).filter(i -> app.state(i) == State.EJECTED).count()).isEqualTo(count / 2);
        assertThat(Readings.of(app.meters).ejections()).isEqualTo(count / 2);
    }

    @Test
    void ejectsAnotherInsteadOfTheOneThatHasBeenOutLongest() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1, 1, 1);
        app.fails(0, 5);
        app.clock.pass(Duration.ofMillis(500));
        app.fails(1, 5);
        app.clock.pass(Duration.ofMillis(490));
        app.fails(2, 5);
        assertThat(app.shares(4)).as("out for less than a tenth of their time").containsExactly(0, 0, 2, 2);

        app.clock.pass(Duration.ofMillis(20));
        app.fails(2, 1);

        assertThat(app.shares(4)).containsExactly(2, 0, 0, 2);
        assertThat(app.service.view().getFirst().why()).isEqualTo("its ejection gave way to another's");
        app.fails(0, 1);
        assertThat(app.state(0)).as("nobody gives way to it again so soon").isEqualTo(State.UP);
        app.clock.pass(Duration.ofMillis(500));
        app.fails(0, 1);
        assertThat(app.shares(4)).containsExactly(0, 2, 0, 2);
        assertThat(Readings.of(app.meters).ejections()).isEqualTo(4);
    }

    @Test
    void readmitsNoneThatWouldStayOutAllTheSame() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1, 0);
        app.fails(0, 5);
        app.checks(0, false, false, false);
        app.clock.pass(Duration.ofSeconds(5));

        app.fails(1, 5);

        assertThat(app.shares(2)).containsExactly(0, 2, 0);
        assertThat(Readings.of(app.meters).ejections()).isEqualTo(1);
    }

    @Test
    void countsThoseThatAreOutOtherwiseTowardsTheHalf() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1, 1, 1, 0, 0);
        app.checks(0, false, false, false);
        app.service.drain(app.endpoint(1));

        app.fails(2, 5);

        assertThat(app.state(2)).isEqualTo(State.UP);
        app.service.undrain(app.endpoint(1));
        app.fails(2, 1);
        assertThat(app.state(2)).isEqualTo(State.EJECTED);
    }

    @Test
    void doesNothingWhereEjectionIsOff() {
        app.serve(ServedEndpoints.NO_RULES, 1, 1);

        app.fails(0, 100);
        app.service.answered(app.endpoint(0), 503);

        assertThat(app.shares(2)).containsExactly(1, 1);
        assertThat(app.clock.alarms()).isZero();
    }

    @Test
    void readmitsWhereEjectionWasSwitchedOff() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1);
        app.fails(0, 5);

        app.service = new Service(
                0, ServedEndpoints.config(ServedEndpoints.NO_RULES, 1, 1), app.service.roster(), List.of(), app.clock::nanos,
                null);
        app.service.begin(app.meters, app.clock);

        assertThat(app.shares(2)).containsExactly(1, 1);
    }

    @Test
    void goesOnWithAnEjectionAfterAReloadAndHearsOfRequestsThatBeganBefore() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1, 1, 1);
        Service old = app.service;
        app.fails(0, 5);

        HealthConfig ejecting = new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO);
        app.service = new Service(
                0, ServedEndpoints.config(ejecting, 1, 1, 1, 1), old.roster(), List.of(), app.clock::nanos, null);
        app.service.begin(app.meters, app.clock);
        assertThat(app.shares(3)).containsExactly(0, 1, 1, 1);
        for (int i = 0; i < 5; i++) {
            old.failed(app.endpoint(1), ProxyError.BACKEND_RESET);
        }
        assertThat(app.shares(4)).containsExactly(0, 0, 2, 2);
        app.clock.pass(Duration.ofSeconds(10));

        assertThat(app.shares(4)).containsExactly(1, 1, 1, 1);
    }

    @Test
    void takesWhatGoesWellWithoutGarbage() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ZERO), 1, 1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int operations = 100_000;
        Runnable many = () -> {
            for (int i = 0; i < operations; i++) {
                app.service.answered(app.service.pick(null, 0), 200);
            }
        };
        many.run();

        long before = threads.getCurrentThreadAllocatedBytes();
        many.run();

        assertThat((double) (threads.getCurrentThreadAllocatedBytes() - before) / operations).isLessThan(2);
    }
}
