package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.sluice.config.HealthConfig;
import io.sluice.config.HealthConfig.Check;
import io.sluice.config.HealthConfig.Ejection;
import io.sluice.config.HealthConfig.Protocol;
import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig;
import io.sluice.config.StatusRange;
import io.sluice.http.ProxyError;
import io.sluice.service.EndpointView.State;
import io.sluice.telemetry.HealthMeters;
import io.sluice.telemetry.Readings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which endpoints of a service get requests, by a clock moved by hand. */
class AvailabilityTest {
    private static final Check CHECK = new Check(Protocol.TCP, null, null, List.of(), null,
            Duration.ofSeconds(5), Duration.ofSeconds(2), 3, 2);
    private static final Ejection EJECTION = new Ejection(5, Duration.ofSeconds(10), Duration.ofSeconds(25), 50,
            List.of(new StatusRange(502, 504)));

    private final HandClock clock = new HandClock();
    private final HealthMeters meters = new HealthMeters("app");
    private Service service;

    private void serve(HealthConfig health, int... weights) {
        service = new Service(0, config(health, weights), endpoints(weights), clock::nanos);
        service.begin(meters, clock);
    }

    private static ServiceConfig config(HealthConfig health, int... weights) {
        return new ServiceConfig(
                "app",
                IntStream.range(0, weights.length)
                        .mapToObj(i -> new ServiceConfig.EndpointConfig(new HostPort("127.0.0.1", i + 1), weights[i]))
                        .toList(),
                ServiceConfig.Policy.ROUND_ROBIN, null, null, true, health, ServiceConfig.ProxyProtocol.OFF);
    }

    private static List<Endpoint> endpoints(int... weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> new Endpoint(new HostPort("127.0.0.1", i + 1), weights[i]))
                .toList();
    }

    private Endpoint endpoint(int index) {
        return service.endpoints().get(index);
    }

    private void fails(int index, int times) {
        for (int i = 0; i < times; i++) {
            service.failed(endpoint(index), ProxyError.CONNECT_FAILED);
        }
    }

    private void checks(int index, boolean... passed) {
        for (boolean one : passed) {
            service.checked(endpoint(index), one ? Verdict.passed("status 200") : Verdict.failed("status 503"));
        }
    }

    private State state(int index) {
        return service.view().get(index).state();
    }

    /** How often each endpoint is chosen. */
    private List<Integer> shares(int picks) {
        List<Integer> counts = new ArrayList<>(service.endpoints().stream().map(e -> 0).toList());
        for (int i = 0; i < picks; i++) {
            Endpoint picked = service.pick(null);
            counts.set(service.endpoints().indexOf(picked), counts.get(service.endpoints().indexOf(picked)) + 1);
        }
        return counts;
    }

    // ---- checks ----

    @Test
    void takesOutAfterThreeFailedChecksAndBringsBackAfterTwoThatPassed() {
        serve(new HealthConfig(CHECK, null, Duration.ZERO), 1, 1);

        checks(0, false, false, true, false, false);
        assertThat(shares(4)).as("never three in a row").containsExactly(2, 2);
        checks(0, false);
        assertThat(shares(4)).containsExactly(0, 4);
        assertThat(service.view().getFirst().why()).isEqualTo("status 503");
        checks(0, true, false, true);
        assertThat(state(0)).isEqualTo(State.DOWN);
        checks(0, true);

        assertThat(shares(4)).containsExactly(2, 2);
        assertThat(state(0)).isEqualTo(State.UP);
        assertThat(service.view().getFirst().why()).isEqualTo("passed 2 checks in a row");
    }

    @Test
    void tellsTheLatestReasonWhileItIsDown() {
        serve(new HealthConfig(CHECK, null, Duration.ZERO), 1, 1);
        checks(0, false, false, false);

        service.checked(endpoint(0), new Verdict(Verdict.Outcome.TIMED_OUT, "no verdict within 2000 ms"));

        assertThat(service.view().getFirst().why()).isEqualTo("no verdict within 2000 ms");
        assertThat(Readings.of(meters)).isEqualTo(new Readings.Health(0, 3, 1, 0, 0));
    }

    @Test
    void usesAllWhenNoneIsWellAndCountsThoseRequests() {
        serve(new HealthConfig(CHECK, null, Duration.ZERO), 1, 1, 0);
        checks(0, false, false, false);
        checks(1, false, false, false);

        assertThat(shares(6)).containsExactly(3, 3, 0);
        assertThat(Readings.of(meters).failedOpen()).isEqualTo(6);
        checks(1, true, true);
        assertThat(shares(6)).containsExactly(0, 6, 0);
        assertThat(Readings.of(meters).failedOpen()).isEqualTo(6);
    }

    @Test
    void forgetsWhatChecksSaidWhereTheConfigurationHasNoneAnyMore() {
        serve(new HealthConfig(CHECK, null, Duration.ZERO), 1, 1);
        checks(0, false, false, false);

        service = new Service(0, config(HealthConfig.NONE, 1, 1), service.endpoints(), clock::nanos);
        assertThat(shares(2)).as("not yet in force").containsExactly(0, 2);
        service.begin(meters, clock);

        assertThat(shares(2)).containsExactly(1, 1);
        assertThat(state(0)).isEqualTo(State.UP);
    }

    // ---- ejection ----

    @Test
    void ejectsAfterFiveFailuresInARowAndReturnsByItself() {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1);

        fails(0, 4);
        service.answered(endpoint(0), 500);
        fails(0, 4);
        assertThat(shares(4)).as("a success in between").containsExactly(2, 2);
        fails(0, 1);
        assertThat(shares(4)).containsExactly(0, 4);
        assertThat(service.view().getFirst().why()).isEqualTo("5 failures in a row, the last: connect_failed");
        clock.pass(Duration.ofMillis(9_990));
        assertThat(state(0)).isEqualTo(State.EJECTED);
        clock.pass(Duration.ofMillis(20));

        assertThat(shares(4)).containsExactly(2, 2);
        assertThat(state(0)).isEqualTo(State.UP);
        assertThat(Readings.of(meters).ejections()).isEqualTo(1);
    }

    @Test
    void ejectsForLongerEachTimeInARowUpToALimit() {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1);
        fails(0, 5);
        clock.pass(Duration.ofSeconds(10));

        // Without a success since, the next failure is the sixth in a row.
        for (int seconds : new int[] {20, 25, 25}) {
            fails(0, 1);
            clock.pass(Duration.ofMillis(seconds * 1000L - 10));
            assertThat(state(0)).as("%d s", seconds).isEqualTo(State.EJECTED);
            clock.pass(Duration.ofMillis(20));
            assertThat(state(0)).as("%d s", seconds).isEqualTo(State.UP);
        }
    }

    @Test
    void beginsAnewWithTheShortestTimeOnceItWasInUseForAsLong() {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1);
        fails(0, 5);
        clock.pass(Duration.ofSeconds(10));
        service.answered(endpoint(0), 200);
        clock.pass(Duration.ofSeconds(10));

        fails(0, 5);
        clock.pass(Duration.ofSeconds(10));

        assertThat(state(0)).isEqualTo(State.UP);
    }

    @ParameterizedTest
    @EnumSource(ProxyError.class)
    void countsOnlyWhatSpeaksOfTheEndpoint(ProxyError error) {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1);

        for (int i = 0; i < 5; i++) {
            service.failed(endpoint(0), error);
        }

        assertThat(state(0)).isEqualTo(switch (error) {
            case NAME_NOT_RESOLVED, CONNECT_FAILED, CONNECT_TIMEOUT, BACKEND_CLOSED, BACKEND_RESET,
                    RESPONSE_HEAD_TIMEOUT, RESPONSE_TRUNCATED, MALFORMED_RESPONSE, INVALID_RESPONSE_FRAMING -> State.EJECTED;
            default -> State.UP;
        });
    }

    @Test
    void countsStatusesOnlyWhereAskedTo() {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1);

        IntStream.range(0, 5).forEach(i -> service.answered(endpoint(0), 501));
        assertThat(state(0)).isEqualTo(State.UP);
        IntStream.range(0, 5).forEach(i -> service.answered(endpoint(0), 503));

        assertThat(state(0)).isEqualTo(State.EJECTED);
        assertThat(service.view().getFirst().why()).isEqualTo("5 failures in a row, the last: status 503");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8})
    void ejectsAtMostHalf(int count) {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), IntStream.range(0, count).map(i -> 1).toArray());

        IntStream.range(0, count).forEach(i -> fails(i, 20));

        assertThat(IntStream.range(0, count).filter(i -> state(i) == State.EJECTED).count()).isEqualTo(count / 2);
        assertThat(Readings.of(meters).ejections()).isEqualTo(count / 2);
    }

    @Test
    void countsThoseThatAreOutOtherwiseTowardsTheHalf() {
        serve(new HealthConfig(CHECK, EJECTION, Duration.ZERO), 1, 1, 1, 1, 0, 0);
        checks(0, false, false, false);
        service.drain(endpoint(1));

        fails(2, 5);

        assertThat(state(2)).isEqualTo(State.UP);
        service.undrain(endpoint(1));
        fails(2, 1);
        assertThat(state(2)).isEqualTo(State.EJECTED);
    }

    @Test
    void doesNothingWhereEjectionIsOff() {
        serve(HealthConfig.NONE, 1, 1);

        fails(0, 100);
        service.answered(endpoint(0), 503);

        assertThat(shares(2)).containsExactly(1, 1);
        assertThat(clock.alarms()).isZero();
    }

    @Test
    void readmitsWhereEjectionWasSwitchedOff() {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1);
        fails(0, 5);

        service = new Service(0, config(HealthConfig.NONE, 1, 1), service.endpoints(), clock::nanos);
        service.begin(meters, clock);

        assertThat(shares(2)).containsExactly(1, 1);
    }

    @Test
    void goesOnWithAnEjectionAfterAReloadAndHearsOfRequestsThatBeganBefore() {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1, 1, 1);
        Service old = service;
        fails(0, 5);

        service = new Service(0, config(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1, 1, 1), old.endpoints(),
                clock::nanos);
        service.begin(meters, clock);
        assertThat(shares(3)).containsExactly(0, 1, 1, 1);
        for (int i = 0; i < 5; i++) {
            old.failed(endpoint(1), ProxyError.BACKEND_RESET);
        }
        assertThat(shares(4)).containsExactly(0, 0, 2, 2);
        clock.pass(Duration.ofSeconds(10));

        assertThat(shares(4)).containsExactly(1, 1, 1, 1);
    }

    @Test
    void takesWhatGoesWellWithoutGarbage() {
        serve(new HealthConfig(null, EJECTION, Duration.ZERO), 1, 1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int operations = 100_000;
        Runnable many = () -> {
            for (int i = 0; i < operations; i++) {
                service.answered(service.pick(null), 200);
            }
        };
        many.run();

        long before = threads.getCurrentThreadAllocatedBytes();
        many.run();

        assertThat((double) (threads.getCurrentThreadAllocatedBytes() - before) / operations).isLessThan(2);
    }

    // ---- slow start ----

    @Test
    void growsTheShareOfOneThatCameBack() {
        serve(new HealthConfig(CHECK, null, Duration.ofSeconds(30)), 1, 1);
        assertThat(shares(40)).as("nobody came back").containsExactly(20, 20);
        assertThat(clock.alarms()).isZero();
        checks(0, false, false, false);
        checks(0, true, true);

        assertThat(state(0)).isEqualTo(State.WARMING);
        assertThat(shares(2100)).containsExactly(100, 2000);
        clock.pass(Duration.ofSeconds(15));
        assertThat(shares(3000)).containsExactly(1000, 2000);
        clock.pass(Duration.ofSeconds(15));

        assertThat(shares(40)).containsExactly(20, 20);
        assertThat(state(0)).isEqualTo(State.UP);
        clock.pass(Duration.ofSeconds(15));
        assertThat(clock.alarms()).as("nothing left to do").isZero();
    }

    @Test
    void warmsUpLargeWeightsInTheirOwnUnits() {
        serve(new HealthConfig(null, EJECTION, Duration.ofSeconds(10)), 1000, 500);
        fails(0, 5);
        clock.pass(Duration.ofSeconds(15));

        assertThat(shares(1000)).containsExactly(500, 500);
    }

    @Test
    void warmsUpAfterADrainToo() {
        serve(new HealthConfig(null, null, Duration.ofSeconds(10)), 1, 1);
        service.drain(endpoint(0));
        service.undrain(endpoint(0));

        clock.pass(Duration.ofSeconds(5));

        assertThat(shares(30)).containsExactly(10, 20);
    }

    // ---- the operator ----

    @Test
    void givesADrainedEndpointNothingEvenWhenNoOtherIsWell() {
        serve(new HealthConfig(CHECK, null, Duration.ZERO), 1, 1);
        service.drain(endpoint(0));
        service.drain(endpoint(0));
        checks(1, false, false, false);

        assertThat(shares(3)).containsExactly(0, 3);
        assertThat(state(0)).isEqualTo(State.DRAINING);
        service.drain(endpoint(1));
        assertThat(service.pick(null)).isNull();
        service.undrain(endpoint(0));
        service.undrain(endpoint(0));

        assertThat(shares(3)).containsExactly(3, 0);
    }

    @Test
    void takesAnotherWeightAndTheConfiguredOneAgain() {
        serve(HealthConfig.NONE, 1, 1);

        service.weight(endpoint(0), 3);
        assertThat(shares(4)).containsExactly(3, 1);
        assertThat(service.view().getFirst().weight()).isEqualTo(3);
        service.weight(endpoint(0), 0);
        assertThat(shares(4)).containsExactly(0, 4);
        service.configuredWeight(endpoint(0));
        assertThat(shares(4)).containsExactly(2, 2);
        assertThatThrownBy(() -> service.weight(endpoint(0), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> service.weight(endpoint(0), 1001)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void showsWhatIsKnown() {
        serve(HealthConfig.NONE, 7);
        endpoint(0).begun();
        assertThat(endpoint(0).connecting(5)).isTrue();

        EndpointView view = service.view().getFirst();

        assertThat(view).isEqualTo(new EndpointView("127.0.0.1:1", 7, State.UP, "", view.since(), 1, 1));
        assertThat(State.DRAINING.word()).isEqualTo("draining");
        assertThat(State.WARMING.up()).isTrue();
        assertThat(State.EJECTED.up()).isFalse();
    }

    @Test
    void worksOutManyChangesOfALargeServiceTogether() {
        serve(new HealthConfig(CHECK, null, Duration.ZERO), IntStream.range(0, 100).map(i -> 1).toArray());

        for (int i = 0; i < 50; i++) {
            checks(i, false, false, false);
        }
        assertThat(clock.alarms()).isEqualTo(1);
        clock.pass(Duration.ofMillis(20));

        assertThat(shares(100).subList(0, 50)).containsOnly(0);
        assertThat(shares(100).subList(50, 100)).containsOnly(2);
    }
}
