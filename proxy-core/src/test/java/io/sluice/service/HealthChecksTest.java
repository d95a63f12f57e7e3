package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HealthConfig;
import io.sluice.config.HealthConfig.Check;
import io.sluice.config.HealthConfig.Protocol;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.service.EndpointView.State;
import io.sluice.telemetry.HealthMeters;
import io.sluice.telemetry.Readings;
import io.sluice.transport.HandWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When checks are made and given up, with a clock moved by hand and a checker that asks nobody. */
class HealthChecksTest {
    private final HandWheel time = new HandWheel();
    private final Asked asked = new Asked();
    private double random = 0.5;
    private final HealthChecks checks = new HealthChecks(time.wheel(), asked, () -> random);
    private final HealthMeters meters = new HealthMeters("app");
    private final Service service = service(1, 2);
    private final Endpoint first = service.endpoints().getFirst();
    private final Endpoint second = service.endpoints().getLast();

    /** What was asked and how it went. <em>Loop-confined.</em> */
    private static final class Asked implements Checker {
        private final List<Endpoint> endpoints = new ArrayList<>();
        private final List<Consumer<Verdict>> open = new ArrayList<>();
        private int cancelled;
        private Verdict atOnce;

        @Override
        public Running check(Service service, Endpoint endpoint, Consumer<Verdict> verdict) {
            endpoints.add(endpoint);
            if (atOnce != null) {
                verdict.accept(atOnce);
                return () -> {
                    throw new AssertionError("cancelled after its verdict");
                };
            }
            open.add(verdict);
            return () -> {
                cancelled++;
                open.remove(verdict);
            };
        }

        void answer(Verdict verdict) {
            open.removeFirst().accept(verdict);
        }
    }

    private Service service(int fall, int rise) {
        Check check = new Check(Protocol.TCP, null, null, List.of(), "", null,
                Duration.ofSeconds(5), Duration.ofSeconds(2), fall, rise);
        Service made = new Service(0, new ServiceConfigBuilder("app")
                .ports(1, 2)
                .health(new HealthConfig(check, null, Duration.ZERO))
                .build());
        made.begin(meters, (nanos, task) -> { });
        return made;
    }

    @AfterEach
    void nothingStaysOnItsWay() {
        checks.close();
        assertThat(asked.open).isEmpty();
        assertThat(checks.size()).isZero();
        int before = asked.endpoints.size();
        time.pass(Duration.ofMinutes(1));
        assertThat(asked.endpoints).as("checks made after the end").hasSize(before);
    }

    @Test
    void checksAtOnceAndThenAtIntervals() {
        checks.follow(Map.of(first, service));
        assertThat(asked.endpoints).hasSize(1);

        asked.answer(Verdict.passed("ok"));
        time.pass(Duration.ofMillis(4_800));
        assertThat(asked.endpoints).hasSize(1);
        time.pass(Duration.ofMillis(200));

        assertThat(asked.endpoints).hasSize(2);
    }

    @Test
    void spreadsTheIntervalsByATenth() {
        random = 0;
        checks.follow(Map.of(first, service));
        random = 0.999;
        checks.follow(Map.of(first, service, second, service));
        asked.answer(Verdict.passed("ok"));
        asked.answer(Verdict.passed("ok"));

        time.pass(Duration.ofMillis(4_350));
        assertThat(asked.endpoints).containsExactly(first, second);
        time.pass(Duration.ofMillis(150));
        assertThat(asked.endpoints).containsExactly(first, second, first);
        time.pass(Duration.ofMillis(800));
        assertThat(asked.endpoints).containsExactly(first, second, first);
        time.pass(Duration.ofMillis(200));
        assertThat(asked.endpoints).containsExactly(first, second, first, second);
    }

    @Test
    void givesUpACheckThatHangsAndCountsItAsFailed() {
        checks.follow(Map.of(first, service));

        time.pass(Duration.ofSeconds(2));

        assertThat(asked.cancelled).isEqualTo(1);
        assertThat(service.view().getFirst().state()).isEqualTo(State.DOWN);
        assertThat(service.view().getFirst().why()).isEqualTo("no verdict within 2000 ms");
        assertThat(Readings.of(meters).timedOut()).isEqualTo(1);
        assertThat(asked.endpoints).hasSize(1);
        time.pass(Duration.ofSeconds(3));
        assertThat(asked.endpoints).hasSize(2);
    }

    @Test
    void takesAVerdictThatComesAtOnce() {
        asked.atOnce = Verdict.failed("not connected");

        checks.follow(Map.of(first, service));
        assertThat(service.view().getFirst().state()).isEqualTo(State.DOWN);
        asked.atOnce = Verdict.passed("connected");
        time.pass(Duration.ofSeconds(5));
        time.pass(Duration.ofSeconds(5));

        assertThat(service.view().getFirst().state()).isEqualTo(State.UP);
        assertThat(Readings.of(meters)).isEqualTo(new Readings.Health(2, 1, 0, 0, 0));
    }

    @Test
    void leavesAloneWhatStaysTheSameAndEndsWhatGoes() {
        checks.follow(Map.of(first, service, second, service));
        assertThat(asked.endpoints).hasSize(2);
        Service same = service(1, 2);

        checks.follow(Map.of(first, same));

        assertThat(asked.cancelled).isEqualTo(1);
        assertThat(asked.endpoints).as("no check besides").hasSize(2);
        assertThat(checks.size()).isEqualTo(1);
    }

    @Test
    void beginsAnewWhereTheTermsChanged() {
        checks.follow(Map.of(first, service));
        Service other = service(2, 2);

        checks.follow(Map.of(first, other));

        assertThat(asked.cancelled).isEqualTo(1);
        assertThat(asked.endpoints).hasSize(2);
    }

    @Test
    void ignoresAVerdictThatComesAfterTheEnd() {
        checks.follow(Map.of(first, service));
        Consumer<Verdict> late = asked.open.getFirst();
        checks.close();

        late.accept(Verdict.failed("late"));

        assertThat(Readings.of(meters)).isEqualTo(new Readings.Health(0, 0, 0, 0, 0));
    }
}
