package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.HealthConfig;
import io.sluice.service.EndpointView.State;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of the shares when an endpoint comes back, and when an operator steps in. */
class SlowStartTest {
    private final ServedEndpoints app = new ServedEndpoints();

    // ---- slow start ----

    @Test
    void growsTheShareOfOneThatCameBack() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, null, Duration.ofSeconds(30)), 1, 1);
        assertThat(app.shares(40)).as("nobody came back").containsExactly(20, 20);
        assertThat(app.clock.alarms()).isZero();
        app.checks(0, false, false, false);
        app.checks(0, true, true);

        assertThat(app.state(0)).isEqualTo(State.WARMING);
        assertThat(app.shares(2100)).containsExactly(100, 2000);
        app.clock.pass(Duration.ofSeconds(15));
        assertThat(app.shares(3000)).containsExactly(1000, 2000);
        app.clock.pass(Duration.ofSeconds(15));

        assertThat(app.shares(40)).containsExactly(20, 20);
        assertThat(app.state(0)).isEqualTo(State.UP);
        app.clock.pass(Duration.ofSeconds(15));
        assertThat(app.clock.alarms()).as("nothing left to do").isZero();
    }

    @Test
    void warmsUpLargeWeightsInTheirOwnUnits() {
        app.serve(new HealthConfig(null, ServedEndpoints.EJECTION, Duration.ofSeconds(10)), 1000, 500);
        app.fails(0, 5);
        app.clock.pass(Duration.ofSeconds(15));

        assertThat(app.shares(1000)).containsExactly(500, 500);
    }

    @Test
    void warmsUpAfterADrainToo() {
        app.serve(new HealthConfig(null, null, Duration.ofSeconds(10)), 1, 1);
        app.service.drain(app.endpoint(0));
        app.service.undrain(app.endpoint(0));

        app.clock.pass(Duration.ofSeconds(5));

        assertThat(app.shares(30)).containsExactly(10, 20);
    }

    // ---- the operator ----

    @Test
    void givesADrainedEndpointNothingEvenWhenNoOtherIsWell() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, null, Duration.ZERO), 1, 1);
        app.service.drain(app.endpoint(0));
        app.service.drain(app.endpoint(0));
        app.checks(1, false, false, false);

        assertThat(app.shares(3)).containsExactly(0, 3);
        assertThat(app.state(0)).isEqualTo(State.DRAINING);
        app.service.drain(app.endpoint(1));
        assertThat(app.service.pick(null, 0)).isNull();
        app.service.undrain(app.endpoint(0));
        app.service.undrain(app.endpoint(0));

        assertThat(app.shares(3)).containsExactly(3, 0);
    }

    @Test
    void takesAnotherWeightAndTheConfiguredOneAgain() {
        app.serve(ServedEndpoints.NO_RULES, 1, 1);

        app.service.weight(app.endpoint(0), 3);
        assertThat(app.shares(4)).containsExactly(3, 1);
        assertThat(app.service.view().getFirst().weight()).isEqualTo(3);
        app.service.weight(app.endpoint(0), 0);
        assertThat(app.shares(4)).containsExactly(0, 4);
        app.service.configuredWeight(app.endpoint(0));
        assertThat(app.shares(4)).containsExactly(2, 2);
        assertThatThrownBy(() -> app.service.weight(app.endpoint(0), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> app.service.weight(app.endpoint(0), 1001)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void showsWhatIsKnown() {
        app.serve(ServedEndpoints.NO_RULES, 7);
        app.endpoint(0).begun();
        assertThat(app.endpoint(0).connecting(5)).isTrue();

        EndpointView view = app.service.view().getFirst();

        assertThat(view).isEqualTo(new EndpointView("127.0.0.1:1", 7, State.UP, "", view.since(), 1, 1));
        assertThat(State.DRAINING.word()).isEqualTo("draining");
        assertThat(State.WARMING.up()).isTrue();
        assertThat(State.EJECTED.up()).isFalse();
    }

    @Test
    void worksOutManyChangesOfALargeServiceTogether() {
        app.serve(new HealthConfig(ServedEndpoints.CHECK, null, Duration.ZERO), IntStream.range(0, 100).map(i -> 1).toArray());

        for (int i = 0; i < 50; i++) {
            app.checks(i, false, false, false);
        }
        assertThat(app.clock.alarms()).isEqualTo(1);
        app.clock.pass(Duration.ofMillis(20));

        assertThat(app.shares(100).subList(0, 50)).containsOnly(0);
        assertThat(app.shares(100).subList(50, 100)).containsOnly(2);
    }
}
